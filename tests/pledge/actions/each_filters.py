"""Filters saved and removed."""

from typing import Any

from django.contrib.auth.models import User

from pledge.actions import filters
from pledge.models import EventType
from pledge.rules.vocabulary import RiskCategory
from tests import lives
from tests.pledge.actions.one_step import AT, Step

WORDS = {"category": RiskCategory.CAN_BECOME_PREGNANT}


def _given(program: lives.Program) -> dict[str, Any]:
    user = User.objects.create_user(f"filters-{program.prescriber.npi}")
    return {"user": user, "title": "Those with a window", "words": WORDS}


def _save(program: lives.Program) -> Step:
    return Step(filters.save_filter, EventType.FILTER_SAVED, _given(program), program.clinic)


def _remove(program: lives.Program) -> Step:
    saved = filters.save_filter(**_given(program), by=program.clinic, at=AT)
    return Step(filters.remove_filter, EventType.FILTER_REMOVED, {"saved": saved}, program.clinic)


FILTERS = {"filters.save_filter": _save, "filters.remove_filter": _remove}
