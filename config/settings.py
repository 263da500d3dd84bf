"""Settings, read from the environment alone; a bad value stops the start and names its variable.

Every variable may also be given as NAME_FILE, the path of a file that holds the value.
"""

import os
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import environ

from config import folder, logs, schedule
from config.environment import Environment, SettingsError, is_host
from moderation.audit.destinations import Collector, Peer

env = Environment(os.environ)
BASE_DIR = Path(__file__).resolve().parent.parent
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

STOA_DATA = folder.path(os.environ)
STOA_HTTP_HOST = env.address("STOA_HTTP_HOST", "127.0.0.1")
STOA_HTTP_PORT = env.port("STOA_HTTP_PORT", 8000)
STOA_UDP_HOST = env.addresses("STOA_UDP_HOST", "0.0.0.0,::")
STOA_UDP_PORT = env.port("STOA_UDP_PORT", 7882)
STOA_TCP_PORT = env.port("STOA_TCP_PORT", 7881)
STOA_PUBLIC_IP = env.addresses("STOA_PUBLIC_IP", "")
STOA_SFU_PROCESSES = env.number("STOA_SFU_PROCESSES", 1, 1, 64)
STOA_SFU_PEERS = env.number("STOA_SFU_PEERS", 2500, 1, 10_000)  # where a room spreads to another media process
for _name, _first in (("STOA_UDP_PORT", STOA_UDP_PORT), ("STOA_TCP_PORT", STOA_TCP_PORT)):
    if _first + STOA_SFU_PROCESSES > 65536:
        raise SettingsError(_name, f"is too high: {STOA_SFU_PROCESSES} media processes take a port each from there")
STOA_NODE = env.label("STOA_NODE")  # the media process reads it; here it is only looked at
STOA_ROOM_SIZE = env.number("STOA_ROOM_SIZE", 5000, 2, 100_000)  # people in one room
STOA_PROFILE = env.choice("STOA_PROFILE", ("standard", "private", "cn"))
STOA_TRUSTED_PROXIES = env.networks("STOA_TRUSTED_PROXIES")
STOA_METRICS_TOKEN = env.text("STOA_METRICS_TOKEN", "")
STOA_WITNESSES = env.listed("STOA_WITNESSES", Peer.parse, "a witness's URL, a space and its key")
STOA_LOG_STREAM = env.listed(
    "STOA_LOG_STREAM",
    Collector.parse,
    "https:// or syslog+tls:// addresses (http:// and syslog+tcp:// on this machine), with #jsonl, #ocsf, #ecs or #cef"
    ", and for HTTP a space and a token",
)
if len({collector.name for collector in STOA_LOG_STREAM}) < len(STOA_LOG_STREAM):
    raise SettingsError("STOA_LOG_STREAM", "names the same address and format twice, which is one collector")
STOA_LOG_STREAM_TOKEN = env.text("STOA_LOG_STREAM_TOKEN", "")  # the Authorization of collectors with none of their own
TURN_URLS = env.names("TURN_URLS")
TURN_SECRET = env.text("TURN_SECRET", "")
if TURN_URLS and not TURN_SECRET:
    raise SettingsError("TURN_SECRET", "is not set, but TURN_URLS is")
if not all(re.fullmatch(r"turns?:[^\s:/?]\S*", url) for url in TURN_URLS):
    raise SettingsError("TURN_URLS", "must list URLs such as turn:turn.example.org:3478, with commas between them")


def _secret_key() -> str:
    """The variable, or what `manage.py serve` keeps in the data folder."""
    kept = STOA_DATA / "secret_key"
    given = env.given("SECRET_KEY")
    if given is None and not kept.exists():
        raise SettingsError("SECRET_KEY", f"is not set, and there is no {kept} (`manage.py serve` makes it)")
    key = given or kept.read_text(encoding="ascii").strip()
    if len(key) < 50:
        raise SettingsError("SECRET_KEY", "must be 50 characters or longer")
    return key


SECRET_KEY = _secret_key()
REDIS_URL = env.url("REDIS_URL", ("redis", "rediss", "unix"), f"unix://{folder.valkey_socket(STOA_DATA)}")
if not (urlsplit(REDIS_URL).path if REDIS_URL.startswith("unix:") else urlsplit(REDIS_URL).hostname):
    raise SettingsError("REDIS_URL", "must name a host, as in redis://HOST:PORT/N, or a socket, as in unix:///PATH")
PUBLIC_URL = env.url("PUBLIC_URL", ("http", "https"), f"http://localhost:{STOA_HTTP_PORT}").rstrip("/").lower()
_public = urlsplit(PUBLIC_URL)
PUBLIC_HOST = _public.hostname or ""
_host = f"[{PUBLIC_HOST}]" if ":" in PUBLIC_HOST else PUBLIC_HOST
if not is_host(_host) or PUBLIC_URL not in {f"{_public.scheme}://{_host}{port}" for port in ("", f":{_public.port}")}:
    raise SettingsError("PUBLIC_URL", "must be a scheme and a host and nothing more, such as https://stoa.example.org")
SECURE = PUBLIC_URL.startswith("https://")
DEBUG = False
ALLOWED_HOSTS = [*(env.hosts("ALLOWED_HOSTS") or [_host]), "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "accounts",
    "rooms",
    "moderation",
    "moderation.audit",
    "config",
]

MIDDLEWARE = [
    "config.middleware.Headers",
    "config.middleware.Nul",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.middleware.Known",
    "accounts.middleware.OwnLanguage",
    "accounts.middleware.GoodStanding",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASE_URL = env.url("DATABASE_URL", ("sqlite", "postgres", "postgresql"), f"sqlite:///{STOA_DATA}/stoa.sqlite3")
DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
if not DATABASES["default"]["NAME"]:
    raise SettingsError("DATABASE_URL", "names no database, as postgres://user:password@host/name does")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # What is erased is overwritten: not every SQLite is built so that it does that unasked.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
    }
else:  # of what Django runs nothing is prepared; the log's one statement asks for it, and takes half the time
    DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 5
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
if env.given("DATABASE_OWNER_URL"):  # who migrates and prunes: the servers' role may only add to the log
    _owner = env.url("DATABASE_OWNER_URL", ("postgres", "postgresql"), "")
    DATABASES["owner"] = {**DATABASES["default"], **environ.Env.db_url_config(_owner), "TEST": {"MIRROR": "default"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
CACHES = {"default": {**_redis, "VERSION": 2, "OPTIONS": {"serializer": "config.cache.Json"}}}  # 1 was pickled
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.passwords.Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},  # 20,000 from breaches, a local list
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
SESSION_ENGINE = "rooms.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600  # said in accounts/notices
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = SECURE, True, "Lax"

# Accounts: allauth carries signing in, second factors and passkeys; nobody signs up but by accounts.onboarding.
# It sends no mail and counts no tries itself: accounts.throttle does, and fails closed.
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "accounts.credential_forms.LoginForm",
    "reauthenticate": "accounts.credential_forms.PasswordAgainForm",
    "change_password": "accounts.credential_forms.ChangePasswordForm",
    "set_password": "accounts.credential_forms.SetPasswordForm",
}
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Stoa"
MFA_FORMS = {
    "activate_totp": "accounts.credential_forms.ActivateForm",
    "authenticate": "accounts.credential_forms.AuthenticateForm",
    "reauthenticate": "accounts.credential_forms.ReauthenticateForm",
    "add_webauthn": "accounts.passkeys.AddForm",
    "edit_webauthn": "accounts.passkeys.EditForm",
    "authenticate_webauthn": "accounts.passkeys.AuthenticateForm",
    "reauthenticate_webauthn": "accounts.passkeys.ReauthenticateForm",
    "login_webauthn": "accounts.passkeys.LoginForm",
}
STOA_WORDS = env.text("STOA_WORDS", "")  # a file with words that no name and no title may contain, one a line
if STOA_WORDS:
    env.content("STOA_WORDS", STOA_WORDS)
STOA_WHISPER = env.text("STOA_WHISPER", "")  # a folder with a model of faster-whisper, which `doctor` looks for

# A picture as it was sent stays in memory: it may tell where somebody lives.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

# The push services of browsers: the only hosts that notifications are sent to. A dot stands for any name before it.
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static", ("words", BASE_DIR / "locale/words")]
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    },  # the only upload is a picture, see accounts.avatars
    "staticfiles": {"BACKEND": "config.static.ModuleStorage"},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["config.forgery.SameSiteSession"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "NUM_PROXIES": 0,  # config.proxy has put the client's address in its place
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Stoa",
    "DESCRIPTION": "Live audio rooms: the same acts as on the room socket, over HTTP, and what is one's own. "
    "One asks by the browser's session; a change also takes its CSRF token, in X-CSRFToken. "
    "Encoders and players come by WHIP and WHEP with a room token instead: docs/protocol.md.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "ENUM_NAME_OVERRIDES": {"EntryStage": ["audience", "speaking"]},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|version|metrics)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
# The host's other names may not all speak https, and are not ours to decide over. SQLite's indexes have no INCLUDE.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "models.W040"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "config.forgery.refused"

CELERY_BROKER_URL = (
    f"redis+socket://{urlsplit(REDIS_URL).path}?virtual_host=0" if REDIS_URL.startswith("unix:") else REDIS_URL
)
# Left alone, Celery would take any certificate. What the URL says of them goes before this.
CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": "required"} if REDIS_URL.startswith("rediss:") else False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = schedule.SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(STOA_DATA / "beat")

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logs.LOGGING
logs.configure()
