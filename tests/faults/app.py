"""The portal's application, with failpoints."""

from visitor_portal.asgi import application

from .failpoints import lay

lay()
__all__ = ["application"]
