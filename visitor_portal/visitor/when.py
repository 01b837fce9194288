"""When an invite holds, in words: the lines of the page's card."""

from dataclasses import dataclass

from babel.lists import format_list
from django.utils.translation import gettext as _

from .clock import Clock
from .holding import Holding, Stretch


@dataclass(frozen=True, slots=True)
class When:
    holding: Holding
    clock: Clock

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What is said, and of what."""
        held = self.holding
        several = [(entry.name or _("When"), self._both(entry.current, entry.following)) for entry in held.entries]
        lines = several or [*self._now(), *self._next()]
        if held.ends:
            lines.append((_("Until"), self.clock.moment(held.ends)))
        if held.without:
            days = format_list([self.clock.date(day) for day in held.without], locale=self.clock.locale)
            lines.append((_("Not on"), days))
        return lines

    def _now(self) -> list[tuple[str, str]]:
        current = self.holding.current
        if current is None or current.until is None:
            return []
        until = self.clock.moment(current.until)
        return [(_("Now"), _("until %(when)s") % {"when": until}) if self.holding.repeats else (_("Until"), until)]

    def _next(self) -> list[tuple[str, str]]:
        following = self.holding.following
        if following is None:
            return []
        return [(_("Next") if self.holding.repeats else _("When"), self.clock.stretch(following))]

    def _both(self, current: Stretch | None, following: Stretch | None) -> str:
        said = [_("until %(when)s") % {"when": self.clock.moment(current.until)}] if current and current.until else []
        return " · ".join([*said, self.clock.stretch(following)] if following else said)

    @property
    def week(self) -> list[tuple[str, str]]:
        """Days, and the hours of the building for its guests; no hours on days without."""
        return [
            (
                self.clock.days(days),
                format_list([self.clock.hours(part) for part in days.hours], "unit", self.clock.locale),
            )
            for days in self.holding.week
        ]

    @property
    def opens_at(self) -> str:
        """When the building lets guests in again; empty while it does."""
        return self.clock.moment(self.holding.opens_at) if self.holding.opens_at else ""

    @property
    def is_empty(self) -> bool:
        return not (self.lines or self.week)
