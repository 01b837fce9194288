"""Days and hours in the guest's own way of writing them, on the building's clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from babel import Locale, UnknownLocaleError
from babel.dates import (
    format_interval,
    format_skeleton,
    format_time,
    format_timedelta,
    get_datetime_format,
    get_timezone_location,
)
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from .holding import MIDNIGHT, Days, Hours, Stretch


def locale_of(accept_language: str, language: str) -> Locale:
    """The page's language as this browser's region writes it: 18:00 in Britain is 6 PM in America."""
    for asked, _weight in parse_accept_lang_header(accept_language):
        try:
            if translation.get_supported_language_variant(asked) == language:
                return Locale.parse(asked, sep="-")
        except (LookupError, ValueError, UnknownLocaleError):
            continue
    return Locale.parse(translation.to_locale(language))


def first_day(locale: Locale) -> int:
    """With which weeks begin; Sunday is 0."""
    return (locale.first_week_day + 1) % 7


@dataclass(frozen=True, slots=True)
class Clock:
    locale: Locale
    zone: tzinfo
    now: datetime
    is_kept: bool = False  # for a page that is read on another day: nothing is called today or tomorrow

    @property
    def place(self) -> str:
        """Where this clock hangs, as people call it."""
        return str(get_timezone_location(self.zone, locale=self.locale, return_city=True))

    def day(self, day: date) -> str:
        today = self.now.astimezone(self.zone).date()
        if day == today and not self.is_kept:
            return _("today")
        if day == today + timedelta(days=1) and not self.is_kept:
            return _("tomorrow")
        return self.date(day)

    def date(self, day: date) -> str:
        is_near = day.year == self.now.astimezone(self.zone).year
        pattern = "MMMEd" if is_near else "yMMMEd"
        return _whole(format_skeleton(pattern, datetime.combine(day, time()), locale=self.locale))

    def time(self, at: datetime) -> str:
        return _whole(format_time(at.astimezone(self.zone), "short", locale=self.locale))

    def moment(self, at: datetime) -> str:
        return self._joined(self.day(at.astimezone(self.zone).date()), self.time(at))

    def stretch(self, stretch: Stretch) -> str:
        """One window in as few words as it takes. Only one that begins is written like that."""
        since, until = stretch.since, stretch.until
        if since is None or until is None:
            return self.moment(since) if since else ""
        begins, ends = since.astimezone(self.zone), until.astimezone(self.zone)
        if begins.date() == ends.date():
            return self._joined(self.day(begins.date()), self._interval(begins, ends))
        return " – ".join(_whole(self.moment(at)) for at in (since, until))

    def hours(self, hours: Hours) -> str:
        if hours.is_whole_day:
            return _("all day")
        return self._interval(_on_the_dial(hours.start), _on_the_dial(hours.end))

    def days(self, days: Days) -> str:
        if days.count == 7:
            return _("Every day")
        names = self.locale.days["stand-alone"]["wide" if days.count == 1 else "abbreviated"]
        first, last = names[(days.first - 1) % 7], names[(days.last - 1) % 7]
        return first if days.count == 1 else f"{first} – {last}"

    def left(self, until: datetime) -> str:
        """As “in 2 hours”."""
        return format_timedelta(until - self.now, "minute", threshold=1.0, add_direction=True, locale=self.locale)

    def _interval(self, since: datetime, until: datetime) -> str:
        is_halved = "a" in str(self.locale.time_formats["short"].pattern)
        return _whole(format_interval(since, until, "hm" if is_halved else "Hm", locale=self.locale))

    def _joined(self, day: str, at: str) -> str:
        pattern = str(get_datetime_format("medium", locale=self.locale))
        return pattern.replace("'", "").replace("{0}", at).replace("{1}", day)


def _whole(text: str) -> str:
    """A narrow page breaks its lines elsewhere."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _on_the_dial(minute: int) -> datetime:
    """A time of any day. Midnight at its end is written as that at its beginning."""
    return datetime(2000, 1, 1) + timedelta(minutes=minute % MIDNIGHT)
