"""Django alone, with the collector set as the portal sets it."""

import gc

from django.core.asgi import get_asgi_application

application = get_asgi_application()

gc.collect()
gc.freeze()
gc.set_threshold(20000, 20, 50)
