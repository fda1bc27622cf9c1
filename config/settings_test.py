"""Settings for tests: the same, less what a test would wait for."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("HTTPS", "off")
os.environ.setdefault("PUBLIC_ADDRESS", "http://testserver")
os.environ.setdefault("STATIC_COLLECTED", "off")

from config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": STORAGES["staticfiles"],
}

SIGNING_NEW_LINK_SECONDS = 0

# A request that asks once per row fails its test; two branches cannot both add the next migration.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal", "django_linear_migrations"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True

DATABASES["default"]["CONN_MAX_AGE"] = 0  # a test's server leaves no connection behind

SEAL_FOLDER = Path(tempfile.gettempdir()) / f"pledge-tests-{os.getuid()}" / "seal"  # one for every worker of a run
