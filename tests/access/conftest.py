"""One world for the whole crawl: it is built once, and whatever is sent to it is taken back."""

from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.access.cast import Cast, Kept, a_cast
from tests.lives import UNDER_2026


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """Everyone, at an hour that stands still; without the counting of statements, which has tests of its own."""
    served_by = [one for one in settings.MIDDLEWARE if not one.startswith("zeal.")]
    with (
        django_db_blocker.unblock(),
        time_machine.travel(UNDER_2026, tick=False),
        override_settings(MIDDLEWARE=served_by),
        Kept(),
    ):
        yield a_cast(UNDER_2026)
