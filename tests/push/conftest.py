from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from tests.building.conftest import file_database  # noqa: F401 a fixture: another thread reads the rows, too
from visitor_portal.push import phones, pool
from visitor_portal.push.models import Phone

from .service import Browser, PushService


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    with PushService() as running:
        settings.PUSH_HOSTS = [running.host]
        yield running
        assert pool.settle(15)


@pytest.fixture
def database(file_database: None) -> Iterator[None]:  # noqa: F811
    yield
    assert pool.settle(15)


def phone_of(browser: Browser, owner: str = "alice", name: str = "Phone") -> Phone:
    return phones.take_in(owner, name, browser.subscription, "", now=timezone.now())[0]
