"""Role cookies: signed, named by role and visit, few."""

import pytest
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from visitor_portal import roles
from visitor_portal.roles import Role

CALLER = Role("caller", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "caller_secret")


def cookies(*held: Role) -> dict[str, str]:
    return {name: m.value for role in held for name, m in roles.give(HttpResponse(), role, {}).cookies.items()}


def test_what_is_given_is_held() -> None:
    assert roles.held(cookies(CALLER), "caller", CALLER.session_id) == CALLER


@pytest.mark.parametrize(
    ("name", "session"), [("callee", CALLER.session_id), ("caller", "another"), ("resident", "")]
)
def test_a_cookie_under_another_name_proves_nothing(name: roles.RoleName, session: str) -> None:
    [value] = cookies(CALLER).values()
    assert roles.held({f"{name}_{session}".rstrip("_"): value}, name, session) is None


def test_a_changed_value_proves_nothing() -> None:
    held = {name: f"x{value}" for name, value in cookies(CALLER).items()}
    assert roles.held(held, "caller", CALLER.session_id) is None


def test_both_sides_fit_in_one_browser() -> None:
    callee = Role("callee", CALLER.session_id, "callee_secret")
    both = cookies(CALLER, callee)
    assert roles.as_asked(both, CALLER.session_id, None) == CALLER
    assert roles.as_asked(both, CALLER.session_id, "callee") == callee


def test_over_https_the_cookie_is_bound_to_the_host(settings: Settings) -> None:
    settings.HTTPS = True
    [cookie] = roles.give(HttpResponse(), CALLER, {}).cookies.values()
    assert cookie.key.startswith("__Host-caller_") and cookie["secure"] and cookie["path"] == "/"


def test_the_oldest_visits_make_room() -> None:
    many = cookies(*(Role("callee", f"01ARZ3NDEKTSV4RRFFQ69G5F{n:02}", "secret") for n in range(20)))
    given = roles.give(HttpResponse(), Role("callee", "01ZZZ", "secret"), many).cookies
    gone = {name for name, morsel in given.items() if morsel["max-age"] == 0}
    assert len(many) - len(gone) + 1 == roles.KEPT
    assert "callee_01ARZ3NDEKTSV4RRFFQ69G5F00" in gone and "callee_01ARZ3NDEKTSV4RRFFQ69G5F19" not in gone


def test_the_newest_calls_come_first() -> None:
    held = cookies(*(Role("caller", f"01ARZ3NDEKTSV4RRFFQ69G5F{n:02}", "secret") for n in range(5)))
    assert [role.session_id[-2:] for role in roles.callers(held)] == ["04", "03", "02"]
