"""A start-up check: the one seam through which the core sees consents is there (docs/decisions/0006)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from pledge.models import Registrant

ACCESSOR = "signed_consents"
# What pledge.facts reads of a signature, and of the version of the form it is under.
FIELDS = ("registrant", "signer", "signed_on", "signed_at", "course", "form_version")
FIELDS_OF_VERSION = ("form", "version", "superseded_on")


@register()
def check_seam(**_: Any) -> list[CheckMessage]:
    """Name what ``pledge.facts`` could not read: without it every authorization would fail at its first request."""
    return list(seam_errors(Registrant))


def seam_errors(model: type[Model]) -> Iterator[CheckMessage]:
    """Name what is missing behind a model's reverse accessor ``signed_consents``."""
    behind = {relation.get_accessor_name(): relation.related_model for relation in model._meta.related_objects}
    signature = behind.get(ACCESSOR)
    if not isinstance(signature, type):
        yield Error(f"{model._meta.label} has no {ACCESSOR}", hint="Is 'consents' installed?", id="pledge.E001")
        return
    missing = list(_missing(signature, FIELDS))
    yield from missing or _missing(signature._meta.get_field("form_version").related_model, FIELDS_OF_VERSION)


def _missing(model: Any, fields: Sequence[str]) -> Iterator[CheckMessage]:
    for field in fields:
        try:
            model._meta.get_field(field)
        except FieldDoesNotExist:
            yield Error(f"{model._meta.label} has no field {field}", hint="pledge.facts reads it.", id="pledge.E002")
