"""Copies of an access, one for each of several guests: an invite has one access of its own."""

from .models import Access, AccessDoor, AccessGuest, new_id

_COPIED = ("name", "description", "kind", "status", "valid_from", "valid_to", "schedule", "exception")


def follow(access: Access) -> None:
    """Whoever changed this access changed those of its guests."""
    for guest in AccessGuest.objects.filter(access=access).select_related("invite"):
        if guest.invite.access_id != access.id and guest.invite.access.status != Access.Status.DELETED:
            fill(guest.invite.access_id, access)


def copy(access: Access) -> Access:
    made = Access.objects.create(id=new_id(), building_id=access.building_id, **_values(access))
    _copy_doors(access, made.id)
    return made


def fill(id_: str, access: Access) -> None:
    """Make this copy what the access is."""
    Access.objects.filter(id=id_).update(**_values(access))
    _copy_doors(access, id_)


def _values(access: Access) -> dict[str, object]:
    return {name: getattr(access, name) for name in _COPIED}


def _copy_doors(access: Access, id_: str) -> None:
    """A door that stays keeps its grant's id: open pages name it. The hold is the access's own."""
    rows = list(access.doors.order_by("id"))
    AccessDoor.objects.filter(access=id_).exclude(door__in=[row.door_id for row in rows]).delete()
    for row in rows:
        terms = {"in_auth_types": row.in_auth_types, "out_auth_types": row.out_auth_types}
        AccessDoor.objects.update_or_create(access_id=id_, door_id=row.door_id, defaults=terms)
