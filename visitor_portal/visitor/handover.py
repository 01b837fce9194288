"""Out of an app's own browser: how an invite gets into the phone's browser, with its pass where there is one."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse

from visitor_portal import inapp, upstream
from visitor_portal.http import SeeOther
from visitor_portal.inapp import InApp

from . import guest, moved
from .guest import GuestPass
from .shown import Shown, State
from .taps import Tap, back, tap

STATES: tuple[State, ...] = ("active", "waiting", "scheduled", "max_devices_reached")  # where a browser matters


@dataclass(frozen=True, slots=True)
class Way:
    """What the page says of it."""

    app: InApp | None  # in whose browser it is shown
    address: str = ""  # to open elsewhere; empty while the pass is here and would stay behind
    code: str = ""  # by which a pass lies ready

    @property
    def intent(self) -> str:
        return inapp.intent(self.app, self.address)


def way(request: HttpRequest, shown: Shown) -> Way | None:
    """Nothing where the browser is the phone's own, and no pass lies ready for it."""
    app = inapp.of(request.headers.get("User-Agent", ""))
    if shown.state not in STATES or not (app or shown.handed):
        return None
    stays = not shown.handed and guest.of(request, shown.token)
    return Way(app, "" if stays else moved.address(shown.token, shown.handed), shown.handed)


async def _leave(tap: Tap, held: GuestPass) -> str:
    """A key can't come along: it signs once more, and the pass gets a new secret for a browser with its own key."""
    if tap.device_proof:
        session = await upstream.client().start_invite_session(tap.invite_token, **tap.signed(held))
        held = replace(held, invite_id=session.invite_id or held.invite_id)
    return await moved.leave(tap.invite_token, held)


@tap()
async def handover(request: HttpRequest, tap: Tap) -> HttpResponse:
    """This browser gives its pass up. Its page stands at the address by then: an app's menu opens just that one."""
    held = tap.held
    if held is None:
        return back(tap)
    code = await upstream.finish_once(tap.key("handover"), lambda: _leave(tap, held))
    return guest.take_away(SeeOther(moved.path(tap.invite_token, code)), held)
