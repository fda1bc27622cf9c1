"""Who may act and be acted for at all: endings, holds and certifications (sections 1, 7 and 8)."""

from collections.abc import Iterator
from datetime import date

from pledge.rules.enrollment import consent_refusals
from pledge.rules.history import Record, Standing
from pledge.rules.refusals import Refusal, RefusalCode


def registrant_refusals(record: Record, on: date) -> Iterator[Refusal]:
    """Name what stops the registrant as such: the ending, the hold, the consents (sections 3 and 8)."""
    if record.course.ended_on is not None:
        yield Refusal(RefusalCode.TREATMENT_ENDED)
    if record.hold_since is not None:
        yield Refusal(RefusalCode.ON_HOLD)
    if record.course.ended_on is None:
        yield from consent_refusals(record, on)


def prescriber_refusals(prescriber: Standing, on: date) -> Iterator[Refusal]:
    """Name a prescriber's missing certification (section 1)."""
    if not prescriber.holds(on):
        yield Refusal(RefusalCode.PRESCRIBER_NOT_CERTIFIED)


def pharmacy_refusals(pharmacy: Standing, on: date) -> Iterator[Refusal]:
    """Name a pharmacy's missing activation (section 1)."""
    if not pharmacy.holds(on):
        yield Refusal(RefusalCode.PHARMACY_NOT_CERTIFIED)


def designee_refusals(designee: Standing | None, on: date) -> Iterator[Refusal]:
    """Name a designee's missing attestation; ``None`` where the prescriber acts in person (section 1)."""
    if designee is not None and not designee.holds(on):
        yield Refusal(RefusalCode.DESIGNEE_NOT_ATTESTED)
