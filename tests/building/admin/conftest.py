"""Managers at the desk: one who may do everything, and such as may do some things."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from visitor_portal.building import invites
from visitor_portal.building.models import Access, AccessDoor, Invite, Opener

Staff = Callable[..., Client]


@pytest.fixture(autouse=True)
def nothing_is_known_of_types() -> None:
    """Their ids go with the rows that a test before this one left."""
    ContentType.objects.clear_cache()


@pytest.fixture(autouse=True)
def hashes_are_quick(settings) -> None:
    """Of PINs: here nobody guesses them."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def desk(transactional_db: None) -> Client:
    """The manager, who may do everything."""
    user = get_user_model().objects.create_superuser("manager")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def staff(transactional_db: None) -> Staff:
    """Somebody at the desk with these permissions alone, as `view_door`."""

    def made(*codes: str) -> Client:
        if not Permission.objects.filter(content_type__app_label="building").exists():
            create_contenttypes(apps.get_app_config("building"), verbosity=0)
            create_permissions(apps.get_app_config("building"), verbosity=0)
        user = get_user_model().objects.create_user(f"staff {codes}"[:150], is_staff=True)
        for code in codes:
            user.user_permissions.add(Permission.objects.get(codename=code, content_type__app_label="building"))
        client = Client()
        client.force_login(user)
        return client

    return made


@pytest.fixture
def opener(door) -> Opener:
    opener: Opener = door.openers.get()
    return opener


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    """Where files lie between their preview and their import."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "uploads"


@pytest.fixture
def invite(door, alice) -> Invite:
    """Alice's, to the lobby, with a PIN, for a day."""
    access = Access.objects.create(
        building=door.building, name="x", kind="temporary", valid_to=timezone.now() + timedelta(days=1)
    )
    AccessDoor.objects.create(access=access, door=door, in_auth_types=["REMOTE"], out_auth_types=["REMOTE"])
    invite, _ = invites.issue(access, host=alice.resident, name="Dinner", pin="123456")
    return invite
