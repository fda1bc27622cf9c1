"""Pharmacies' keys, and deviations closed with a note."""

from datetime import timedelta

import pytest

from pledge.access import keys_for
from pledge.actions import authorizations, deviations, keys, pharmacists
from pledge.models import PharmacyKey
from pledge.trail import by_pharmacist, by_pharmacy
from tests import lives
from tests.pledge.actions.acting import STRANGER
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


class TestARotation:
    """A key is replaced without a gap: its successor works at once, and the old one a while longer."""

    def rotate(self, program, at, key, **others):
        return keys.rotate_key(key=key, **{"by": program.administrator, "at": at, **others})

    def issue(self, program, at, **others):
        return keys.issue_key(pharmacy=program.pharmacy, by=program.administrator, at=at, **others).row

    def usable(self, at):
        return set(PharmacyKey.objects.usable(at))

    @pytest.mark.parametrize("sandbox", [False, True], ids=["live", "test"])
    def test_gives_a_successor_of_its_kind_beside_which_the_old_one_goes_on(self, program, at, settings, sandbox):
        old = self.issue(program, at, sandbox=sandbox)
        with events() as told:
            new, secret = self.rotate(program, at, old)
        assert secret.startswith("pledge_test_" if sandbox else "pledge_live_")
        assert (new.sandbox, new.pharmacy, new.replaces, new.expires_at) == (sandbox, program.pharmacy, old, None)
        assert new.digest not in repr([event.changes for event in told])
        days = timedelta(days=settings.KEY_OVERLAP_DAYS)
        assert self.usable(at) == self.usable(at + days - timedelta(seconds=1)) == {old, new}
        assert self.usable(at + days) == {new}

    def test_ends_the_old_one_at_once_or_sooner_where_that_is_asked_for(self, program, at):
        for days in (0, 3):
            old = self.issue(program, at)
            new = self.rotate(program, at, old, overlap_days=days).row
            assert fresh(old).expires_at == at + timedelta(days=days)
            assert old not in self.usable(at + timedelta(days=days))
            assert new in self.usable(at)

    def test_takes_nothing_longer_than_the_old_one_would_have_lasted(self, program, at):
        old = self.issue(program, lives.days_before(at, 88), expires_at=at + timedelta(days=2))
        new = self.rotate(program, at, old).row
        assert fresh(old).expires_at == at + timedelta(days=2)
        assert new.expires_at - new.created_at == old.expires_at - old.created_at

    def test_is_of_a_key_that_works_and_has_no_successor(self, program, at):
        replaced, revoked = self.issue(program, at), self.issue(program, at)
        expired = self.issue(program, at, expires_at=at + timedelta(hours=1))
        new = self.rotate(program, at, replaced).row
        keys.revoke_key(key=revoked, by=program.administrator, at=at)
        for key in (replaced, revoked, expired):
            later = at + timedelta(hours=1)
            rejected(keys.rotate_key, "key", key=key, by=program.administrator, at=later)
        assert self.rotate(program, at, new).row.replaces == new

    @pytest.mark.parametrize("days", [-1, 8])
    def test_names_an_overlap_that_cannot_be(self, program, at, days):
        key = self.issue(program, at)
        rejected(keys.rotate_key, "overlap_days", key=key, overlap_days=days, by=program.administrator, at=at)


class TestWhoMindsKeys:
    """The program minds every pharmacy's; an authorized representative by log-in, their own's; nobody else any."""

    @pytest.fixture
    def theirs(self, program, at):
        issuing = {"by": program.administrator, "at": at}
        return [keys.issue_key(pharmacy=one, **issuing).row for one in (program.pharmacy, program.other_pharmacy)]

    def logged_in(self, program, at, pharmacy, own_id, **others):
        enrolled = pharmacists.enroll_pharmacist(
            pharmacy=pharmacy, own_id=own_id, name="Rosa Reyes", username=own_id, by=program.administrator, at=at,
            **others,
        )  # fmt: skip
        return by_pharmacist(enrolled.row)

    def test_is_the_representative_for_their_own(self, program, at, theirs):
        own, _ = theirs
        by = self.logged_in(program, at, program.pharmacy, "rep-1", is_representative=True)
        assert set(keys_for(by)) == {own}
        new = keys.rotate_key(key=own, by=by, at=at).row
        assert keys.revoke_key(key=new, by=by, at=at).revoked_at == at
        assert keys.issue_key(pharmacy=program.pharmacy, sandbox=True, by=by, at=at).row.pharmacy == program.pharmacy

    @pytest.mark.parametrize("who", ["another's", "ended", "pharmacist", "software", "clinic", "stranger"])
    def test_is_nobody_else(self, program, at, theirs, who):
        """Nor software that names the representative's id."""
        own, _ = theirs
        if who == "another's":
            by = self.logged_in(program, at, program.other_pharmacy, "rep-2", is_representative=True)
        elif who == "pharmacist":
            by = self.logged_in(program, at, program.pharmacy, "rph-17")
        else:
            rosa = self.logged_in(program, at, program.pharmacy, "rep-1", is_representative=True)
            by = {
                "ended": rosa, "software": by_pharmacy(program.pharmacy, "rep-1"), "clinic": program.clinic,
                "stranger": STRANGER,
            }[who]  # fmt: skip
            if who == "ended":
                pharmacists.end_pharmacist(pharmacist=rosa.pharmacist, by=program.administrator, at=at)
        assert own not in keys_for(by)
        rejected(keys.issue_key, "pharmacy", pharmacy=program.pharmacy, by=by, at=at)
        rejected(keys.rotate_key, "key", key=own, by=by, at=at)
        rejected(keys.revoke_key, "key", key=own, by=by, at=at)
        assert set(PharmacyKey.objects.usable(at)) == set(theirs)


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
