"""What each side reads, state by state. Never more than is known."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from visitor_portal.http import isolated

from . import said
from .status import Status


@dataclass(frozen=True, slots=True)
class Words:
    icon: str  # a pictogram of the page's own set: bell talk door shut past wait write
    title: str
    text: str = ""
    tone: str = "calm"  # calm · good · sad
    then: str = ""  # what else can be done, while that is not said yet
    talking_title: str = ""  # in place of the title once the two hear each other; only the page knows when
    talking_text: str = ""


def words(status: Status) -> Words:
    if status.is_written and not status.is_elsewhere and status.state in _WRITTEN:
        return _WRITTEN[status.state](status)
    if status.role.name == "callee":
        if status.is_elsewhere:
            return _elsewhere(status)
        return _CALLEE.get(status.state, _in_progress)(status)
    return _CALLER.get(status.state, _in_progress)(status)


def fragment(status: Status) -> dict[str, object]:
    """What the template of the fragment needs."""
    return {"status": status, "session": status.session, "words": words(status), "lines": said.lines(status)}


def _in_progress(status: Status) -> Words:
    return Words("wait", _("The visit is under way"), _("We will say so here when something changes."))


# -- the door, for both sides


def _door(status: Status) -> Words:
    opening = status.session.opening
    if opening is not None and opening.seen_open is False:
        return Words(
            "shut",
            _("The door was told to open"),
            _("Nothing shows yet that it moved. Try it; if it is shut, use the panel."),
        )
    if status.is_door_open:
        come_in = _("Come in.") if status.role.name == "caller" else _("The visitor can come in.")
        return Words("door", _("The door is open"), come_in, "good")
    if status.session.door_open_until is None and status.session.version is None:
        return Words("door", _("The door was opened"), _("Come in, it shuts again soon."), "good")
    return Words("shut", _("The door was opened"), _("By now it has shut again."), "good")


def _trouble(status: Status) -> str:
    """What became of an attempt to open that did not end well."""
    opening = status.session.opening
    if opening is None or opening.state == "confirmed":
        return ""
    if opening.state == "refused":
        return _("The door did not open. It can be tried again.")
    if opening.state == "unknown":
        return _("The door was asked to open and gave no answer. Try it by hand.")
    return _("The door was asked to open.")


# -- the visitor


def _otherwise() -> str:
    """The portal knows no phone number; the sign may have one."""
    return _("If nobody answers, try another entry, use the panel or call the number on the sign.")


def _calling(status: Status) -> Words:
    title = _("Calling %(who)s") % {"who": status.who}
    if status.session.callees_notified is False:
        text = _("No phone could be told. If nobody comes, use the panel or call the number on the sign.")
        return Words("bell", title, text)
    if status.is_late and status.can_write:
        return Words("bell", title, _told(status) or _("No phone has shown the call so far."), then=_write_instead())
    return Words("bell", title, _told(status) or _("No phone has shown the call yet."), then=_otherwise())


def _write_instead() -> str:
    return _("Write to them below: whoever looks at their page reads it. Or use the panel.")


def _rings(status: Status) -> Words:
    title = _("Ringing %(who)s") % {"who": status.who}
    return Words("bell", title, _shown(status) or _told(status), then=_otherwise())


def _told(status: Status) -> str:
    """Phones that a message was sent to, before one of them has shown it."""
    number = status.session.ring.sent if status.session.ring else 0
    text = ngettext(
        "%(number)d phone was told. It has not shown the call yet.",
        "%(number)d phones were told. None has shown the call yet.",
        number,
    )
    return text % {"number": number} if number else ""


def _shown(status: Status) -> str:
    ring = status.session.ring
    if ring is None or not ring.shown:
        return ""
    number = {"number": ring.shown}
    text = ngettext("It rings on %(number)d phone.", "It rings on %(number)d phones.", ring.shown) % number
    if ring.sent <= ring.shown:
        return text
    told = ngettext("%(number)d phone was told.", "%(number)d phones were told.", ring.sent)
    return " ".join((text, told % {"number": ring.sent}))


def _answered(status: Status) -> Words:
    title = _("%(who)s answered") % {"who": status.who}
    if trouble := _trouble(status):
        return Words("talk", title, trouble)
    text = _("They are there, and can open the door.")
    return Words("talk", title, text, talking_text=_("Talk now. They can open the door from there."))


def _again() -> str:
    return _("You can ring again, try another entry, use the panel or call the number on the sign.")


def _said_no(status: Status) -> Words:
    if status.session.answered_at:
        return Words("past", _("The call has ended"), _("They hung up."), "sad", _again())
    text = _("They know that you are here. Try another entry, or use the panel or the number on the sign.")
    return Words("past", _("%(who)s can't take the visit now") % {"who": status.who}, text, "sad")


def _no_answer(status: Status) -> Words:
    if status.session.answered_at:
        return Words("past", _("The call has ended"), _("Its time was up."), "sad", _again())
    if _has_written(status, "callee"):
        return Words("past", _("The call has ended"), _("Nobody picked up, but they wrote to you."), "calm", _again())
    text = _("Nobody picked up in time. Ring again, try another entry, or use the panel or the number on the sign.")
    return Words("past", _("No answer"), text, "sad")


def _has_written(status: Status, side: str) -> bool:
    return any(message.from_ == side for message in status.session.messages)


# -- only words, for both sides


def _write(status: Status) -> Words:
    if status.role.name == "callee":
        text = _("They wrote to you and did not ring. Answer them in words.")
        return Words("write", _("Somebody writes to you"), text)
    title = _("Write to %(who)s") % {"who": status.who}
    if not _has_written(status, "caller"):
        return Words("write", title, _("No phone rings. They read what you write on their own page."))
    return Words("write", title, _reading(status), then=_otherwise_in_person() if status.is_late else "")


def _reading(status: Status) -> str:
    """How far the words came, as far as anybody confirmed it."""
    ring = status.session.ring
    if _has_written(status, "callee"):
        return _("They answered you.")
    if ring and ring.opened:
        return _("Somebody has opened your message.")
    if ring and ring.shown:
        return _("Your message shows on a phone there.")
    return _("No phone has shown your message yet. This page says so when one does.")


def _otherwise_in_person() -> str:
    return _("If it is urgent, ring them, use the panel or call the number on the sign.")


def _wrote(status: Status) -> Words:
    if status.role.name == "callee":
        return Words("past", _("The conversation has ended"), _("Nothing more to do."))
    text = _("You can write or ring again from the directory.")
    return Words("past", _("The conversation has ended"), text)


# -- the resident


def _somebody(status: Status) -> Words:
    text = _("Answer to talk with them, or open the door right away.")
    return Words("bell", _("Somebody is at the door"), _trouble(status) or text)


def _in_talk(status: Status) -> Words:
    text = _("The visitor reads that you are there. You can open the door.")
    if trouble := _trouble(status):
        return Words("talk", _("You answered"), trouble, talking_title=_("You are talking with the visitor"))
    talking = (_("You are talking with the visitor"), _("Open the door when you like."))
    return Words("talk", _("You answered"), text, "calm", "", *talking)


def _elsewhere(status: Status) -> Words:
    name = {"name": isolated(status.session.answered_by or "")}
    if status.state == "declined" and not status.session.answered_at:
        return Words("past", _("%(name)s declined") % name, _("Nothing more to do."))
    return Words("past", _("%(name)s answered") % name, _("Nothing more to do."))


def _declined(status: Status) -> Words:
    if status.session.answered_at:
        return Words("past", _("You hung up"), _("The visitor reads that the call has ended."))
    return Words("past", _("You declined"), _("The visitor is told that you can't come now."))


_WRITTEN: dict[str, Callable[[Status], Words]] = {
    **dict.fromkeys(("pending", "ringing", "active"), _write),
    **dict.fromkeys(("declined", "cancelled", "expired"), _wrote),
}
_CALLER: dict[str, Callable[[Status], Words]] = {
    "pending": _calling,
    "ringing": _rings,
    "active": _answered,
    "accepted": _door,
    "declined": _said_no,
    "cancelled": lambda status: Words("past", _("You ended the call"), _("You can ring again from the directory.")),
    "expired": _no_answer,
    "failed": lambda status: Words(
        "past", _("The call could not be made"), _("Use the panel, or call the number on the sign."), "sad"
    ),
}
_CALLEE: dict[str, Callable[[Status], Words]] = {
    "pending": _somebody,
    "ringing": _somebody,
    "active": _in_talk,
    "accepted": _door,
    "declined": _declined,
    "cancelled": lambda status: Words("past", _("The visitor ended the call"), _("Nothing more to do."), "sad"),
    "expired": lambda status: (
        Words("past", _("The call has ended"), _("Its time was up."))
        if status.session.answered_at
        else Words("past", _("Missed"), _("Nobody answered this visit in time."), "sad")
    ),
    "failed": lambda status: Words(
        "past", _("The call could not be connected"), _("Look at the door, if you can."), "sad"
    ),
}
