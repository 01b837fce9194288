"""Every refusal and fault as a page: what happened, in one plain sentence, and what to do next."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django_htmx.http import reselect, reswap, retarget

from visitor_portal.public_access import (
    BadAnswer,
    Conflict,
    Denied,
    Gone,
    Invalid,
    NotFound,
    PublicAccessError,
    Refused,
    TooSoon,
    Unknown,
    Unreachable,
)
from visitor_portal.public_access.wire.openings import REFUSED
from visitor_portal.sentences import BY_CODE as BY_INVITE_CODE
from visitor_portal.sentences import Fault

ASK_AT_THE_DOOR = _("Use the panel, the bell or the phone number at the door.")
ASK_THE_MANAGER = _("Ask whoever manages the building.")

UNKNOWN_PAGE = Fault(
    404,
    _("Nothing is here"),
    _("This address leads nowhere. A letter may be missing, or it is no longer in use."),
    _("Scan the sign at the door again, or ask whoever sent you the link."),
)
NOT_YOURS = Fault(
    403,
    _("This visit is not yours to see"),
    _("Only the phone that called and the people it rings can open this page."),
    _("Scan the sign at the door to start a visit of your own."),
)
# Whoever comes without any cookie may be the caller, in a browser that keeps none.
NO_COOKIES = replace(
    NOT_YOURS,
    then=_(
        "If you have just rung from here, this browser keeps no cookies: open the sign in your phone's own browser."
    ),
)
NOT_FROM_OUR_PAGE = Fault(
    403,
    _("That did not come from our page"),
    _("For the safety of the people here, only a tap on our own page counts."),
    _("Go back to the page and tap again."),
)
BAD_REQUEST = Fault(
    400,
    _("We could not read that"),
    _("Something in what your browser sent is not as it should be."),
    _("Go back to the page and try again."),
)
TOO_LARGE = Fault(413, _("That is too much"), _("No form here needs that much text."), _("Make it shorter."))
OURS = Fault(
    500,
    _("The fault is ours"),
    _("Something broke on our side. Nothing was opened by this."),
    ASK_AT_THE_DOOR,
)
OFFLINE = Fault(
    503,
    _("The building is not answering"),
    _("We could not reach it, so nothing was sent."),
    _("Try again in a moment. If it is urgent, use the panel, the bell or the phone number at the door."),
)
NO_ANSWER = Fault(
    503,
    _("No answer from the building"),
    _("We asked, and no answer came back in time."),
    _("Try again in a moment. If it is urgent, use the panel, the bell or the phone number at the door."),
)
NONSENSE = Fault(
    502,
    _("The building sent an answer we can't read"),
    _("We would rather say nothing than something wrong."),
    ASK_AT_THE_DOOR,
)
GONE = Fault(
    410,
    _("This sign is no longer in use"),
    _("It was replaced by a newer one."),
    _("Look for the new sign at the door, or use the panel."),
)
TOO_SOON = Fault(
    429, _("One moment"), _("That was asked for a moment ago."), _("Wait a few seconds, then tap again.")
)

OLD_PAGE = Fault(
    409,
    _("This page stood open for a while"),
    _("To be safe we did nothing."),
    _("Tap again."),
)
OPEN_UNKNOWN = Fault(
    504,
    _("We don't know whether the door opened"),
    _("We asked the door to open but got no answer."),
    _("Try the door. If it is shut, tap again in 5 seconds."),
)
OPEN_REFUSED = Fault(
    409, _("The door was not opened"), _("The building said no."), _("Open it by hand, or go to the door.")
)
OPEN_NOT_SENT = Fault(
    503,
    _("The building is not answering"),
    _("We could not reach it, so the door was not opened, that is certain."),
    _("Tap again in a moment, or open it by hand."),
)

BY_CODE: dict[str, Fault] = BY_INVITE_CODE | {
    "no_callees": Fault(403, _("Nobody takes calls there"), _("This entry has no phone to ring."), ASK_AT_THE_DOOR),
    "dnd": Fault(
        403,
        _("Not to be disturbed now"),
        _("The people there have asked for quiet."),
        _("Try later, or choose somebody else."),
    ),
    "guest_disabled": Fault(
        403, _("This entry takes no visitors"), _("The building has switched it off."), ASK_AT_THE_DOOR
    ),
    "answered_elsewhere": Fault(
        409, _("Already answered"), _("Somebody else in your home took this visit."), _("Nothing more to do.")
    ),
    "session_over": Fault(
        409,
        _("This visit is over"),
        _("It ended before your tap arrived, so nothing was done."),
        _("To start again, the visitor scans the sign at the door."),
    ),
    "held_closed": Fault(
        403, _("The door is kept shut"), _("The building keeps it shut at the moment."), ASK_AT_THE_DOOR
    ),
    "door_not_connected": Fault(
        409,
        _("No door is connected"),
        _("This sign has no door behind it at the moment."),
        ASK_AT_THE_DOOR,
    ),
    "door_unreachable": Fault(
        503,
        _("The door did not answer"),
        _("It was not opened, that is certain."),
        _("Try once more. If it stays like this, open it by hand."),
    ),
    "light_unreachable": Fault(
        503, _("The lights did not answer"), _("They may be off."), _("Try once more, or use the switch at the door.")
    ),
    "wrong_role": NOT_YOURS,
    "auth_type_not_allowed": Fault(
        403,
        _("This door wants something else"),
        _("It opens by a card, a code or a reader, not from here."),
        ASK_THE_MANAGER,
    ),
    "scan_required": Fault(
        403,
        _("Scan the sign at the door"),
        _("This door opens only for somebody who stands before it."),
        _("Scan the sign with your phone's camera, then tap within two minutes."),
    ),
    "outside_schedule": Fault(
        403,
        _("Not at this hour"),
        _("Your access to this door does not cover this hour."),
        ASK_THE_MANAGER,
    ),
    "curfew": Fault(
        403, _("Not at this hour"), _("The building opens for nobody by invite at this hour."), _("Call your host.")
    ),
    "blackout_date": Fault(
        403, _("Not today"), _("The building opens for nobody by invite today."), _("Call your host.")
    ),
    "not_yet_valid": Fault(
        403, _("Too early"), _("Your access to this door begins later."), _("Come back then, or ring somebody.")
    ),
    "invite_expired": Fault(
        403, _("Your access has ended"), _("It no longer opens this door."), _("Ask whoever gave it to you.")
    ),
    "too_many_tries": Fault(
        429,
        _("Too many tries"),
        _("That was tried so often that it has to rest for a while."),
        _("Wait, or use the panel, the bell or the phone number at the door."),
    ),
}

BY_KIND: tuple[tuple[type[PublicAccessError], Fault], ...] = (
    (NotFound, UNKNOWN_PAGE),
    (Denied, NOT_YOURS),
    (Gone, GONE),
    (Conflict, BY_CODE["session_over"]),
    (Invalid, BAD_REQUEST),
    (TooSoon, TOO_SOON),
    (Unreachable, OFFLINE),
    (Unknown, NO_ANSWER),
    (BadAnswer, NONSENSE),
)


class EndedOpening(Protocol):
    """What the ledger knows of a command to open."""

    state: str
    code: str
    retry_after: int | None


def of_opening(opening: EndedOpening, words: Mapping[str, Fault] = BY_CODE) -> Fault:
    """What is told of an opening that was not confirmed; `words` are those for whoever tapped."""
    if opening.state != REFUSED:
        return OPEN_UNKNOWN
    if opening.code in words:
        return words[opening.code]
    if opening.code == "not_sent":
        return OPEN_NOT_SENT
    return TOO_SOON if opening.retry_after is not None else OPEN_REFUSED


def explain(error: PublicAccessError) -> Fault:
    """What a visitor is told of this error."""
    if isinstance(error, Refused) and error.code in BY_CODE:
        return BY_CODE[error.code]
    return next((fault for kind, fault in BY_KIND if isinstance(error, kind)), NO_ANSWER)


def show(request: HttpRequest, fault: Fault, *, retry_after: int | None = None) -> HttpResponse:
    response = render(request, "fault.html", {"fault": fault, "retry_after": retry_after}, status=fault.status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    if getattr(request, "htmx", None):  # beside what the page shows, not in its place
        response = reselect(reswap(retarget(response, "#notice"), "innerHTML"), "#fault")
    return response


def page(request: HttpRequest, error: PublicAccessError) -> HttpResponse:
    return show(request, explain(error), retry_after=error.retry_after if isinstance(error, Refused) else None)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return show(request, BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path_info.startswith("/admin/") and hasattr(request, "user"):
        return _no_right(request)
    if fault := getattr(exception, "fault", None):  # who refuses may know better words
        return show(request, fault)
    return show(request, NOT_YOURS if request.COOKIES else NO_COOKIES)


def _no_right(request: HttpRequest) -> HttpResponse:
    """For somebody at the desk, who is no visitor: in the desk's own look."""
    context = admin.site.each_context(request) | {"title": "You have no right to this"}
    return render(request, "admin/403.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return show(request, UNKNOWN_PAGE)


def server_error(request: HttpRequest) -> HttpResponse:
    return show(request, OURS)
