"""Something that others need is not there: the log says so once, and once that it is back, whoever meets it."""

import logging

logger = logging.getLogger(__name__)


class Trouble:
    """Of one kind, in this process. It is over when the last one who met it got through."""

    def __init__(self, begun: str, over: str) -> None:
        self.begun, self.over = begun, over
        self.met_by: set[object] = set()

    def meet(self, who: object, why: object) -> None:
        if not self.met_by:
            logger.warning(self.begun, why)
        self.met_by.add(who)

    def pass_by(self, who: object) -> None:
        """It got through."""
        if who in self.met_by:
            self.leave(who)
            if not self.met_by:
                logger.info(self.over)

    def leave(self, who: object) -> None:
        """It ends, and will not know."""
        self.met_by.discard(who)
