"""Where one side writes: the phrases at hand, its own words, and what became of the last line."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from visitor_portal import phrases
from visitor_portal.lines import LONGEST

from .status import Status


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that was not taken, kept for whoever wrote it."""

    status: int
    why: str
    then: str = ""
    draft: str = ""
    retry_after: int | None = None


@dataclass(frozen=True)
class Desk:
    status: Status
    refused: RefusedLine | None = None

    longest = LONGEST

    @property
    def draft(self) -> str:
        return self.refused.draft if self.refused else ""

    @property
    def wait(self) -> int:
        """Seconds until the next line is taken."""
        if self.refused and self.refused.retry_after:
            return self.refused.retry_after
        return self.status.pause

    @property
    def has_lines_left(self) -> bool:
        return self.status.lines_left > 0

    @property
    def url(self) -> str:
        name = "reply" if self.status.role.name == "callee" else "message"
        return reverse(name, args=[self.status.session.session_id])

    @cached_property
    def _phrases(self) -> list[tuple[str, str]]:
        return list(phrases.of(self.status.role.name).items())

    @property
    def first(self) -> list[tuple[str, str]]:
        return self._phrases[: phrases.FIRST]

    @property
    def others(self) -> list[tuple[str, str]]:
        return self._phrases[phrases.FIRST :]
