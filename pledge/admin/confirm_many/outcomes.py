"""What becomes of each line: foreseen for the preview, done for the result; each an act of its own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from pledge.access import NotThere
from pledge.admin.confirm_many.rows import Row
from pledge.admin.month_steps import ConfirmMonth
from pledge.admin.once import Meanwhile, Once
from pledge.frame import foresee
from pledge.models import MonthlyConfirmation, Registrant
from pledge.rules.calendar import Span
from pledge.rules.refusals import Refusal, Refused, Rejected

CONFIRM: Callable[..., MonthlyConfirmation] = ConfirmMonth.act


class Outcome(NamedTuple):
    """What a line leads to, or why it does not: the reasons, what came between, or what cannot be true."""

    row: Row
    done: bool = False
    window: Span | None = None
    reasons: tuple[Refusal, ...] = ()
    meanwhile: Meanwhile | None = None
    message: str = ""

    @property
    def registrant(self) -> Registrant:
        """Whom it is about."""
        return self.row.candidate.registrant


def foreseen(row: Row, at: datetime) -> Outcome:
    """Give what confirming would lead to now; nothing is written."""

    def confirm() -> Span | None:
        once_of(row).stop_if_overtaken()
        return foresee(CONFIRM, _window_of, **_given(row), at=at)

    return _outcome(row, confirm)


def confirmed(row: Row, at: datetime) -> Outcome:
    """Confirm one registrant's month, once, on the record that the check list was shown for."""
    return _outcome(row, lambda: _window_of(CONFIRM(**_given(row), at=at, memory=once_of(row))))


def left_out(row: Row, at: datetime) -> Outcome:
    """Give why a line was left out in the preview, as it stands now; it is not tried."""
    now = foreseen(row, at)
    said = "It was left out in the preview. It could be confirmed now, on its own."
    return now._replace(done=False, message=said) if now.done else now


def once_of(row: Row) -> Once:
    """Give what keeps a line from being taken twice, and from a record that moved on."""
    return Once(ConfirmMonth, row.candidate.registrant, row.last_seen, row.scene.by)


def _given(row: Row) -> dict[str, Any]:
    return {"registrant": row.candidate.registrant, "attestation": row.attestation(), "by": row.scene.by}


def _window_of(confirmation: MonthlyConfirmation) -> Span | None:
    window = confirmation.window
    return Span(window.opens_on, window.closes_on) if window is not None else None


def _outcome(row: Row, act: Any) -> Outcome:
    try:
        return Outcome(row, done=True, window=act())
    except Meanwhile as meanwhile:
        return Outcome(row, meanwhile=meanwhile)
    except Refused as refused:
        return Outcome(row, reasons=refused.refusals)
    except NotThere:
        return Outcome(row, message="They are no longer among your registrants.")
    except Rejected as rejected:
        return Outcome(row, message=rejected.message[:1].upper() + rejected.message[1:] + ".")
