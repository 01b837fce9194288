"""Bodies against the rules, all of them before anything is written. The first that breaks one is named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from visitor_portal.building import schedule
from visitor_portal.building.models import Building, Door, NamedSchedule, Resident, new_id
from visitor_portal.building.schedule import ScheduleError

from . import errors
from .bodies import PERMANENT, TEMPORARY, Body, DoorTerms
from .calls import Call
from .wire import auth_type, id_in, uuid_for

LONGEST_NAME = 120

Spelling = dict[str, str]  # {"REMOTE": "auth_type_remote"}: how the client wrote each


@dataclass(frozen=True, slots=True)
class DoorPlan:
    door: Door
    lock_unlock_enabled: bool
    ways_in: Spelling
    ways_out: Spelling


@dataclass(frozen=True, slots=True)
class Plan:
    """A body that breaks no rule, with the rows that it names."""

    body: Body
    id: str
    doors: list[DoorPlan]
    residents: list[Resident]
    schedule: NamedSchedule | None
    texts: tuple[str, str]


class Checker:
    """Knows the building's doors, and the people and schedules that these bodies name."""

    def __init__(self, building: Building, bodies: Sequence[Body], call: Call) -> None:
        self.call = call
        self.always = uuid_for("always", building.id)
        self.doors = {door.id: door for door in building.doors.all()}
        people = {id_in(f"{b.where}users[{n}].user_uuid", uuid) for b in bodies for n, uuid in enumerate(b.users)}
        self.residents: dict[str, Resident] = building.residents.in_bulk(people)
        self.schedules = {kept.id: kept for kept in NamedSchedule.objects.filter(building=building)}
        self.known_texts: set[str] = set()

    def plans(self, bodies: Iterable[Body]) -> list[Plan]:
        plans = [self._plan(body) for body in bodies]
        seen: set[str] = set()
        for plan in plans:
            if plan.id in seen:
                raise errors.invalid(f"{plan.body.where}uuid", "It is named twice.")
            seen.add(plan.id)
        return plans

    def _plan(self, body: Body) -> Plan:
        where = body.where
        if not body.name.strip() or len(body.name) > LONGEST_NAME:
            raise errors.invalid(f"{where}name", f"Give it a name of at most {LONGEST_NAME} characters.")
        _check_window(body)
        kept = self._schedule(body)
        texts = (kept.definition, kept.exception) if kept else (body.schedule, body.exception)
        for name, text in zip(body.schedule_fields, texts, strict=True):
            self._check_text(f"{where}{name}", text)
        return Plan(
            body=body,
            id=id_in(f"{where}uuid", body.uuid) if body.uuid else new_id(),
            doors=self._doors(body),
            residents=self._residents(body),
            schedule=kept,
            texts=texts,
        )

    def _schedule(self, body: Body) -> NamedSchedule | None:
        if not body.schedule_uuid or body.schedule_uuid == self.always:
            return None
        field = f"{body.where}schedule.uuid"
        kept = self.schedules.get(id_in(field, body.schedule_uuid))
        if kept is None:
            raise errors.not_found(field, body.schedule_uuid)
        return kept

    def _check_text(self, field: str, text: str) -> None:
        if text in self.known_texts:
            return
        try:
            schedule.check(text)
        except ScheduleError as error:
            raise errors.invalid(field, str(error)) from error
        self.known_texts.add(text)

    def _doors(self, body: Body) -> list[DoorPlan]:
        plans: dict[str, DoorPlan] = {}
        for number, terms in enumerate(body.doors):
            where = f"{body.where}doors[{number}]."
            door = self._door(f"{where}door_uuid", terms)
            if door.id in plans:
                raise errors.invalid(f"{where}door_uuid", "This door is named twice.")
            ways_in = _spelling(f"{where}in_auth_types", terms.in_auth_types)
            ways_out = _spelling(f"{where}out_auth_types", terms.out_auth_types)
            plans[door.id] = DoorPlan(door, terms.lock_unlock_enabled, ways_in, ways_out)
        _check_guests(body)
        return list(plans.values())

    def _door(self, field: str, terms: DoorTerms) -> Door:
        id_ = id_in(field, terms.door_uuid)
        if id_ in self.doors:
            return self.doors[id_]
        mine = self.call.organizations().values("building")
        if Door.objects.filter(id=id_, building__in=mine).exists():
            raise errors.invalid(field, "It is at another site. An access has doors of one site only.")
        raise errors.not_found(field, terms.door_uuid)

    def _residents(self, body: Body) -> list[Resident]:
        found: dict[str, Resident] = {}
        for number, uuid in enumerate(body.users):
            field = f"{body.where}users[{number}].user_uuid"
            id_ = id_in(field, uuid)
            if id_ not in self.residents:
                raise errors.not_found(field, uuid)
            if id_ in found:
                raise errors.invalid(field, "This user is named twice.")
            found[id_] = self.residents[id_]
        return list(found.values())


def _check_window(body: Body) -> None:
    if body.kind not in (PERMANENT, TEMPORARY):
        raise errors.invalid(f"{body.where}kind", "It is permanent or temporary: say which.")
    if body.kind == TEMPORARY and body.valid_to is None:
        raise errors.invalid(f"{body.where}valid_to", "A temporary access must end: say when.")
    if body.valid_from and body.valid_to and body.valid_to <= body.valid_from:
        raise errors.invalid(f"{body.where}valid_to", "It must end after it begins.")


def _spelling(field: str, given: Sequence[str]) -> Spelling:
    found: Spelling = {}
    for number, word in enumerate(given):
        name = auth_type(word)
        if name is None:
            raise errors.invalid(f"{field}[{number}]", f"Nobody knows the auth type {word[:40]!r}.")
        found.setdefault(name, word)
    return found


def _check_guests(body: Body) -> None:
    if body.guests and not body.doors:
        raise errors.invalid(f"{body.where}guests", "Name the doors that they may open.")
    seen: set[str] = set()
    for number, guest in enumerate(body.guests or ()):
        field = f"{body.where}guests[{number}].email"
        if guest.email.lower() in seen:
            raise errors.invalid(field, "This guest is named twice.")
        seen.add(guest.email.lower())
        check_email(field, guest.email)
        if len(guest.name) > LONGEST_NAME:
            raise errors.invalid(f"{body.where}guests[{number}]", f"Their name has more than {LONGEST_NAME} letters.")


def check_email(field: str, email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise errors.invalid(field, f"{email[:80]!r} can't be an e-mail address.") from None
