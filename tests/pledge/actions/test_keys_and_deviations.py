"""Pharmacies' keys, and deviations closed with a note."""

from datetime import timedelta

import pytest

from pledge.actions import authorizations, deviations, keys
from pledge.models import PharmacyKey
from tests import lives
from tests.pledge.happened import events, fresh, rejected

pytestmark = pytest.mark.django_db


class TestAKey:
    def issue(self, program, at, **others):
        return keys.issue_key(pharmacy=program.pharmacy, by=program.administrator, at=at, **others)

    def test_is_shown_once_and_kept_as_a_digest(self, program, at):
        with events() as told:
            row, secret = self.issue(program, at)
        assert secret.startswith("pledge_live_")
        assert row.digest == keys.digest_of(secret)
        assert row.prefix == secret[: len(row.prefix)]
        kept = repr(list(PharmacyKey.objects.values())) + repr([event.changes for event in told])
        assert secret not in kept
        assert row.digest not in repr([event.changes for event in told])

    def test_is_usable_until_it_expires_or_is_revoked(self, program, at):
        first, second = self.issue(program, at).row, self.issue(program, at, expires_at=at + timedelta(days=1)).row
        assert set(PharmacyKey.objects.usable(at)) == {first, second}
        assert set(PharmacyKey.objects.usable(at + timedelta(days=1))) == {first}
        keys.revoke_key(key=first, by=program.administrator, at=at)
        assert set(PharmacyKey.objects.usable(at)) == {second}

    def test_is_revoked_once(self, program, at):
        row = self.issue(program, at).row
        given = {"key": row, "by": program.administrator, "at": at}
        assert keys.revoke_key(**given).revoked_at == at
        rejected(keys.revoke_key, "key", **given)

    def test_is_long_and_never_the_same(self, program, at):
        secrets = {self.issue(program, at).secret for _ in range(20)}
        assert len(secrets) == 20
        assert min(map(len, secrets)) >= len("pledge_live_") + 43


class TestADeviation:
    @pytest.fixture
    def raised(self, program, at):
        life = lives.registered(program, at)
        given = {"registrant": life.registrant, "pharmacy": program.pharmacy, "days_supply": 5, "by": program.counter}
        return authorizations.report_dispense(**given, at=at).deviations.get()

    def test_is_closed_once_with_a_note(self, program, at, raised):
        closing = {"deviation": raised, "by": program.administrator, "at": at}
        rejected(deviations.close_deviation, "note", **closing, note="  ")
        deviations.close_deviation(**closing, note=" a paper form ")
        assert (fresh(raised).closed_at, fresh(raised).closing_note) == (at, "a paper form")
        rejected(deviations.close_deviation, "deviation", **closing, note="again")

    def test_is_not_closed_with_a_note_longer_than_its_place(self, program, at, raised):
        closing = {"deviation": raised, "by": program.administrator, "at": at}
        longest = "n" * deviations.LONGEST_NOTE
        rejected(deviations.close_deviation, "note", **closing, note=longest + "n")
        assert deviations.close_deviation(**closing, note=f" {longest} ").closing_note == longest
