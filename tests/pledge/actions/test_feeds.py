"""Addresses for calendar programs: one for each log-in, shown once, revoked at once."""

import pytest
from django.contrib.auth.models import User

from pledge.actions.feeds import make_feed, revoke_feed
from pledge.actions.keys import digest_of
from pledge.models import CalendarFeed, EventType, ProgramEvent
from pledge.rules.refusals import Rejected
from tests.lives import Program, a_program
from tests.pledge.actions.one_step import AT


@pytest.fixture
def program(db: None) -> Program:
    return a_program(AT)


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("paula")


class TestAnAddress:
    def test_is_kept_as_a_digest_alone(self, program: Program, user: User) -> None:
        made = make_feed(user=user, by=program.clinic, at=AT)
        assert made.row.digest == digest_of(made.secret)
        assert len(made.secret) >= 43  # 256 bits
        event = ProgramEvent.objects.get(type=EventType.CALENDAR_FEED_MADE)
        assert made.secret not in str(event.changes)
        assert made.row.digest not in str(event.changes)

    def test_made_anew_ends_the_old_one(self, program: Program, user: User) -> None:
        first, second = (make_feed(user=user, by=program.clinic, at=AT) for _ in range(2))
        assert first.secret != second.secret
        assert list(CalendarFeed.objects.filter(revoked_at=None)) == [second.row]

    def test_is_revoked_once(self, program: Program, user: User) -> None:
        make_feed(user=user, by=program.clinic, at=AT)
        assert revoke_feed(user=user, by=program.clinic, at=AT).revoked_at == AT
        with pytest.raises(Rejected):
            revoke_feed(user=user, by=program.clinic, at=AT)
