"""The settings of the server's tests, with the slow room."""

from tests.server_settings import *  # noqa: F403

INSTALLED_APPS = ["visitor_portal", "tests.slow_house"]
