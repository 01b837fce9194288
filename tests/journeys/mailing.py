"""Settings of a portal whose letters lie in a folder: `letters`, beside its database."""

from pathlib import Path

from visitor_portal.settings import *  # noqa: F403
from visitor_portal.settings import VAR_DIR

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(Path(VAR_DIR) / "letters")
