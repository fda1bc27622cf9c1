"""One history played twice: through the real actions and on the reference model, compared after every step."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.rehearsal.came import Came
from config.rehearsal.forms import STEP_KEYS
from config.rehearsal.player import Answer, Player
from config.rehearsal.script import Step
from config.rehearsal.steps import PLAYS
from pledge.rules.calendar import program_day
from pledge.rules.editions import edition_on
from pledge.rules.refusals import Refused, Rejected
from tests.histories.present import Present
from tests.histories.trail import Trail
from tests.model.oracle import Oracle
from tests.model.oracle_words import Answer as ModelAnswer

CLEARS_ON = frozenset(
    {
        "waiting_period",
        "test_gap_too_short",
        "locked_out",
        "specimen_in_closed_window",
        "test_missing",
        "supply_over_limit",
    }
)
REPAIRED = frozenset({"confirmation_due", "questions_ready", "methods_differ"})  # by night, where it was lost by day
SUBJECT_KEYS = ("registrant", "pharmacy", "days_supply")


@dataclass
class Played:
    """One step as it was played."""

    at: datetime
    kind: str
    arguments: dict[str, Any]
    outcome: str


@dataclass
class ModelAlone:
    """A history on the model only: what histories reach can be seen without a database."""

    oracle: Oracle = field(default_factory=Oracle)
    history: list[Played] = field(default_factory=list)
    swept_at: datetime | None = None

    def play(self, at: datetime, kind: str, arguments: dict[str, Any]) -> list[str]:
        """Play one step; there is nothing to compare."""
        self._note(at, kind, arguments, self.oracle.play(kind, at, dict(arguments)).outcome)
        return []

    def present(self, at: datetime) -> Present:
        """Give the state at an instant, for choosing what comes next."""
        return Present(self.oracle, at, self.swept_at or at)

    def _note(self, at: datetime, kind: str, arguments: dict[str, Any], outcome: str) -> None:
        self.history.append(Played(at, kind, arguments, outcome))
        if kind == "sweep" or self.swept_at is None:
            self.swept_at = at


@dataclass
class Both(ModelAlone):
    """The two sides, and what was played so far."""

    player: Player = field(default_factory=Player)
    trail: Trail = field(default_factory=Trail)

    def play(self, at: datetime, kind: str, arguments: dict[str, Any]) -> list[str]:
        """Play one step on both sides and give every difference, the trail's included.

        A check follows each step, so that what a step left behind is compared too; one goes before each
        authorization, which must agree with it.
        """
        asked = {key: arguments[key] for key in SUBJECT_KEYS if key in arguments}
        before = self._check(at, asked) if kind == "authorize" else None
        answer = self.player.play(Step(len(self.history) + 1, at, kind, formed(kind, arguments), {}))
        self._note(at, kind, arguments, answer.outcome)
        found = differences(kind, answer, self.oracle.play(kind, at, dict(arguments)))
        if before is not None:
            found += agreement(before, answer)
        found += self.trail.differences(at, kind, answer)
        if kind not in {"check", "authorize"} and self._is_known(arguments):
            asked.pop("days_supply", None)
            after = differences("check", self._check(at, asked), self.oracle.play("check", at, dict(asked)))
            found += [f"check afterwards: {line}" for line in after]
        return found

    def _check(self, at: datetime, asked: dict[str, Any]) -> Answer:
        """Ask what an authorization would be answered, without what the player looks up around a step."""
        try:
            came = PLAYS["check"](self.player.cast, formed("check", asked), at)
        except Refused as refused:
            came = Came("denied", refusals=refused.refusals)
        except Rejected:
            came = Came("rejected")
        reasons = {refusal.code.value: refusal.clears_on for refusal in came.refusals}
        edition = edition_on(program_day(at)).name
        return Answer(came.outcome, reasons, came.do_not_dispense_after, edition=edition, overlays=came.overlays)

    def _is_known(self, arguments: dict[str, Any]) -> bool:
        pharmacy = self.oracle.parties.get(arguments.get("pharmacy", "A"))
        return arguments.get("registrant", "R1") in self.oracle.people and pharmacy is not None


def formed(kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Give arguments the form that a scenario file's get."""
    return {key: STEP_KEYS[kind][key](value) for key, value in arguments.items()}


def agreement(check: Answer, authorize: Answer) -> list[str]:
    """Give where a check and the authorization that followed it disagree (section 13)."""
    return [
        f"check and authorize: {name}: {getattr(check, name)} and {getattr(authorize, name)}"
        for name in ("outcome", "reasons", "do_not_dispense_after", "overlays")
        if getattr(check, name) != getattr(authorize, name)
    ]


def differences(kind: str, real: Answer, model: ModelAnswer) -> list[str]:
    """Give every key of ``expect`` on which the two sides differ; only what the model states is compared."""
    found = []

    def differ(key: str, came: Any, expected: Any) -> None:
        if came != expected:
            found.append(f"{key}: real {came}, model {expected}")

    differ("outcome", real.outcome, model.outcome)
    codes = set(real.reasons)
    if codes != model.codes:
        found.append(f"codes: only real {sorted(codes - model.codes)}, only model {sorted(model.codes - codes)}")
    for code in sorted(CLEARS_ON & codes & model.codes):
        differ(f"clears_on {code}", real.reasons[code], model.clears_on.get(code))
    if kind in {"check", "authorize", "dispense"} and real.outcome not in {"denied", "rejected"}:
        differ("do_not_dispense_after", real.do_not_dispense_after, model.do_not_dispense_after)
    if model.window is not None and kind != "check":
        span = real.window
        differ("window", span and (span.first_day, span.last_day, span.closes_at), model.window)
    differ("edition", real.edition, model.edition)
    differ("overlays", sorted(real.overlays), sorted(model.overlays))
    differ("new_number", real.new_number, model.new_number and kind != "check")
    differ("deviation", real.deviation, model.deviation)
    told = {notice for notice in real.notices if kind != "sweep" or notice.partition(": ")[2] not in REPAIRED}
    if told != model.notices:
        found.append(f"notices: only real {sorted(told - model.notices)}, only model {sorted(model.notices - told)}")
    return found
