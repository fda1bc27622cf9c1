"""Celery: the doorbell. It rings once a minute, and every ten seconds for who waits; what is due, the database says.

Start with ``celery -A config worker`` and ``celery -A config beat``.
"""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery, signals
from django.conf import settings

from config.environment import Environment, EnvironmentRefused

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# A task not acknowledged by then is rung again, so none may run longer.
VISIBILITY_SECONDS = 3600
TASK_SECONDS = 900
_WIRE = {
    "visibility_timeout": VISIBILITY_SECONDS,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "retry_on_timeout": True,
    "health_check_interval": 25,
}

app = Celery("pledge")
app.conf.update(
    broker_url=settings.REDIS_URL or None,
    # Celery reads this number in three places and ignores it where one is missing (celery#5306, #9339).
    visibility_timeout=VISIBILITY_SECONDS,
    broker_transport_options=_WIRE | {"max_retries": 3, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5},
    result_backend_transport_options=_WIRE,
    broker_connection_timeout=3,
    broker_connection_retry_on_startup=True,
    task_publish_retry_policy={"max_retries": 3, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5},
    task_default_queue="pledge",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=False,  # Redis cannot tell a second delivery from a first; rows count attempts
    task_time_limit=TASK_SECONDS,
    task_soft_time_limit=TASK_SECONDS - 60,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=1000,
    accept_content=["json"],
    task_serializer="json",
    timezone="UTC",
    enable_utc=True,
    beat_scheduler="celery.beat:Scheduler",  # beat remembers nothing: no file to lose or to corrupt
    beat_schedule={
        # One tick a minute, in UTC; local days and hours are worked out by us. A tick that waited
        # a minute is stale, for the next one asks the same question.
        "tick": {"task": "notifications.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
        "hurry": {"task": "notifications.tasks.hurry", "schedule": 10.0, "options": {"expires": 8}},
    },
)
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_our_log_lines(**_: Any) -> None:
    """Celery leaves logging alone when anyone is connected here."""
    dictConfig(settings.LOGGING)


@signals.celeryd_init.connect
@signals.beat_init.connect
def refuse_what_would_wait_in_silence(**_: Any) -> None:
    """A worker or a beat without a broker or a database would do nothing and say nothing.

    :raises SystemExit: naming the variables.
    """
    environment = Environment(os.environ)
    environment.require("REDIS_URL", "DATABASE_URL", *(["PUBLIC_ADDRESS"] if settings.HTTPS else []))
    try:
        environment.refuse_if_any()
    except EnvironmentRefused as refused:
        raise SystemExit(str(refused)) from None
