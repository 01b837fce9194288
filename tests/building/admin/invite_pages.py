"""An invite's pages at the desk, and the link that they show once."""

import re
from datetime import timedelta

from django.utils import timezone

from .forms import send

ADD = "/admin/building/invite/add/"


def page(invite, name: str = "change") -> str:
    return f"/admin/building/invite/{invite.id}/{name}/"


def press(desk, invite, button: str):
    assert desk.post(page(invite, button)).context["command"]
    return desk.post(page(invite, button), {"sure": "yes"}, follow=True)


def add(desk, door, **more):
    ends = timezone.now() + timedelta(days=1)
    fields = {"doors": [door.id], "valid_to_0": f"{ends:%Y-%m-%d}", "valid_to_1": "20:00:00"}
    return send(desk, ADD, **{"building": door.building_id, "name": "Dinner"} | fields | more)


def token_on(answer) -> str:
    assert answer.status_code == 200
    (token,) = re.findall(r'value="http://testserver/invite/(invite_[\w-]+)"', answer.content.decode())
    return str(token)
