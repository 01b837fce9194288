"""`manage.py entryfy_discover`: what an Entryfy organisation has, and what to write into a door's opener."""

import json
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

import grpc
from django.core.management.base import BaseCommand, CommandError

from visitor_portal.building.accesses.generated.entryfy_org_v2_pb2 import AuthType
from visitor_portal.building.drivers import found
from visitor_portal.building.drivers.entryfy import EntryfySettings
from visitor_portal.building.drivers.entryfy_accesses import Accesses
from visitor_portal.building.drivers.entryfy_account import LoginRefused
from visitor_portal.building.drivers.entryfy_line import Line
from visitor_portal.building.drivers.outside import Deadline
from visitor_portal.building.models import Opener

PATIENCE = 30.0  # seconds for all of it
_NOBODY = "00000000-0000-0000-0000-000000000000"  # a door must be named before one is known


class Command(BaseCommand):
    help = (
        "Logs in to an Entryfy organisation, lists its sites and doors, shows how it spells auth types, and says "
        "what to write into the settings of an opener. Nothing is written there and no door is opened."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--opener", type=int, help="take address and login from this opener's settings")
        parser.add_argument("--account", help="address of the account service, as accountapi.example.com:9843")
        parser.add_argument("--organisation", help="address of the organisation, as orgapi.example.com:9843")
        parser.add_argument("--username", help="the account's name; its password is asked for, or read from stdin")
        parser.add_argument("--slug", help="the organisation's short name")
        parser.add_argument("--no-tls", action="store_true", help="for a server on this very computer")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        settings = _of_opener(options["opener"]) if options["opener"] else _given(options)
        try:
            with Line(settings, Deadline.after(PATIENCE)) as line:
                told = _told(line, settings)
        except LoginRefused:
            raise CommandError("The account does not take this name and password.") from None
        except grpc.RpcError as error:
            raise CommandError(f"The organisation says {error.code().name}: {error.details()}") from None
        except OSError as error:
            raise CommandError(f"There is no way to it: {error}.") from None
        self.stdout.write(json.dumps(told, indent=2) if options["json"] else _in_words(told))


def _of_opener(id_: int) -> dict[str, Any]:
    opener = Opener.objects.filter(id=id_, driver="entryfy").select_related("door__building").first()
    wired = found(opener, opener.door) if opener else None
    if wired is None:
        raise CommandError(f"There is no opener {id_} of an Entryfy door whose settings can be read.")
    return EntryfySettings.filled(wired[1].settings)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    names = ("account", "organisation", "username", "slug")
    if missing := [name for name in names if not options[name]]:
        raise CommandError(f"Name --opener, or all of --{', --'.join(names)}. Missing: {', '.join(missing)}.")
    password = getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    given = {name: options[name] for name in names} | {"password": password, "tls": not options["no_tls"]}
    form = EntryfySettings(given | {"door_uuid": _NOBODY})
    if not form.is_valid():
        raise CommandError(" ".join(f"{name}: {errors[0]}" for name, errors in form.errors.items()))
    return form.cleaned_data


def _told(line: Line, settings: dict[str, Any]) -> dict[str, Any]:
    named = ("account", "organisation", "tls", "username", "slug")
    return {
        "sites": [{"uuid": site.uuid, "name": site.name, "time_zone": site.timezone} for site in line.sites()],
        "doors": [_door(door) for door in line.doors()],
        "auth_types": Accesses(line, settings).spelling(),
        "settings": {name: settings[name] for name in named},
    }


def _door(door: Any) -> dict[str, Any]:
    ways = {"in": door.allowed_in_auth_types, "out": door.allowed_out_auth_types}
    means = {way: [AuthType.Name(number).removeprefix("AUTH_TYPE_") for number in ways[way]] for way in ways}
    return {"uuid": door.uuid, "site": door.site_uuid, "name": door.name, "online": door.online, **means}


def _in_words(told: dict[str, Any]) -> str:
    lines = []
    for site in told["sites"]:
        lines += [f"{site['name']}  (site {site['uuid']}, {site['time_zone'] or 'no time zone'})"]
        for door in told["doors"]:
            if door["site"] == site["uuid"]:
                lines += [
                    f"  {door['name']}: {'online' if door['online'] else 'offline'}",
                    f"    door {door['uuid']}",
                ]
                lines += [f"    {way}: {', '.join(door[way]) or 'not told'}" for way in ("in", "out")]
    lines += ["", f"Auth types are spelt as {', '.join(told['auth_types']) or 'nobody knows: none is shown'}."]
    lines += ["", "Into the settings of the door's opener (driver Entryfy door), with the door's UUID from above:"]
    return "\n".join([*lines, *(f"  {name}: {value}" for name, value in told["settings"].items())])
