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
        with pytest.raises(CommandError, match="no pharmacy has the number 'PH0'") as told:
            self.run("PH0")
        assert told.value.returncode == 1

    def test_issues_one_of_the_sandbox(self, program, now):
        said = json.loads(self.run(program.pharmacy.number, "--test", "--json")[0])
        row = PharmacyKey.objects.get(digest=keys.digest_of(said.pop("key")))
        expected = {"prefix": row.prefix, "pharmacy": program.pharmacy.number, "sandbox": True, "expires_at": None}
        assert said == expected
        assert row.prefix.startswith("pledge_test_")
        with pytest.raises(UnknownKey):
            caller_with_key(Presented(row.digest), now)
        assert caller_with_key(Presented(row.digest, is_test=True), now).pharmacy == program.pharmacy


class TestTheCommandsAboutAKey:
    def run(self, *arguments):
        out, err = StringIO(), StringIO()
        call_command(*arguments, stdout=out, stderr=err)
        return out.getvalue().strip(), err.getvalue()

    @pytest.fixture
    def key(self, program, now):
        return keys.issue_key(pharmacy=program.pharmacy, by=program.administrator, at=now).row

    def test_rotate_it_and_print_its_successor_alone(self, key, now):
        secret, beside = self.run("rotate_key", f"{key}", "--by", "Ada Administrator")
        new = PharmacyKey.objects.get(digest=keys.digest_of(secret))
        assert new.replaces == key
        assert secret not in beside
        assert f"The old key, {key}, ends at " in beside
        assert ProgramEvent.objects.get(type=EventType.KEY_ROTATED).actor_name == "Ada Administrator"

    def test_rotate_it_and_tell_a_program(self, key):
        said = json.loads(self.run("rotate_key", key.prefix, "--overlap-days", "0", "--json")[0])
        key.refresh_from_db()
        assert said["replaces"] == key.prefix
        assert said["old_key_ends_at"] == key.expires_at.isoformat().replace("+00:00", "Z")
        assert said["key"].startswith(said["prefix"])

    def test_revoke_it(self, key):
        said = json.loads(self.run("revoke_key", key.prefix, "--json")[0])
        key.refresh_from_db()
        assert said["revoked_at"] == key.revoked_at.isoformat().replace("+00:00", "Z")
        with pytest.raises(CommandError, match="revoked already") as told:
            self.run("revoke_key", key.prefix)
        assert told.value.returncode == 1
        with pytest.raises(CommandError, match="replaced, revoked or expired"):
            self.run("rotate_key", key.prefix)

    def test_revoke_it_in_words(self, key):
        assert self.run("revoke_key", key.prefix)[0] == f"{key} of Corner Pharmacy is revoked."

    def test_name_what_cannot_be(self, key, now):
        with pytest.raises(CommandError, match="0 to 7 days") as told:
            self.run("rotate_key", key.prefix, "--overlap-days", "8")
        assert told.value.returncode == 2
        with pytest.raises(CommandError, match="no key begins with 'pledge_live_none'"):
            self.run("revoke_key", "pledge_live_none")
        PharmacyKey.objects.create(pharmacy=key.pharmacy, prefix=key.prefix, digest="another", created_at=now)
        with pytest.raises(CommandError, match="more than one key begins"):
            self.run("revoke_key", key.prefix)
