"""Who this browser is: the caller or a callee of one session, or a resident.

Each secret lies in a signed HttpOnly cookie named by role and session, so that one browser can play both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from visitor_portal import upstream

RoleName = Literal["caller", "callee", "resident"]
SESSION_AGE = 3600  # seconds; longer than any call and its last words
KEPT = 12  # visits of a role that one browser holds: more would outgrow what servers take as headers
RESIDENT_AGE = 400 * 86400  # the longest that browsers keep a cookie


@dataclass(frozen=True, slots=True)
class Role:
    name: RoleName
    session_id: str  # empty for a resident
    secret: str

    @property
    def fingerprint(self) -> str:
        """Binds a page's form tokens to the holder without showing the secret."""
        return sha256(self.secret.encode()).hexdigest()[:16]


def _cookie(name: RoleName, session_id: str) -> str:
    # Browsers accept the __Host- prefix only over https; Safari refuses Secure on plain localhost.
    prefix = "__Host-" if settings.HTTPS else ""
    return f"{prefix}{name}{'_' if session_id else ''}{session_id}"


def _age(name: RoleName) -> int:
    return RESIDENT_AGE if name == "resident" else SESSION_AGE


def give(response: HttpResponse, role: Role, beside: Mapping[str, str]) -> HttpResponse:
    """Hand the browser this role, beside the cookies that it holds. The oldest visits make room."""
    cookie = _cookie(role.name, role.session_id)
    for old in _of_visits(role.name, beside)[KEPT - 1 :] if role.session_id else []:
        if old != cookie:
            response.delete_cookie(old)
    response.set_cookie(
        cookie,
        signing.get_cookie_signer(salt=cookie).sign(role.secret),
        max_age=_age(role.name),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def held(cookies: Mapping[str, str], name: RoleName, session_id: str = "") -> Role | None:
    """This role, if the cookies prove it."""
    cookie = _cookie(name, session_id)
    if cookie not in cookies:
        return None
    try:
        secret = signing.get_cookie_signer(salt=cookie).unsign(cookies[cookie], max_age=_age(name))
    except signing.BadSignature:
        return None
    return Role(name, session_id, secret)


def _of_visits(name: RoleName, cookies: Mapping[str, str]) -> list[str]:
    """The names of this role's cookies, the newest visit first: ids sort by time."""
    return sorted((cookie for cookie in cookies if cookie.startswith(_cookie(name, "_")[:-1])), reverse=True)


def callers(cookies: Mapping[str, str]) -> list[Role]:
    """The newest calls that this browser made, three at most."""
    start = _cookie("caller", "_")[:-1]
    ids = [cookie.removeprefix(start) for cookie in _of_visits("caller", cookies)[:3]]
    return [role for session_id in ids if (role := held(cookies, "caller", session_id))]


def as_asked(cookies: Mapping[str, str], session_id: str, asked: str | None) -> Role | None:
    """The role to show: the one asked for when a browser holds both, else the one it holds."""
    caller, callee = held(cookies, "caller", session_id), held(cookies, "callee", session_id)
    return (callee or caller) if asked == "callee" else (caller or callee)


async def callee(request: HttpRequest, session_id: str) -> Role | None:
    """This browser as a callee: by its cookie, else as a resident whom this session rings."""
    if role := held(request.COOKIES, "callee", session_id):
        return role
    if not (resident := held(request.COOKIES, "resident")):
        return None
    known = await upstream.client().get_resident(key=resident.secret)
    tokens = [visit.callee_token for visit in known.visits if visit.session_id == session_id]
    return Role("callee", session_id, tokens[0]) if tokens else None


async def visitor_or_callee(request: HttpRequest, session_id: str) -> Role:
    """The role in which this browser may see the session, or 403."""
    asked = request.GET.get("as")
    role = as_asked(request.COOKIES, session_id, asked)
    if role is None or (asked == "callee" and role.name != "callee"):
        role = await callee(request, session_id) or role
    if role is None:
        raise PermissionDenied
    return role


async def required(request: HttpRequest, session_id: str, name: RoleName) -> Role:
    """This very role, or 403."""
    role = held(request.COOKIES, name, session_id)
    if role is None and name == "callee":
        role = await callee(request, session_id)
    if role is None:
        raise PermissionDenied
    return role
