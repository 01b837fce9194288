"""Who may use a building over the API, as a manager sets it up."""

from django.contrib.auth.models import User

from .forms import errors, read, send, text


def page(building) -> str:
    return f"/admin/building/organization/{building.id}/change/"


def test_the_slug_and_the_operators_are_set_here(desk, building):
    clerk = User.objects.create_user("clerk", is_staff=True)
    send(desk, page(building), slug="harbour", operators=[str(clerk.pk)])
    building.organization.refresh_from_db()
    assert (building.organization.slug, list(building.organization.operators.all())) == ("harbour", [clerk])


def test_only_staff_can_be_named(desk, building):
    nobody = User.objects.create_user("nobody")
    answer = desk.post(page(building), read(desk, page(building)).sent | {"operators": [str(nobody.pk)]})
    assert errors(answer)


def test_organisations_come_and_go_with_their_building(desk, building):
    assert desk.get("/admin/building/organization/add/").status_code == 403
    assert desk.post(page(building).replace("change", "delete")).status_code == 403
    assert "superusers only" in text(desk.get("/admin/building/organization/"))
