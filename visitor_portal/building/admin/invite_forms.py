"""The form of an invite: the link's own limits, and in the same form which doors it opens, and when."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.utils import timezone

from visitor_portal.building import invites, otp, pins
from visitor_portal.building.issuing import put_in_order
from visitor_portal.building.models import Access, AccessDoor, Building, Door, Invite

from .fields import AuthTypesField, DeskForm, write_only
from .look import times
from .photos import PhotoField

LISTED = Invite.Audience.LISTED
TIMES = ("valid_from", "valid_to", "schedule", "exception")
PASSED_ON = (
    *("name", "message", "audience", "contact_name", "contact_email", "contact_phone", "locale"),
    *("require_verified_phone", "max_uses", "max_devices", "curfew_exempt", "location_mode", "event_address"),
    *("photo", "is_enabled"),
)


def _moment(name: str, **kwargs: Any) -> Any:
    field = Access._meta.get_field(name)
    return field.formfield(form_class=forms.SplitDateTimeField, widget=AdminSplitDateTime, **kwargs)  # type: ignore[union-attr]


def _calendar(name: str) -> Any:
    return Access._meta.get_field(name).formfield(widget=AdminTextareaWidget({"rows": 4}))  # type: ignore[union-attr]


class DoorsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj) if Building.objects.count() == 1 else f"{obj.building}: {obj}"


class InviteForm(DeskForm):
    building = forms.ModelChoiceField(
        Building.objects.all(), empty_label=None, help_text="Where the guest is invited."
    )
    doors = DoorsField(Door.objects.select_related("building").order_by("id"), help_text="The doors that it opens.")
    order = forms.CharField(
        label="Order of doors",
        required=False,
        max_length=2000,
        help_text="As the guest passes them, with commas between, as “Gate, Lobby”. Those left out come last.",
    )
    auth_types = AuthTypesField(label="By which means", help_text="For each of these doors; any one suffices.")
    valid_from = _moment("valid_from")
    valid_to = _moment("valid_to", help_text="From then on it opens nothing. Empty: it never ends.")
    schedule = _calendar("schedule")
    exception = _calendar("exception")
    pin = forms.CharField(
        label="PIN", required=False, max_length=12, help_text="6 to 12 digits; 4 with a limit of phones."
    )
    forget_pin = forms.BooleanField(label="No PIN any more", required=False, help_text="Tick to remove it.")
    send = forms.BooleanField(
        label="Send the link by e-mail",
        required=False,
        help_text="To the contact, with the times, the place and a calendar file. The link is not kept: later only a "
        "new one can be sent.",
    )
    new_photo = PhotoField(label="Photo", help_text="Shown to the guest. JPEG, PNG or WebP; it is made smaller.")
    forget_photo = forms.BooleanField(label="No photo any more", required=False, help_text="Tick to remove it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        write_only(self.fields["pin"], is_set=bool(self.instance.pin_hash))
        for name in ("valid_from", "valid_to"):
            field = self.fields[name]
            field.help_text = f"{field.help_text} {times()}"
        self.access = None if self.instance._state.adding else self.instance.access
        if self.access:
            self.fields["send"].label = "Tell the guest by e-mail"
            self.fields["send"].help_text = "What holds now. The link stays the one that the guest has."
            self._fill(self.access)
        else:
            self.fields["auth_types"].initial = ["REMOTE"]

    def _fill(self, access: Access) -> None:
        """With what its access says now."""
        rows = list(access.doors.select_related("door").order_by("id"))
        self.fields.pop("building", None)
        for name in TIMES:
            self.initial[name] = getattr(access, name)
        self.initial["doors"] = [row.door_id for row in rows]
        self.initial["order"] = ", ".join(str(row.door) for row in rows) if len(rows) > 1 else ""
        self.initial["auth_types"] = rows[0].in_auth_types if rows else ["REMOTE"]
        if len({tuple(row.in_auth_types) for row in rows}) > 1:
            self.fields["auth_types"].help_text += " They differ now; a change here makes them all alike."
        for name, things in (("doors", access.building.doors), ("host", access.building.residents)):
            if name in self.fields:
                self.fields[name].queryset = things.order_by("id")  # type: ignore[attr-defined]
        if "wifi_networks" in self.fields:
            self.fields["wifi_networks"].queryset = access.building.wifi_networks.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        building = self.access.building if self.access else cleaned.get("building")
        if building:
            self._check_belongings(building)
            self._check_access(building)
            self._check_order(building)
        self._check_pin()
        self._check_codes()
        if cleaned.get("send") and not cleaned.get("contact_email") and "contact_email" not in self.errors:
            self.add_error("send", "Name the contact's e-mail first.")
        return cleaned

    def _check_belongings(self, building: Building) -> None:
        named = {"host": [self.cleaned_data.get("host")]}
        named |= {name: list(self.cleaned_data.get(name) or ()) for name in ("doors", "wifi_networks")}
        for name, things in named.items():
            if any(thing and thing.building_id != building.id for thing in things):
                self.add_error(name, "It belongs to another building.")

    def _check_access(self, building: Building) -> None:
        access = self._access(building)
        try:
            access.full_clean(exclude={"name", "description"}, validate_unique=False)
        except ValidationError as error:
            for name, errors in error.message_dict.items():
                if name not in self.errors:
                    self.add_error(name if name in TIMES else None, errors)

    def _check_order(self, building: Building) -> None:
        """Names of doors that are not ticked say nothing: they were ticked before."""
        ticked = list(self.cleaned_data.get("doors") or ())
        named: list[Door] = []
        for name in filter(None, map(str.strip, self.cleaned_data.get("order", "").split(","))):
            found = [d for d in building.doors.all() if name.casefold() in (str(d).casefold(), d.id.casefold())]
            if len(found) != 1:
                said = "is more than one door: write the id" if found else "is no door of this building"
                self.add_error("order", f"“{name[:40]}” {said}.")
                return
            named += [door for door in found if door in ticked]
        self.ordered = list(dict.fromkeys([*named, *ticked]))

    def _access(self, building: Building) -> Access:
        """The access as this form says it should be; not saved."""
        access = self.access or Access(building=building)
        for name in TIMES:
            if name in self.cleaned_data:
                setattr(access, name, self.cleaned_data[name])
        access.kind = Access.Kind.TEMPORARY if access.valid_to else Access.Kind.PERMANENT
        is_over = access.valid_to is not None and access.valid_to <= timezone.now()
        access.status = access.status if is_over else Access.Status.READY  # more time revives it
        access.name = f"Invite: {self.instance.name or self.cleaned_data.get('contact_name') or 'a guest'}"[:120]
        return access

    def _check_pin(self) -> None:
        if pin := self.cleaned_data.get("pin"):
            try:
                pins.keep(pin, max_devices=self.cleaned_data.get("max_devices"))
            except ValidationError as error:
                self.add_error("pin", error)
        elif not self.cleaned_data.get("forget_pin") and pins.is_short(self.instance.pin_hash):
            self._check_phones()

    def _check_phones(self) -> None:
        """The short PIN that stays needs a limit of phones, as it did when it was set."""
        if self.cleaned_data.get("max_devices") is None and "max_devices" not in self.errors:
            self.add_error(
                "max_devices",
                "The PIN has 4 or 5 digits and needs a limit of phones. Keep one, set a PIN of 6 to 12 digits, "
                "or remove the PIN.",
            )

    def _check_codes(self) -> None:
        """A code that nothing here can send would keep the guest out for good."""
        cleaned = self.cleaned_data
        if "sms" not in otp.senders() and cleaned.get("require_verified_phone"):
            self.add_error("require_verified_phone", "Nothing here can send an SMS yet.")
        elif "sms" not in otp.senders() and cleaned.get("audience") == LISTED and not cleaned.get("contact_email"):
            self.add_error("contact_email", "Nothing here can send an SMS yet: codes need an e-mail address.")

    # -- saving

    def keep_photo(self, invite: Invite) -> None:
        if self.cleaned_data["new_photo"]:
            invite.photo = self.cleaned_data["new_photo"]
        elif self.cleaned_data["forget_photo"]:
            invite.photo = None

    def issue(self) -> str:
        """Make the access and the invite. Gives the token of its link."""
        invite, access = self.instance, self._access(self.cleaned_data["building"])
        access.save(force_insert=True)
        self.keep_photo(invite)
        fields = {name: getattr(invite, name) for name in PASSED_ON}
        pin = self.cleaned_data["pin"] or None
        made, token = invites.issue(access, host=invite.host, pin=pin, id=invite.id, **fields)
        invite.access, invite.token_hash, invite.pin_hash = access, made.token_hash, made.pin_hash
        invite._state.adding = False
        self._keep_doors(access)
        return token

    def change(self) -> None:
        invite = self.instance
        before = Access.objects.values_list("valid_to", flat=True).get(id=invite.access_id)
        access = self._access(invite.access.building)
        access.save()
        self.keep_photo(invite)
        changed = [name for name in (*PASSED_ON, "host") if name in self.fields or name == "photo"]
        invite.save(update_fields=[name for name in changed if name in invite.__dict__ or name == "host"])
        invites.changed(invite, before, access.valid_to, now=timezone.now())
        if self.cleaned_data["pin"] or self.cleaned_data["forget_pin"]:
            pins.set_pin(invite, self.cleaned_data["pin"] or None)
        self._keep_doors(access)

    def _keep_doors(self, access: Access) -> None:
        types = self.cleaned_data["auth_types"]
        access.doors.exclude(door__in=self.cleaned_data["doors"]).delete()
        if "auth_types" in self.changed_data:
            access.doors.update(in_auth_types=types, out_auth_types=types)
        had = set(access.doors.values_list("door", flat=True))
        AccessDoor.objects.bulk_create(
            AccessDoor(access=access, door=door, in_auth_types=types, out_auth_types=types)
            for door in self.ordered
            if door.id not in had
        )
        put_in_order(access, self.ordered)


def link_of(token: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}/invite/{token}"
