"""Every setting, read from the environment here and nowhere else. With no environment at all it runs."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import to_locale

from visitor_portal.environment import (
    envbool,
    envdatabase,
    envhosts,
    envice,
    envint,
    envlevel,
    envlist,
    envname,
    envpushkey,
    envsecret,
    envservers,
    envsubject,
    envtemplate,
    envtext,
    envurl,
)

BASE_DIR = Path(__file__).resolve().parent.parent

# Where things are kept and found
VAR_DIR = Path(envtext("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
HOST = envtext("HOST", "127.0.0.1")  # 0.0.0.0 lets other machines in
PORT = envint("PORT", 8000, least=1, most=65535)
PUBLIC_BASE_URL = envurl("PUBLIC_BASE_URL", f"http://localhost:{PORT}")
HTTPS = PUBLIC_BASE_URL.startswith("https://")

SECRET_KEY = envsecret("SECRET_KEY", VAR_DIR / "secret_key")
# Keys of before: what they signed and sealed can still be read
SECRET_KEY_FALLBACKS = envlist("SECRET_KEY_FALLBACKS")
DEBUG = envbool("DEBUG", False)
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters.")
ALLOWED_HOSTS = envlist("ALLOWED_HOSTS") or [
    *dict.fromkeys([urlsplit(PUBLIC_BASE_URL).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"])
]
# Set when a proxy in front terminates TLS and overwrites X-Forwarded-Proto and X-Real-IP itself.
BEHIND_PROXY = envbool("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The upstream: whoever answers the public access API
PUBLIC_ACCESS_URL = envurl("PUBLIC_ACCESS_URL", "")  # empty: the embedded building, in this process
PUBLIC_ACCESS_KEY = envtext("PUBLIC_ACCESS_KEY")
READ_DEADLINE = envint("READ_DEADLINE", 4, least=1)
OPEN_DEADLINE = envint("OPEN_DEADLINE", 8, least=1)

# Hosts from which pages may load the upstream's pictures; any other picture is left out.
IMAGE_HOSTS = envlist("IMAGE_HOSTS")
# How long a page may show what it was told of a sign and its directory
SIGN_SECONDS = envint("SIGN_SECONDS", 15)

# Calls
RING_SECONDS = envint("RING_SECONDS", 60, least=5)
TALK_SECONDS = envint("TALK_SECONDS", 600, least=30)
# How often the embedded building lets somebody be rung
RINGS_PER_VISITOR = envint("RINGS_PER_VISITOR", 20, least=1)  # an hour, by one device
RINGS_PER_ENTRY = envint("RINGS_PER_ENTRY", 30, least=1)  # in ten minutes, at one flat
RINGS_PER_DOOR = envint("RINGS_PER_DOOR", 60, least=1)  # in ten minutes, from one door
# How the two sides of a call find a way to each other. These are told to both, in this order; see docs/calls.md.
ICE_SERVERS = envice("ICE_SERVERS")  # as they are
STUN_SERVERS = envservers("STUN_SERVERS", "stun", "stuns")
TURN_URLS = envservers("TURN_URLS", "turn", "turns")  # each side gets credentials of its own, from TURN_SECRET
TURN_SECRET = envtext("TURN_SECRET")  # coturn's static-auth-secret
TURN_SECONDS = envint("TURN_SECONDS", 600, least=60, most=86400)  # how long they may be used to begin something
RELAY_ONLY = envbool("RELAY_ONLY", False)  # neither side learns the other's address; no call without TURN
if TURN_URLS and not TURN_SECRET:
    raise ImproperlyConfigured("TURN_SECRET must be the static-auth-secret of the servers in TURN_URLS.")
# The PeerJS server that the embedded building names to its clients; empty: our own, at /peerjs.
PEERJS_SERVER = envurl("PEERJS_SERVER", "")
# PeerJS servers of an upstream that pages may be told to use; any other host is replaced by our own /peerjs.
SIGNALLING_HOSTS = envlist("SIGNALLING_HOSTS")

# Cameras: where pictures come from, by the name that a sign's camera has there. Browsers never learn these addresses.
CAMERA_SNAPSHOT_URL = envtemplate("CAMERA_SNAPSHOT_URL")
CAMERA_STREAM_URL = envtemplate("CAMERA_STREAM_URL")
CAMERA_WEBRTC_URL = envtemplate("CAMERA_WEBRTC_URL")
# Hosts that an upstream may name in its cameras' addresses; any other address of its is not asked.
CAMERA_HOSTS = envlist("CAMERA_HOSTS")
CAMERA_STREAMS = envint("CAMERA_STREAMS", 4)  # moving pictures at once in this process; beyond it, single ones

# How the embedded building sends codes and invites to guests
EMAIL_BACKEND = envname("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = envtext("EMAIL_HOST", "localhost")
EMAIL_PORT = envint("EMAIL_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = envtext("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = envtext("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = envbool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 5
# Who takes short messages; empty: nobody, so codes go by e-mail alone
SMS_BACKEND = envname("SMS_BACKEND", "")
SMS_URL = envurl("SMS_URL", "")
SMS_TOKEN = envtext("SMS_TOKEN")
SMS_FROM = envtext("SMS_FROM")
SMS_PER_DAY = envint("SMS_PER_DAY", 100, least=1)
if SMS_BACKEND == "visitor_portal.building.sms.HttpGateway" and not SMS_URL:
    raise ImproperlyConfigured("SMS_URL must be the address of the SMS gateway.")
DEFAULT_FROM_EMAIL = envtext("DEFAULT_FROM_EMAIL", f"visitor-portal@{urlsplit(PUBLIC_BASE_URL).hostname}")
# How a resident's phone is woken; see docs/ringing.md
PUSH_VAPID_KEY = envpushkey("PUSH_VAPID_KEY", VAR_DIR / "vapid_key")  # every phone is lost with it
PUSH_SUBJECT = envsubject("PUSH_SUBJECT", PUBLIC_BASE_URL)
PUSH_HOSTS = envhosts("PUSH_HOSTS")  # push services beside those that browsers are known to use

# Accesses over gRPC (manage.py serve_accesses). With a certificate, TLS; without, for this machine alone.
GRPC_HOST = envtext("GRPC_HOST", "127.0.0.1")
GRPC_PORT = envint("GRPC_PORT", 9843, most=65535)
GRPC_CERTIFICATE = envtext("GRPC_CERTIFICATE")  # a file: the certificate, and those that vouch for it
GRPC_KEY = envtext("GRPC_KEY")  # a file: its private key
if bool(GRPC_CERTIFICATE) != bool(GRPC_KEY):
    raise ImproperlyConfigured("GRPC_CERTIFICATE and GRPC_KEY go together: name both files, or neither.")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "import_export",
    "visitor_portal",
    "visitor_portal.openings",
    "visitor_portal.push",
    "visitor_portal.building",
]

# Visitor pages pass only what never touches the database; the admin's own stack hangs under admin_stack.
MIDDLEWARE = [
    "visitor_portal.middleware.static_files",
    "visitor_portal.middleware.compress",
    "visitor_portal.middleware.language",
    "django_htmx.middleware.HtmxMiddleware",
    "visitor_portal.middleware.UpstreamErrors",
    "visitor_portal.middleware.admin_stack",
]
SILENCED_SYSTEM_CHECKS = [
    "admin.E408",  # authentication,
    "admin.E409",  # messages
    "admin.E410",  # and sessions are there, inside admin_stack
]

ROOT_URLCONF = "visitor_portal.urls"
ASGI_APPLICATION = "visitor_portal.asgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "visitor_portal.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

DATABASES = {
    "default": envdatabase("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"),
}
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}  # threads live long: see workers.py
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers queue from their first statement, so two of them never meet a lock half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL;",
    }
# Threads that stay, each with a connection; so many for pages, for effects, and for the embedded building. Those of
# SQLite cost memory alone, and the more taps wait together, the fewer commits they need; PostgreSQL has few to give.
THREADS = envint("THREADS", 48 if DATABASES["default"]["ENGINE"].endswith("sqlite3") else 8, least=2)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = envtext("REDIS_URL")
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL], "capacity": 256}}
    if REDIS_URL
    else {"BACKEND": "visitor_portal.live.layer.InProcessLayer"}
}
CACHES = {
    # What a page was told by the upstream, for seconds: in memory, so that reading it never waits.
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 1000}},
    # What several processes settle between them. It may vanish at any moment.
    "shared": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "shared"},
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
TRANSLATED = {
    "ar": "العربية",
    "de": "Deutsch",
    "es": "español",
    "fr": "français",
    "he": "עברית",
    "it": "italiano",
    "ja": "日本語",
    "pt-br": "português (Brasil)",
    "ru": "русский",
    "zh-hans": "简体中文",
}
# A language whose catalog was not compiled (scripts/setup does that) is not spoken: its readers get English.
LANGUAGES = [("en", "English")] + [
    (code, name)
    for code, name in TRANSLATED.items()
    if (LOCALE_PATHS[0] / to_locale(code) / "LC_MESSAGES" / "django.mo").is_file()
]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "collected"
# What set-up fetched, and what it bundled of our own scripts, which stands before the script that it was made of
STATICFILES_DIRS = [*([BASE_DIR / "vendor"] if (BASE_DIR / "vendor").is_dir() else []), BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # our files are for our pages
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "visitor_portal.storage.StaticFiles"},
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 8 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
# What staff may send where the desk takes files: a photo as phones make them, and the form around it.
STAFF_MAX_BODY = 8 * 1024 * 1024 + DATA_UPLOAD_MAX_MEMORY_SIZE
FILE_UPLOAD_MAX_MEMORY_SIZE = STAFF_MAX_BODY  # so that no body is written to disk

ACCESS_LOG = envbool("ACCESS_LOG", True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "class": "visitor_portal.logs.Redact",  # paths hold tokens: a traceback's and an error's, too
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": envlevel("LOG_LEVEL", "INFO")},
    "loggers": {
        "visitor_portal.access": {"level": "INFO" if ACCESS_LOG else "WARNING"},
        "httpx": {"level": "WARNING"},  # writes whole upstream addresses at INFO
        "httpcore": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},  # below that, a line for each refused request
        "django.security": {"level": "CRITICAL"},
        "daphne": {"level": "WARNING"},
        "asyncio": {"level": "WARNING"},
    },
}
