"""What moves a lock: one file a driver. An opener names its driver and holds the driver's settings."""

import logging

from cryptography.fernet import InvalidToken

from visitor_portal.building.models import Actuator, Door

from .entryfy import Entryfy
from .http import Http
from .mqtt import Mqtt
from .outcome import Driver, Outcome, Wiring
from .simulated import Simulated

__all__ = ["DRIVERS", "Driver", "Outcome", "Wiring", "found", "wiring_of"]

logger = logging.getLogger(__name__)

_unreadable: set[tuple[str, object]] = set()  # what the log was told of, until it can be read again

DRIVERS: dict[str, Driver] = {"simulated": Simulated(), "http": Http(), "mqtt": Mqtt(), "entryfy": Entryfy()}


def wiring_of(actuator: Actuator, door: Door) -> Wiring:
    return Wiring(door_id=door.id, settings=actuator.wiring(), open_seconds=door.open_seconds)


def found(actuator: Actuator, door: Door) -> tuple[Driver, Wiring] | None:
    """Its driver and what that needs to know; None where there is no such driver, or the settings can't be read."""
    which = actuator._meta.model_name or "", actuator.pk
    try:
        wired = DRIVERS[actuator.driver], wiring_of(actuator, door)
    except (KeyError, TypeError, ValueError, InvalidToken):
        if which not in _unreadable:  # chores ask every second
            logger.error("The settings of an opener or a light cannot be read: %s", actuator.driver)
        _unreadable.add(which)
        return None
    _unreadable.discard(which)
    return wired
