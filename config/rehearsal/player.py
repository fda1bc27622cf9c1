"""Plays the steps of a scenario through the actions that every door uses."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection

from config.rehearsal.came import Came
from config.rehearsal.cast import Cast
from config.rehearsal.script import Malformed, Step
from config.rehearsal.steps import PLAYS
from notifications.models import Notice
from pledge.models import Authorization, Deviation, DeviationKind, PrescriptionWindow, ProgramEvent
from pledge.rules.calendar import PROGRAM_ZONE, Span, program_day
from pledge.rules.editions import edition_on
from pledge.rules.refusals import Refused, Rejected


@dataclass
class Answer:
    """What came of one step, in the words of ``expect``."""

    outcome: str
    reasons: dict[str, date | None] = field(default_factory=dict)
    do_not_dispense_after: date | None = None
    window: Span | None = None
    edition: str = ""
    overlays: tuple[str, ...] = ()
    new_number: bool = False
    notices: list[str] = field(default_factory=list)
    deviation: bool = False
    sentence: str = ""


class Player:
    """One scenario being played on the database of the default connection."""

    def __init__(self) -> None:
        """Begin with nobody enrolled."""
        self.cast = Cast()

    def given(self, shorthand: str, day: date) -> None:
        """Play what a ``given`` stands for (tests/scenarios/FORMAT.md)."""
        for step in given_steps(shorthand, day):
            answer = self.play(step)
            if answer.outcome in {"denied", "rejected"}:
                raise Malformed(f"given: {shorthand}: {day}: {step.kind} is {answer.outcome} {answer.sentence}")

    def play(self, step: Step) -> Answer:
        """Play one step and give what came of it."""
        before = _Marks.now()
        try:
            answer = self._answer(PLAYS[step.kind](self.cast, step.arguments, step.at))
        except Refused as refused:
            reasons = {refusal.code.value: refusal.clears_on for refusal in refused.refusals}
            answer = Answer("denied", reasons, overlays=refused.overlays, sentence=str(refused))
        except Rejected as rejected:
            answer = Answer("rejected", sentence=str(rejected))
        answer.edition = edition_on(program_day(step.at)).name
        answer.window = answer.window or self._window(step)
        self._look_up(answer, before, _Marks.now())
        return answer

    def _look_up(self, answer: Answer, before: "_Marks", after: "_Marks") -> None:
        if answer.outcome != "denied" and after.event > before.event:
            answer.overlays = answer.overlays or before.overlays()
        if after.notice > before.notice:
            answer.notices = before.notices(self.cast)
        if after.authorization > before.authorization:
            answer.new_number = answer.outcome == "authorized" and before.new_numbers() > 0
        if after.deviation > before.deviation:
            answer.deviation = before.deviations() > 0

    def _answer(self, came: Came) -> Answer:
        answer = Answer(came.outcome, do_not_dispense_after=came.do_not_dispense_after, overlays=came.overlays)
        if came.refusals:
            answer.reasons = {refusal.code.value: refusal.clears_on for refusal in came.refusals}
        return answer

    def _window(self, step: Step) -> Span | None:
        registrant = self.cast.registrants.get(step.arguments.get("registrant", "R1"))
        if registrant is None:
            return None
        newest = PrescriptionWindow.objects.filter(registrant=registrant, cancelled_at=None).first()
        return Span(newest.opens_on, newest.closes_on) if newest else None


class _Marks(NamedTuple):
    """Where the tables stand: the newest row of each, asked for in one statement."""

    notice: int
    event: int
    authorization: int
    deviation: int

    @classmethod
    def now(cls) -> "_Marks":
        with connection.cursor() as cursor:
            cursor.execute(_NEWEST)
            return cls(*cursor.fetchone())

    def notices(self, cast: Cast) -> list[str]:
        rows = Notice.objects.filter(pk__gt=self.notice).order_by("pk")
        return [f"{cast.name_of(row.reader, row.reader_id)}: {row.kind}" for row in rows]

    def overlays(self) -> tuple[str, ...]:
        rows = ProgramEvent.objects.filter(pk__gt=self.event).values_list("overlays", flat=True)
        return tuple(sorted({name for overlays in rows for name in overlays}))

    def new_numbers(self) -> int:
        fresh = Authorization.objects.filter(pk__gt=self.authorization).values_list("rma_number", flat=True)
        older = set(Authorization.objects.filter(pk__lte=self.authorization).values_list("rma_number", flat=True))
        return sum(number not in older for number in fresh)

    def deviations(self) -> int:
        return Deviation.objects.filter(pk__gt=self.deviation, kind=DeviationKind.DISPENSED_OUTSIDE_WINDOW).count()


_TABLES = [model._meta.db_table for model in (Notice, ProgramEvent, Authorization, Deviation)]
_NEWEST = f"SELECT {', '.join(f'(SELECT coalesce(max(id), 0) FROM {table})' for table in _TABLES)}"  # noqa: S608


def given_steps(shorthand: str, day: date) -> list[Step]:
    """Give the steps that a ``given`` stands for, on a day at 09:00 and, on treatment, on that day + 30."""
    nine = datetime.combine(day, time(9), PROGRAM_ZONE).astimezone(UTC)
    parties: list[tuple[str, dict[str, Any]]] = [
        ("enroll_prescriber", {"id": "P1"}),
        ("enroll_pharmacy", {"id": "A"}),
        ("enroll_pharmacy", {"id": "B"}),
    ]
    if shorthand == "cannot_enrolled":
        first = [*parties, ("enroll", {"category": "cannot_become_pregnant", "basis": "cisgender_male"})]
        return _at(nine, [*first, ("sign_all", {})])
    steps = _at(nine, [*parties, ("enroll", {}), ("sign_all", {}), ("test", {"specimen": day})])
    if shorthand == "can_enrolled":
        return steps
    later = day + timedelta(days=30)
    tested: dict[str, Any] = {"specimen": later, "setting": "clia_lab", "cycle_day": 3}
    month = [("test", tested), ("confirm", {"specimen": later}), ("answer", {}), ("authorize", {}), ("dispense", {})]
    return steps + _at(datetime.combine(later, time(9), PROGRAM_ZONE).astimezone(UTC), month)


def _at(at: datetime, steps: list[tuple[str, dict[str, Any]]]) -> list[Step]:
    return [Step(0, at, kind, arguments, {}) for kind, arguments in steps]


def begun(given: tuple[str, date] | None) -> Player:
    """Give a player on the empty database it is connected to, with what was given played."""
    player = Player()
    if given is not None:
        player.given(*given)
    return player
