"""The portal's settings, serving the floor: no middleware, no guard, one bare view."""

from visitor_portal.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "tests.benchmarks.floor.urls"
ASGI_APPLICATION = "tests.benchmarks.floor.asgi.application"
