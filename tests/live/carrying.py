"""Browsers that carry what each of the people around one visit can show, and more than they should have."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.test import Client

from tests.building.conftest import Visit
from tests.conftest import Person
from visitor_portal import roles
from visitor_portal.roles import Role, RoleName

Held = Mapping[RoleName, Role]
PEOPLE = ("caller", "alice", "bob", "mallory", "former", "copied", "none")


@dataclass(frozen=True)
class Carried:
    browser: Client
    held: Held  # the secrets with which its forms and tickets are made

    def for_role(self, name: RoleName) -> Role | None:
        """Who may not have a role tries it with what there is."""
        return self.held.get(name) or next(iter(self.held.values()), None)


def carrying(*held: Role) -> Client:
    """A browser that was handed these roles."""
    browser, response = Client(), HttpResponse()
    for role in held:
        roles.give(response, role, {})
    browser.cookies.update(response.cookies)
    return browser


def _copied(earlier: Client, old: str, new: str) -> Client:
    """The cookies of an earlier visit under the names of this one."""
    thief = Client()
    for name, morsel in earlier.cookies.items():
        thief.cookies[name.replace(old, new)] = morsel.value
    return thief


def _roles(visit: Visit, secrets: Mapping[RoleName, str]) -> Held:
    return {name: Role(name, visit.id, secret) for name, secret in secrets.items()}


def around(visit: Visit, alice: Person, bob: Person, mallory: Person) -> dict[str, Carried]:
    """By name.

    Mallory is a resident whom it does not ring. The former caller holds the secrets of an earlier visit, and cookies
    that we signed for this one all the same; the other one only gave the old cookies new names.
    """
    before = Visit(visit.session.portal, visit.session.entry)
    secrets: dict[str, dict[RoleName, str]] = {
        "caller": {"caller": visit.caller},
        "alice": {"callee": visit.token(alice)},
        "bob": {"callee": visit.token(bob)},
        "mallory": {"callee": visit.token(mallory)},
        "former": {"caller": before.caller, "callee": before.token(alice)},
    }
    held = {who: _roles(visit, has) for who, has in secrets.items()}
    browsers = {who: carrying(*has.values()) for who, has in held.items()}
    browsers["mallory"].cookies.update(carrying(Role("resident", "", mallory.key)).cookies)
    old = [Role("caller", before.id, before.caller), Role("callee", before.id, before.token(alice))]
    browsers |= {"copied": _copied(carrying(*old), before.id, visit.id), "none": Client()}
    return {who: Carried(browsers[who], held.get(who, {})) for who in PEOPLE}
