"""What moves a lock: one file a driver. A door names its driver and holds the driver's settings."""

from visitor_portal.building.models import Door

from .outcome import Driver, Outcome
from .simulated import Simulated

__all__ = ["DRIVERS", "Driver", "Outcome", "driver_of"]

DRIVERS: dict[str, Driver] = {"simulated": Simulated()}


def driver_of(door: Door) -> Driver:
    return DRIVERS[door.driver]
