"""What the web server loads: ``granian --interface wsgi config.wsgi:application``."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.environment import Environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Commands do without them; a web server would refuse every request, one by one.
environment = Environment(os.environ)
environment.require("ALLOWED_HOSTS", "DATABASE_URL", *(["PUBLIC_ADDRESS"] if settings.HTTPS else []))
environment.refuse_if_any()
