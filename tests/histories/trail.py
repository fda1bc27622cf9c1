"""What must be true of the real side after every step, read from the trail and the tables."""

from datetime import datetime

from django.db.models import Count

from config.rehearsal.player import Answer
from pledge.models import Authorization, Dispense, ProgramEvent, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import StopCause

SILENT = frozenset({"check", "sweep"})
SIGNING = frozenset({"sign", "sign_all"})  # signing the same text again gives the signature that stands


class Trail:
    """Remembers where the tables stood, and judges what each step added."""

    def __init__(self) -> None:
        self.event = 0
        self.dispense = 0

    def differences(self, at: datetime, kind: str, answer: Answer) -> list[str]:
        """Give what the step left behind that must not be."""
        found = self._events(kind, answer)
        if kind in {"authorize", "reverse", "certify", "reinstate", "transfer"}:
            found += self._live()
        if kind == "dispense":
            found += self._dispenses(at)
        return [f"trail: {line}" for line in found]

    def _events(self, kind: str, answer: Answer) -> list[str]:
        fresh = list(ProgramEvent.objects.filter(pk__gt=self.event).order_by("pk"))
        self.event = fresh[-1].pk if fresh else self.event
        kinds = [event.type for event in fresh]
        if answer.outcome == "rejected" or kind in SILENT:
            return [f"a {answer.outcome} {kind} left {kinds}"] if kinds and kind != "sweep" else []
        if answer.outcome == "denied":
            if set(answer.reasons) == {"not_enrolled"}:
                return []  # nobody to record it of
            said = [{reason["code"] for reason in event.refusals} for event in fresh if event.refusals]
            return [] if said == [set(answer.reasons)] else [f"denied {kind} left {kinds} with {said}"]
        return [] if kinds or kind in SIGNING else [f"{kind} left no event"]

    def _live(self) -> list[str]:
        twice = (
            Authorization.objects.live().values("registrant").annotate(number=Count("id")).filter(number__gt=1).count()
        )
        return [f"{twice} registrants have more than one live authorization"] if twice else []

    def _dispenses(self, at: datetime) -> list[str]:
        found = []
        on = program_day(at)
        fresh = Dispense.objects.filter(pk__gt=self.dispense, authorization__isnull=False)
        for dispense in fresh.select_related("window", "authorization"):
            window, last_day = dispense.window, dispense.authorization.do_not_dispense_after
            stopped = window is not None and window.stopped_at is not None and window.stop_cause != StopCause.NEW_VISIT
            if window is not None and (stopped or not window.opens_on <= on <= window.closes_on):
                found.append(f"dispensed on {on} outside {window}")
            if last_day is not None and on > last_day:
                found.append(f"dispensed on {on} after {last_day}")
            if Registrant.objects.get(pk=dispense.registrant_id).hold_since is not None:
                found.append("dispensed while on hold")
            self.dispense = dispense.pk
        return found
