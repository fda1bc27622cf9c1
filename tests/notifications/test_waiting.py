"""What of the notices, the nights and the forms waits for program administrators."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from consents.admin.waiting import forms_to_approve, records_not_sealed
from consents.models import ConsentRecord
from notifications.admin.waiting import failed_notices, nights_behind
from notifications.kinds import Reader
from notifications.models import Night, Notice, NoticeStatus, Problem
from notifications.sweep import run_sweep
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import Ending
from tests import lives, signers
from tests.consents import drafts
from tests.pledge.admin.world import PASSPHRASE, logged_in

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2026


class TestNights:
    def test_are_not_missed_where_none_was_ever_done(self) -> None:
        assert nights_behind(AT).number == 0

    def test_are_behind_once_one_was_left_out(self) -> None:
        run_sweep(at=AT)
        assert nights_behind(AT + timedelta(hours=25)).number == 0
        (task,) = nights_behind(AT + timedelta(hours=27)).first
        assert "last done on March 11" in task.why

    def test_say_how_much_failed(self) -> None:
        Night.objects.create(day=program_day(AT), done_at=AT, failures=3)
        (task,) = nights_behind(AT).first
        assert task.why.startswith("3 rows failed")


class TestNotices:
    def test_that_failed_are_told_with_the_reason_and_without_a_name(self) -> None:
        life = lives.registered(lives.a_program(AT), AT)
        run_sweep(at=AT)
        Notice.objects.filter(registrant=life.registrant).update(
            status=NoticeStatus.FAILED, problem=Problem.ADDRESS_REFUSED
        )
        tasks = failed_notices(AT)
        assert tasks.number == Notice.objects.filter(registrant=life.registrant).count() > 0
        assert "The address was refused" in tasks.first[0].why
        assert "Robin" not in repr(tasks)
        assert tasks.first[0].why.startswith(f"To the registrant, about registrant {life.number}.")
        assert tasks.first[0].button == "See what next"
        life.registrant.courses.update(ending=Ending.WITHDRAWN, ended_on=program_day(AT))
        assert failed_notices(AT).number == 0

    def test_are_read_with_whom_they_are_about_and_what_comes_next(self) -> None:
        life = lives.registered(lives.a_program(AT), AT)
        run_sweep(at=AT)
        Notice.objects.filter(registrant=life.registrant).update(
            status=NoticeStatus.FAILED, problem=Problem.ADDRESS_REFUSED
        )
        notice = Notice.objects.filter(registrant=life.registrant, reader=Reader.REGISTRANT)[0]
        ada = logged_in(User.objects.create_superuser("ada", password=PASSPHRASE))
        shown = ada.get(reverse("admin:notifications_notice_change", args=[notice.pk])).content.decode()
        page = reverse("admin:pledge_registrant_page", args=[life.number])
        assert f'<a href="{page}">{life.registrant.name}, {life.number}</a>' in shown
        assert f'<a href="{page}change-contact/">change the contact</a>' in shown
        assert "the registrant" in shown
        assert notice.occasion not in shown
        listed = ada.get(reverse("admin:notifications_notice_changelist")).content.decode()
        assert "the registrant" in listed


class TestForms:
    def test_that_are_drafted_say_how_many_texts_are_to_approve(self) -> None:
        assert forms_to_approve(AT).number == 0
        drafts.drafted(AT, version="next", days=31)
        (task,) = forms_to_approve(AT).first
        assert task.title.startswith("Approve ")
        assert "2 texts to approve" in task.why

    def test_that_are_approved_are_to_be_published(self) -> None:
        drafts.approved(AT, version="next", days=31)
        (task,) = forms_to_approve(AT).first
        assert task.title.startswith("Publish ")


class TestRecords:
    def test_are_told_only_once_their_sealing_has_failed(self) -> None:
        life = lives.registered(lives.a_program(AT), AT)
        signers.signed_electronically(life, AT)
        assert records_not_sealed(AT).number == 0
        ConsentRecord.objects.filter(registrant=life.registrant).update(problem="no key", attempts=2)
        tasks = records_not_sealed(AT)
        assert tasks.number == len(tasks.first) > 0
        assert life.number in tasks.first[0].why
