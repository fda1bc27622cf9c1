"""The days of a registrant's holds, read from the trail, which alone remembers those that were cleared."""

from datetime import date

from pledge.models import EventType, ProgramEvent, Registrant
from pledge.rules.calendar import Span, program_day

MOVED_BY = (
    EventType.TEST_RECORDED,
    EventType.TEST_CORRECTED,
    EventType.PREGNANCY_REPORTED,
    EventType.HOLD_CLEARED,
    EventType.RECORDS_MERGED,
)


def holds_of(registrant: Registrant, on: date) -> list[Span]:
    """Give the days of every hold, oldest first; one that goes on ends today."""
    subject = f"registrant:{registrant.pk}"
    events = ProgramEvent.objects.filter(registrant=registrant, type__in=MOVED_BY)
    spans: list[Span] = []
    since: date | None = None
    for event in events.filter(**{f"changes__{subject}__has_key": "hold_since"}).order_by("id"):
        new = event.changes[subject]["hold_since"][1]
        if new is not None:
            since = min(since or date.max, date.fromisoformat(new))
        elif since is not None:
            spans.append(Span(since, max(since, program_day(event.at))))
            since = None
    return [*spans, Span(since, max(since, on))] if since is not None else spans
