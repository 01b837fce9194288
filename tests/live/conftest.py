"""A camera on this machine, where the settings say that cameras are."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.camera_server import CameraServer


@pytest.fixture
def camera(settings: Settings) -> Iterator[CameraServer]:
    with CameraServer() as server:
        for name, value in server.settings.items():
            setattr(settings, name, value)
        yield server
