"""Settings, from the environment alone. ``.env.example`` lists every variable with its meaning."""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from config.environment import Environment
from config.limits import *  # noqa: F403 - every name of it is a setting

BASE_DIR = Path(__file__).resolve().parent.parent
environment = Environment(os.environ)

# Who may talk to us, and over what

DEBUG = environment.switch("DEBUG", default=False)
SECRET_KEY = environment.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = environment.secrets("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = environment.origins("CSRF_TRUSTED_ORIGINS")
HTTPS = environment.switch("HTTPS", default=True)  # off only at a desk: the demo and the tests
# Where people reach the service: what is mailed and printed leads here, never where a request says it came to.
PUBLIC_ADDRESS = environment.origin("PUBLIC_ADDRESS", "" if HTTPS else "http://localhost:8000", secure=HTTPS)

SECURE_SSL_REDIRECT = HTTPS
# A pharmacy's software must never learn to send its key in the clear (config.transport), and a
# health check comes from within.
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^livez$", r"^readyz$"]
BEHIND_PROXY = environment.switch("BEHIND_PROXY", default=False)  # which itself says how, and for whom, it forwards
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The __Host- prefix makes a browser refuse the cookie from a sibling host or a plain connection.
_HOST_ONLY = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_HOST_ONLY}session"
CSRF_COOKIE_NAME = f"{_HOST_ONLY}csrf"
LANGUAGE_COOKIE_NAME = f"{_HOST_ONLY}language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "consents.pages.door.forged"
SESSION_COOKIE_AGE = 60 * environment.whole("SESSION_IDLE_MINUTES", default=15, least=1, most=720)
SESSION_SAVE_EVERY_REQUEST = True  # the age counts from the last request, not the first
SESSION_LONGEST_HOURS = environment.whole("SESSION_LONGEST_HOURS", default=12, least=1, most=24)
# Failed tries in a row, for one log-in and from one network address, before nothing is judged for so many minutes.
LOG_IN_TRIES, LOG_IN_TRIES_OF_ADDRESS = 5, environment.whole("LOG_IN_TRIES_OF_ADDRESS", default=20, least=5)
LOG_IN_LOCKED_MINUTES = 15
# The code that someone of the clinic or the program gives by hand to whoever cannot log in.
RETURN_CODE_HOURS = 24

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# What runs

INSTALLED_APPS = [
    "pledge.apps.PledgeConfig",  # first, so that its admin templates stand before Django's
    "pledge.apps.ProgramAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "config.apps.ProjectConfig",  # for its commands
    "consents.apps.ConsentsConfig",
    "notifications.apps.NotificationsConfig",
]
API_CALLS_A_MINUTE = environment.whole("API_CALLS_A_MINUTE", default=1200, least=10)  # of all keys of one pharmacy
FILE_UPLOAD_HANDLERS = ["config.uploads.Bounded"]
PREGNANCY_FOLLOW_UP_HOURS = environment.whole("PREGNANCY_FOLLOW_UP_HOURS", default=24, least=1)
MIDDLEWARE = [
    "config.transport.RefusePlainApiCalls",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.transport.AnswerApiInProblems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
FORMAT_MODULE_PATH = ["config.formats"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pledge: the pharmacies' API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
}

# The database. Nothing waits for ever: a request that cannot have its row is refused.

_postgres = environment.postgres("DATABASE_URL")
_milliseconds = {
    "statement_timeout": environment.whole("DATABASE_STATEMENT_TIMEOUT_MS", default=15_000, least=100),
    "lock_timeout": environment.whole("DATABASE_LOCK_TIMEOUT_MS", default=5_000, least=100),
    "idle_in_transaction_session_timeout": 60_000,
}
_pooled = environment.switch("DATABASE_POOL", default=False)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql" if _postgres else "config.unnamed_database",
        **{
            django_name: (_postgres or {}).pop(name, "")
            for django_name, name in (
                ("NAME", "dbname"),
                ("USER", "user"),
                ("PASSWORD", "password"),
                ("HOST", "host"),
                ("PORT", "port"),
            )
        },
        # A thread keeps its connection, or many threads share a pool: never both.
        "CONN_MAX_AGE": 0 if _pooled else None,
        "CONN_HEALTH_CHECKS": not _pooled,
        "OPTIONS": {
            "connect_timeout": 5,
            "application_name": "pledge",
            # A connection plans a statement once, which may cost more than asking it. A pooler in between must know
            # prepared statements (PgBouncer does since 1.21).
            "server_side_binding": True,
            "prepare_threshold": 3,
            **(_postgres or {}),
            "options": " ".join(f"-c {name}={value}" for name, value in _milliseconds.items()),
            **({"pool": {"min_size": 2, "max_size": 16, "timeout": 5}} if _pooled else {}),
        },
    }
}

# Celery: a doorbell, not a memory (config.celery)

REDIS_URL = environment.redis("REDIS_URL")

# Mail

EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.whole("EMAIL_PORT", default=25, least=1, most=65535)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.switch("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.text("EMAIL_FROM", "Pledge <no-reply@localhost>")
EMAIL_PROGRAM = environment.text("EMAIL_PROGRAM")  # where the program's own staff is told

# The seal over signed records (consents.sealing): a pair of one's own, or one that is made on first use

SEAL_KEY_FILE = environment.text("SEAL_KEY_FILE")
SEAL_CERTIFICATE_FILE = environment.text("SEAL_CERTIFICATE_FILE")
environment.together("SEAL_KEY_FILE", "SEAL_CERTIFICATE_FILE")
SEAL_FOLDER = Path(environment.text("SEAL_FOLDER", str(BASE_DIR / ".seal")))
VERIFIED_BYTES_MOST = 20 * 1024 * 1024  # of a file that anyone may have checked

# Words, days and files

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / app / "locale" for app in ("pledge", "consents", "notifications")]
USE_TZ, TIME_ZONE = True, "UTC"
STATIC_URL = "static/"
# off only at a desk: files are served as they are written, without collectstatic.
_collected = environment.switch("STATIC_COLLECTED", default=True)
STATIC_ROOT = Path(environment.text("STATIC_ROOT", str(BASE_DIR / "staticfiles"))) if _collected else None
WHITENOISE_USE_FINDERS = not _collected
WHITENOISE_ROOT = BASE_DIR / "config" / "root"  # /favicon.ico, which browsers ask for unbidden
_storage = "whitenoise.storage.CompressedManifest" if _collected else "django.contrib.staticfiles.storage."
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": f"{_storage}StaticFilesStorage"},
}

_level = environment.choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error")).upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "config.log_lines.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {
        "handlers": ["stderr"],
        "level": environment.choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error")).upper(),
    },
    "loggers": {"django": {"handlers": [], "propagate": True}},
}

environment.refuse_if_any()
