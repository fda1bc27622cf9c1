"""Settings of the demo: the service's own, with mail caught here and shown under /demo/mail/."""

from pathlib import Path
from typing import Any

from config.settings import *

_HERE = Path(__file__).resolve().parent
ROOT_URLCONF = "config.demo.urls"
TEMPLATES = [{**TEMPLATES[0], "DIRS": [_HERE / "templates"]}]
STATICFILES_DIRS = [_HERE / "static"]

# Whatever the environment says of mail, the demo's leaves this machine for nowhere.
EMAIL_HOST, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS = "127.0.0.1", "", "", False
DEFAULT_FROM_EMAIL = SERVER_EMAIL = "Pledge <no-reply@pledge.example>"
EMAIL_PROGRAM = "staff@pledge.example"

_LOGGERS: Any = LOGGING["loggers"]
# The catcher would tell of every word it hears.
_LOGGERS["mail.log"] = {"level": "WARNING"}
