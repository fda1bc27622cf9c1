"""Who looks after a pharmacy's people: the program, and its authorized representative; never a key, never another's."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from pledge.actions import log_ins, participants, pharmacists, stock, ways_back
from pledge.actions.pharmacists import Enrolled
from pledge.admin.visitor import Role, visitor_behind
from pledge.models import EventType, Pharmacist, Pharmacy, ProgramEvent, ReturnCode
from pledge.rules.refusals import Rejected
from pledge.trail import By, by_pharmacist, by_pharmacy
from tests import lives
from tests.pledge.actions.one_step import AT, ON

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> lives.Program:
    return lives.a_program(AT)


def enrolled(pharmacy: Pharmacy, number: int, by: By, *, represents: bool = False, own_id: str = "") -> Enrolled:
    return pharmacists.enroll_pharmacist(
        pharmacy=pharmacy, own_id=own_id or f"RPH-{number}", name=f"Pharmacist {number}", username=f"rph-{number}",
        is_representative=represents, by=by, at=AT,
    )  # fmt: skip


@pytest.fixture
def rosa(program: lives.Program) -> Pharmacist:
    """The first pharmacy's representative."""
    return enrolled(program.pharmacy, 1, program.administrator, represents=True).row


class TestEnrolling:
    def test_makes_a_log_in_whose_code_is_told_by_hand(self, program, rosa) -> None:
        made = enrolled(program.pharmacy, 2, by_pharmacist(rosa))
        assert made.way_in.user == made.row.user == made.user
        assert made.way_in.code
        assert not made.user.has_usable_password()
        types = list(ProgramEvent.objects.order_by("-pk").values_list("type", flat=True)[:3])
        assert types == [EventType.RETURN_CODE_GIVEN, EventType.LOG_IN_MADE, EventType.PHARMACIST_ENROLLED]
        visitor = visitor_behind(made.user, ON)
        assert visitor is not None
        assert visitor.role is Role.PHARMACIST
        assert (visitor.by().kind, visitor.by().name) == ("pharmacy", "Corner Pharmacy / RPH-2")
        assert not visitor.registrants().exists()

    def test_gives_an_id_to_one_at_a_time_and_a_user_name_once(self, program, rosa) -> None:
        by = by_pharmacist(rosa)
        sam = enrolled(program.pharmacy, 2, by).row
        with pytest.raises(Rejected, match="another pharmacist"):
            enrolled(program.pharmacy, 3, by, own_id="RPH-2")
        pharmacists.end_pharmacist(pharmacist=sam, by=by, at=AT)
        assert enrolled(program.pharmacy, 3, by, own_id="RPH-2").row.own_id == "RPH-2"
        with pytest.raises(Rejected, match="user name"):
            enrolled(program.pharmacy, 2, by, own_id="RPH-9")

    def test_is_for_no_one_else(self, program, rosa) -> None:
        sam = enrolled(program.pharmacy, 2, by_pharmacist(rosa)).row
        named_by_software = by_pharmacy(program.pharmacy, rosa.own_id)
        for by in (by_pharmacist(sam), named_by_software, program.clinic):
            with pytest.raises(Rejected, match="authorized representative or a program administrator"):
                enrolled(program.pharmacy, 3, by)
        with pytest.raises(Rejected, match="authorized representative or a program administrator"):
            enrolled(program.other_pharmacy, 3, by_pharmacist(rosa))
        with pytest.raises(Rejected, match="only a program administrator"):
            enrolled(program.pharmacy, 3, by_pharmacist(rosa), represents=True)


class TestEnding:
    def test_switches_the_log_in_off_and_ends_the_way_in(self, program, rosa) -> None:
        sam = enrolled(program.pharmacy, 2, by_pharmacist(rosa))
        pharmacists.end_pharmacist(pharmacist=sam.row, by=by_pharmacist(rosa), at=AT)
        user = User.objects.get(pk=sam.user.pk)
        assert not user.is_active
        assert not ReturnCode.objects.filter(user=user, revoked_at=None).exists()
        with pytest.raises(Rejected, match="no more already"):
            pharmacists.end_pharmacist(pharmacist=sam.row, by=program.administrator, at=AT)
        log_ins.reactivate_log_in(user=user, by=program.administrator, at=AT)
        assert visitor_behind(User.objects.get(pk=user.pk), ON) is None

    def test_is_done_where_the_log_in_is_off_or_was_never_made(self, program, rosa) -> None:
        sam = enrolled(program.pharmacy, 2, program.administrator)
        log_ins.deactivate_log_in(user=sam.user, by=program.administrator, at=AT)
        alone = Pharmacist.objects.create(pharmacy=program.pharmacy, own_id="RPH-3", name="Without", enrolled_at=AT)
        for row in (sam.row, alone):
            assert pharmacists.end_pharmacist(pharmacist=row, by=by_pharmacist(rosa), at=AT).ended_at == AT
        assert ProgramEvent.objects.filter(type=EventType.LOG_IN_DEACTIVATED).count() == 1

    def test_of_a_representative_is_the_programs(self, program, rosa) -> None:
        with pytest.raises(Rejected, match="only a program administrator"):
            pharmacists.end_pharmacist(pharmacist=rosa, by=by_pharmacist(rosa), at=AT)
        before = by_pharmacist(rosa)
        pharmacists.end_pharmacist(pharmacist=rosa, by=program.administrator, at=AT)
        with pytest.raises(Rejected):
            enrolled(program.pharmacy, 2, before)


class TestLettingBackIn:
    def test_is_done_by_the_representative_for_the_pharmacys_own(self, program, rosa) -> None:
        sam, other = enrolled(program.pharmacy, 2, program.administrator), enrolled(
            program.other_pharmacy, 3, program.administrator
        )  # fmt: skip
        assert ways_back.give_return_code(user=sam.user, by=by_pharmacist(rosa), at=AT).code
        nobodys = (
            (by_pharmacist(rosa), rosa.user), (by_pharmacist(rosa), other.user), (by_pharmacist(sam.row), rosa.user),
            (by_pharmacist(sam.row), sam.user), (by_pharmacy(program.pharmacy, rosa.own_id), sam.user),
            (By("pharmacy", "1", "nobody"), sam.user),
        )  # fmt: skip
        for by, user in nobodys:
            with pytest.raises(Rejected, match="authorized representative lets in its pharmacists"):
                ways_back.give_return_code(user=user, by=by, at=AT)

    def test_of_a_representative_is_done_by_the_program(self, program, rosa) -> None:
        assert ways_back.give_return_code(user=rosa.user, by=program.administrator, at=AT).code

    def test_stops_at_whoever_was_put_into_the_program(self, program, rosa) -> None:
        sam = enrolled(program.pharmacy, 2, program.administrator)
        User.objects.filter(pk=sam.user.pk).update(is_superuser=True)
        for by in (by_pharmacist(rosa), program.administrator):
            with pytest.raises(Rejected):
                ways_back.give_return_code(user=User.objects.get(pk=sam.user.pk), by=by, at=AT)


def test_a_pharmacists_log_in_becomes_nobody_elses(program: lives.Program, rosa: Pharmacist) -> None:
    with pytest.raises(Rejected, match="someone else already"):
        participants.link_log_in(party=program.prescriber, user=rosa.user, by=program.administrator, at=AT)


class TestReturningToStock:
    def test_is_for_what_was_revoked_and_the_pharmacys_own(self, program) -> None:
        life = lives.authorized(program, AT)
        row = life.authorization
        with pytest.raises(Rejected, match="not revoked"):
            stock.return_to_stock(authorization=row, by=program.counter, at=AT)
        participants.suspend(party=program.pharmacy, by=program.administrator, at=AT)
        for by in (by_pharmacy(program.other_pharmacy, "RPH-3"), program.administrator):
            with pytest.raises(Rejected, match="no such authorization"):
                stock.return_to_stock(authorization=row, by=by, at=AT)
        assert stock.return_to_stock(authorization=row, by=program.counter, at=AT).returned_to_stock_at == AT
        with pytest.raises(Rejected, match="already"):
            stock.return_to_stock(authorization=row, by=program.counter, at=AT)

    def test_is_for_what_a_merge_revoked(self, program) -> None:
        from pledge.actions import records

        kept, duplicate = lives.registered(program, AT), lives.authorized(program, AT)
        records.merge(registrant=kept.registrant, duplicate=duplicate.registrant, by=program.administrator, at=AT)
        row = stock.return_to_stock(authorization=duplicate.authorization, by=program.counter, at=AT)
        assert row.status == "revoked"
