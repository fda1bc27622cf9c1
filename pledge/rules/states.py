"""Transition tables, as data: which state follows which, and through what (sections 6, 7 and 8)."""

from typing import NamedTuple

from pledge.rules.vocabulary import AuthorizationStatus as Status


class Transition(NamedTuple):
    """From one state to another, through one named act."""

    source: str
    act: str
    target: str


AUTHORIZATION_TRANSITIONS: tuple[Transition, ...] = (
    Transition("", "authorize", Status.ISSUED),
    Transition(Status.ISSUED, "dispense", Status.DISPENSED),
    Transition(Status.ISSUED, "reverse", Status.REVERSED),
    Transition(Status.ISSUED, "revoke", Status.REVOKED),
    Transition(Status.ISSUED, "suspend", Status.SUSPENDED),
    Transition(Status.ISSUED, "lapse", Status.LAPSED),
    Transition(Status.SUSPENDED, "resume", Status.ISSUED),
    Transition(Status.SUSPENDED, "dispense", Status.DISPENSED),
    Transition(Status.SUSPENDED, "reverse", Status.REVERSED),
    Transition(Status.SUSPENDED, "revoke", Status.REVOKED),
    Transition(Status.SUSPENDED, "lapse", Status.LAPSED),
    Transition(Status.LAPSED, "reverse", Status.REVERSED),
)


def next_status(status: str, act: str) -> Status | None:
    """Give the status that an act leads to from a status ("" before the first), or None where it leads nowhere."""
    for transition in AUTHORIZATION_TRANSITIONS:
        if transition.source == status and transition.act == act:
            return Status(transition.target)
    return None
