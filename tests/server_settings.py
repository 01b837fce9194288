"""The portal's settings, serving the small application of the server's tests."""

from visitor_portal.settings import *  # noqa: F403

INSTALLED_APPS = ["visitor_portal"]
MIDDLEWARE = []
ROOT_URLCONF = "tests.server_app"
ASGI_APPLICATION = "tests.server_app.application"
