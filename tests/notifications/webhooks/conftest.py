"""A pharmacy with software that is told, and messages on their way to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils import timezone

from notifications.actions.webhooks import AddedWebhook, add_webhook
from notifications.messages import number_messages
from pledge.actions import participants, pharmacists
from pledge.trail import By, by_pharmacist
from tests import lives
from tests.notifications.conftest import commit
from tests.notifications.webhooks.receiver import Receiver, a_receiver


@pytest.fixture
def now() -> datetime:
    """The instant of the world: receivers turn away what was signed at another time than theirs."""
    return timezone.now()


@pytest.fixture
def program(db: None, now: datetime) -> lives.Program:
    return lives.a_program(now)


@pytest.fixture
def receiver(tmp_path) -> Iterator[Receiver]:
    made = a_receiver(tmp_path)
    yield made
    made.close()


@pytest.fixture
def webhook(program: lives.Program, receiver: Receiver, now: datetime) -> AddedWebhook:
    return added(program, receiver.address(), now)


def added(program: lives.Program, address: str, at: datetime) -> AddedWebhook:
    return add_webhook(pharmacy=program.pharmacy, address=address, by=program.administrator, at=at)


def a_representative(program: lives.Program, at: datetime) -> By:
    """Enroll the pharmacy's authorized representative, and give them as an actor."""
    given = {"own_id": "rep-1", "name": "Rita Representative", "username": f"rita-{program.pharmacy.number}"}
    row = pharmacists.enroll_pharmacist(
        pharmacy=program.pharmacy, is_representative=True, by=program.administrator, at=at, **given
    ).row
    return by_pharmacist(row)


def two_messages(program: lives.Program, at: datetime) -> None:
    """Tell the pharmacy that an authorization is suspended, and resumed."""
    lives.authorized(program, at, category=lives.CANNOT)
    participants.suspend(party=program.prescriber, by=program.administrator, at=at)
    participants.reinstate(party=program.prescriber, by=program.administrator, at=at)
    commit()
    number_messages(at=at)
