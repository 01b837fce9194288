from django.http import HttpRequest

from visitor_portal.building.refusals import Refusal
from visitor_portal.public_access.wire import BackendStatus

from .answers import Shape, operation

VERSION = "0.1.0"


@operation("GET")
def get_status(request: HttpRequest) -> Shape:
    return BackendStatus(environment="embedded", version=VERSION)


@operation("GET")
def not_found(request: HttpRequest) -> Shape:
    raise Refusal("not_found")
