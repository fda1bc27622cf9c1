"""Versions of forms under way, brought there through the real actions by two administrators."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

from consents.actions.forms import approve_text, draft_version, publish_version
from consents.models import FormText, FormVersion
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import ConsentForm
from pledge.trail import by_program

AUTHOR, APPROVER = by_program("Ada Administrator", "1"), by_program("Bo Boss", "2")
INFORMED = ConsentForm.INFORMED_CONSENT
REWORDED = "I will tell my prescriber how I feel at each visit."


def present(form: ConsentForm, on: date) -> FormVersion:
    """The version in force on a day."""
    version = FormVersion.objects.of(form).in_force(on)
    assert version is not None
    return version


def bodies(form: ConsentForm, on: date) -> dict[str, dict[str, Any]]:
    """The words in force on a day, with the last statement reworded."""
    found = {text.language: deepcopy(text.body) for text in present(form, on).texts.all()}
    for body in found.values():
        body["statements"][-1] = REWORDED
    return found


def drafted(at: datetime, form: ConsentForm = INFORMED, version: str = "next", *, days: int = 30, **given: Any) -> Any:
    """A draft that would come into force some days later."""
    words: Mapping[str, Any] = given.pop("bodies", None) or bodies(form, program_day(at))
    begins = program_day(at) + timedelta(days=days)
    return draft_version(form=form, version=version, in_force_from=begins, bodies=words, by=AUTHOR, at=at)


def approved(at: datetime, *args: Any, **given: Any) -> FormVersion:
    """A draft whose texts are all approved."""
    version = drafted(at, *args, **given)
    for text in version.texts.all():
        approve_text(text=text, digest=text.digest, by=APPROVER, at=at)
    return version


def published(at: datetime, *args: Any, **given: Any) -> FormVersion:
    """A version that is published and will come into force."""
    return publish_version(version=approved(at, *args, **given), by=AUTHOR, at=at)


def text_in(version: FormVersion, language: str = "en") -> FormText:
    """A version's text in a language."""
    return version.texts.get(language=language)
