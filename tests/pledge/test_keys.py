"""A pharmacy's API keys: issued, shown once, revoked; from the actions and from the command line."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from pledge.actions import keys
from pledge.callers import PharmacySuspended, Presented, UnknownKey, caller_with_key
from pledge.models import EventType, PharmacyKey, ProgramEvent
from pledge.rules.refusals import Rejected
from tests import lives

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def program(now):
    return lives.a_program(now)


class TestAKey:
    def test_shows_its_kind_and_holds_256_random_bits(self, program, now):
        secrets = {lives.a_key(program.pharmacy, now) for _ in range(5)}
        assert len(secrets) == 5
        assert all(secret.startswith("pledge_live_") and len(secret) == len("pledge_live_") + 43 for secret in secrets)

    def test_names_its_pharmacy_while_it_is_usable(self, program, now):
        secret = lives.a_key(program.pharmacy, now)
        caller = caller_with_key(Presented(keys.digest_of(secret)), now)
        assert (caller.pharmacy, caller.pharmacy_name) == (program.pharmacy, "Corner Pharmacy")
        assert caller.standing.holds(now.date())

    def test_leaves_an_event_without_its_secret_or_digest(self, program, now):
        secret = lives.a_key(program.pharmacy, now)
        event = ProgramEvent.objects.get(type=EventType.KEY_ISSUED)
        told = json.dumps(event.changes)
        assert keys.digest_of(secret) not in told
        assert secret not in told
        assert PharmacyKey.objects.get().prefix in told

    def test_is_unknown_once_revoked_and_cannot_be_revoked_again(self, program, now):
        issued = keys.issue_key(pharmacy=program.pharmacy, by=program.administrator, at=now)
        keys.revoke_key(key=issued.row, by=program.administrator, at=now)
        with pytest.raises(UnknownKey):
            caller_with_key(Presented(issued.row.digest), now)
        with pytest.raises(Rejected, match="revoked already"):
            keys.revoke_key(key=issued.row, by=program.administrator, at=now)
        assert ProgramEvent.objects.filter(type=EventType.KEY_REVOKED).count() == 1

    def test_of_a_suspended_pharmacy_is_told_apart(self, program, now):
        from pledge.actions.participants import suspend

        secret = lives.a_key(program.pharmacy, now)
        suspend(party=program.pharmacy, by=program.administrator, at=now)
        with pytest.raises(PharmacySuspended):
            caller_with_key(Presented(keys.digest_of(secret)), now)


class TestTheCommand:
    def run(self, *arguments):
        out, err = StringIO(), StringIO()
        call_command("issue_key", *arguments, stdout=out, stderr=err)
        return out.getvalue().strip(), err.getvalue()

    def test_prints_the_key_alone_and_once(self, program, now):
        secret, beside = self.run(program.pharmacy.number)
        assert caller_with_key(Presented(keys.digest_of(secret)), now).pharmacy == program.pharmacy
        assert secret not in beside
        assert "until it is revoked" in beside

    def test_gives_it_an_end(self, program, now):
        secret, _ = self.run(program.pharmacy.number, "--days", "90")
        digest = keys.digest_of(secret)
        assert caller_with_key(Presented(digest), now + timedelta(days=89))
        with pytest.raises(UnknownKey):
            caller_with_key(Presented(digest), now + timedelta(days=91))

    def test_keeps_who_issued_it(self, program):
        self.run(program.pharmacy.number, "--by", "Ada Administrator")
        assert ProgramEvent.objects.get(type=EventType.KEY_ISSUED).actor_name == "Ada Administrator"

    @pytest.mark.parametrize("days", ["0", "-1", "3651", "99999999999"])
    def test_refuses_an_end_that_cannot_be(self, program, days):
        with pytest.raises(CommandError, match="--days must be from 1 to 3650"):
            self.run(program.pharmacy.number, "--days", days)

    def test_names_a_number_that_no_pharmacy_has(self):
        with pytest.raises(CommandError, match="no pharmacy has the number 'PH0'"):
            self.run("PH0")
