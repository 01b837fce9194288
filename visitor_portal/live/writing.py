"""What a side of a visit writes: a phrase, or a line of its own words. What is refused is not lost."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from visitor_portal import events, faults, phrases, upstream
from visitor_portal.lines import LONGEST, plain
from visitor_portal.public_access import (
    Conflict,
    Invalid,
    NotFound,
    PublicAccessError,
    Refused,
    TooSoon,
    Unknown,
    Unreachable,
)
from visitor_portal.public_access.wire import Message, Session
from visitor_portal.roles import Role
from visitor_portal.sentences import Text

from . import kept, truth
from .desk import RefusedLine
from .effects import back, effect
from .views import page

NOT_SENT = gettext_lazy("Your line was not sent.")
BY_KIND: tuple[tuple[type[PublicAccessError], Text, Text], ...] = (
    (TooSoon, NOT_SENT, gettext_lazy("You have written as much as one visit holds. Ring, or use the panel.")),
    (
        Conflict,
        gettext_lazy("The visit was over before your line arrived."),
        gettext_lazy("Nobody reads it any more."),
    ),
    (Invalid, NOT_SENT, gettext_lazy("The building did not take it. Say it with other words, or shorter.")),
    (NotFound, NOT_SENT, gettext_lazy("Nobody can be written to here. Ring, or use the panel.")),
    (
        Unknown,
        gettext_lazy("We don't know whether your line arrived."),
        gettext_lazy("Look whether it shows above before you send it again."),
    ),
    (Unreachable, NOT_SENT, gettext_lazy("The building can't be reached. Send it again in a moment.")),
)


@effect("caller")
async def message(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    return await _write(request, role, nonce)


@effect("callee")
async def reply(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    return await _write(request, role, nonce)


async def _write(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    """One tap, one line: the same form sent again is told what became of the first."""
    typed, phrase = request.POST.get("text", ""), request.POST.get("phrase", "")
    text = phrases.in_house_language(phrase) if phrase else plain(typed)
    if wrong := _wrong(text, phrase):
        return await page(request, role, RefusedLine(400, wrong, draft=typed[: 2 * LONGEST]))
    key = f"write {nonce} {phrase} {text}"
    try:
        await upstream.finish_once(key, lambda: _send(role, text, phrase))
    except PublicAccessError as error:
        if isinstance(error, (Refused, Unreachable)):
            upstream.retract(key)
        return await page(request, role, _refused(error, typed))
    # A script takes the form's place from the answer itself: by a redirect each line would be two requests.
    if getattr(request, "htmx", None):
        return await page(request, role)
    return back(role, is_plain="plain" in request.GET)


def _wrong(text: str, phrase: str) -> str:
    if phrase and not text:
        return _("This phrase is not known here. Choose another one.")
    if not text:
        return _("Write something first, or choose a phrase.")
    if len(text) > LONGEST:
        return _("That is too long: a line has at most %(number)d characters.") % {"number": LONGEST}
    return ""


async def _send(role: Role, text: str, phrase: str) -> None:
    client = upstream.client()
    if role.name == "callee":
        await client.reply_session(role.session_id, token=role.secret, text=text, phrase=phrase or None)
        return
    session = await truth.read(role)
    if kept.is_mute(session) or (session.writing and not session.writing.phrases):
        await _tell_mute(role, session, text, phrase)
    else:
        await client.notify_session(role.session_id, token=role.secret, text=text, phrase=phrase or None)


async def _tell_mute(role: Role, session: Session, text: str, phrase: str) -> None:
    """An upstream that takes a text and no more, and shows it to nobody here."""
    await kept.take(role.session_id)
    try:
        await upstream.client().notify_session(role.session_id, token=role.secret, text=text)
    except (Refused, Unreachable):
        await kept.give_back(role.session_id)
        raise
    now = session.now or datetime.now(UTC)
    await kept.put(role.session_id, Message(f"kept-{now.timestamp()}", role.name, text, phrase or None, now))
    truth.forget(role.session_id)
    await events.send(events.session_group(role.session_id), events.Changed(type="session.changed"))


def _refused(error: PublicAccessError, draft: str) -> RefusedLine:
    """What happened to the line, and what to do next. How long to wait says the page itself."""
    told = ((why, then) for kind, why, then in BY_KIND if isinstance(error, kind))
    why, then = next(told, (NOT_SENT, faults.explain(error).what))
    status = error.status if isinstance(error, Refused) else faults.explain(error).status
    retry_after = error.retry_after if isinstance(error, TooSoon) else None
    return RefusedLine(status, str(why), "" if retry_after else str(then), draft, retry_after)
