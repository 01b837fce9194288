"""What the slow room does by itself."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event

from django.conf import settings

from visitor_portal import keeping

SECONDS = os.environ["CHORE_SECONDS"]  # empty: for ever


@keeping.every(3600)
def dawdle(now: datetime) -> None:
    (settings.VAR_DIR / "begun").touch()
    if SECONDS:
        time.sleep(float(SECONDS))
    else:  # in a thread for which Python waits when it ends, as some libraries begin them
        ThreadPoolExecutor(1).submit(Event().wait).result()
    (settings.VAR_DIR / "ended").touch()
