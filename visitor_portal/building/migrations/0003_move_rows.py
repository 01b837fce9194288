from django.db import migrations

from visitor_portal.building import chain
from visitor_portal.building.models.ids import new_id

STEPS = {"requested": 1, "sent": 2, "confirmed": 3, "refused": 3, "unknown": 3}


def openers(apps, schema_editor):
    """A door's driver becomes its first opener; the least interval is the building's from now on."""
    Opener = apps.get_model("building", "Opener")
    for door in apps.get_model("building", "Door").objects.select_related("building"):
        if door.driver:
            Opener.objects.create(door=door, driver=door.driver, settings=door.driver_settings)
    for building in apps.get_model("building", "Building").objects.all():
        longest = max((door.min_interval_ms for door in building.doors.all()), default=0)
        if longest > building.min_interval_ms:
            building.min_interval_ms = longest
            building.save()


def grants(apps, schema_editor):
    for row in apps.get_model("building", "AccessDoor").objects.all():
        row.grant_id = new_id()
        row.save()


def log(apps, schema_editor):
    """An attempt was one row that changed; now each step is a row of the chain."""
    AccessLog = apps.get_model("building", "AccessLog")
    heads = {}
    for old in apps.get_model("building", "OldAccessLog").objects.select_related("door").order_by("at", "id"):
        for state in dict.fromkeys(("requested", old.state)):
            building = old.door.building_id
            sequence, before = heads.get(building, (0, ""))
            row = AccessLog(
                building=building,
                sequence=sequence + 1,
                attempt=old.id,
                step=STEPS[state],
                at=(old.closed_at or old.at) if STEPS[state] == 3 else old.at,
                state=state,
                reason=old.reason if state == old.state else "",
                door=old.door_id,
                portal=old.portal_id or "",
                direction=old.direction,
                auth_type=old.auth_type,
                resident=old.resident_id or "",
                session=old.session_id or "",
                key_hash=old.key_hash or "",
                seen_open=old.seen_open,
                milliseconds=old.milliseconds,
            )
            row.hash = chain.hash_of(row, before)
            row.save()
            heads[building] = (row.sequence, row.hash)
    LogHead = apps.get_model("building", "LogHead")
    for building, (sequence, digest) in heads.items():
        LogHead.objects.create(building=building, sequence=sequence, hash=digest)


class Migration(migrations.Migration):
    dependencies = [("building", "0002_permissions")]
    operations = [migrations.RunPython(work, migrations.RunPython.noop) for work in (openers, grants, log)]
