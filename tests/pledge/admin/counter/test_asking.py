"""The counter's question: yes with a day, no with a pharmacy's reasons, nobody; counted and kept like a call's."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pledge.actions import holds, participants
from pledge.admin.counter.forms import AskForm
from pledge.models import AccessEntry, Authorization, Pharmacy, WrongGuess
from pledge.rules.refusals import RefusalCode
from tests.lives import Life, a_key, authorized, ready, registered
from tests.pledge.admin.counter.conftest import AUTHORIZE, HOME, REPORT, Counter, page_of, said, typed

pytestmark = pytest.mark.django_db


class TestTheQuestion:
    def test_is_the_home_of_whoever_is_of_a_pharmacy_and_suggests_thirty_days(self, counter: Counter) -> None:
        for client in (counter.pharmacist, counter.representative, counter.elsewhere):
            page = said(client.get(HOME))
            assert "May it be handed over?" in page
            assert 'value="30"' in page
        assert "Our pharmacy" not in said(counter.pharmacist.get(HOME))

    @pytest.mark.parametrize("written", ["4/2/1998", "04-02-1998", "1998-04-02", "4 2 1998", "04021998", "Apr 2, 1998"])
    def test_takes_a_date_as_people_write_it(self, written: str) -> None:
        form = AskForm({"number": "12 345-6789", "born_on": written, "days_supply": "30"})
        assert form.is_valid(), form.errors
        assert (str(form.cleaned_data["born_on"]), form.cleaned_data["number"]) == ("1998-04-02", "123456789")

    @pytest.mark.parametrize("written", ["", "25/12/1998", "4/2/98", "1111998", "yesterday", "1\x00/1/1998"])
    def test_says_how_to_write_what_is_no_date_and_keeps_it(self, counter: Counter, written: str) -> None:
        page = said(counter.pharmacist.post(HOME, {"number": "123", "born_on": written, "days_supply": 30}))
        assert "Nothing was asked yet" in page
        assert "4/2/1998: month, day, and the year" in page
        assert 'value="123"' in page
        assert not AccessEntry.objects.filter(what="eligibility-check").exists()


class TestTheAnswer:
    def test_is_yes_with_the_day_and_leaves_what_a_call_leaves(self, counter: Counter) -> None:
        life = ready(counter.program, counter.world.at)
        page = said(counter.pharmacist.post(HOME, typed(life)))
        assert "Yes</span> May be dispensed until" in page
        assert "Wednesday, March 17, 2027" in page
        assert "6 days are left after today." in page
        entry = AccessEntry.objects.latest("pk")
        assert (entry.what, entry.actor_kind, entry.actor_id, entry.pharmacy, entry.registrant, entry.outcome) == (
            "eligibility-check", "pharmacist", "RPH-1", counter.program.pharmacy, life.registrant, "eligible",
        )  # fmt: skip
        assert not Authorization.objects.exists()

    def test_says_that_today_is_the_last_day(self, counter: Counter) -> None:
        with time_machine.travel(counter.world.at - timedelta(days=6), tick=False):
            life = ready(counter.program, counter.world.at - timedelta(days=6))
        assert "Today is the last day." in said(counter.pharmacist.post(HOME, typed(life)))

    def test_is_no_with_classes_alone_so_that_a_hold_looks_like_any_other(self, counter: Counter) -> None:
        held, begun = ready(counter.program, counter.world.at), registered(counter.program, counter.world.at)
        holds.report_pregnancy(registrant=held.registrant, by=counter.program.clinic, at=counter.world.at)
        pages = [said(counter.pharmacist.post(HOME, typed(life))) for life in (held, begun)]
        for page in pages:
            assert "No</span> Hand nothing over" in page
            assert "Ask the patient to call their prescriber" in page
            assert not any(code.value in page for code in RefusalCode if code.value != "authorization_active")
            assert "Authorize" not in page.replace("Authorized today", "")
        assert "pregnan" not in pages[0].lower()

    def test_is_one_for_nobody_and_for_a_wrong_date_and_counts_both(self, counter: Counter) -> None:
        life = ready(counter.program, counter.world.at)
        tries = [typed(life, born_on="1/1/1990"), typed(life, number="0000000000")]
        pages = [said(counter.pharmacist.post(HOME, one)) for one in tries]
        for page in pages:
            assert "Nobody has this number and date of birth" in page
        assert WrongGuess.objects.filter(pharmacy=counter.program.pharmacy).count() == 2
        assert set(AccessEntry.objects.filter(what="eligibility-check").values_list("outcome", flat=True)) == {
            "not there"
        }

    def test_that_nobody_was_found_is_kept_whatever_was_asked_for(self, counter: Counter) -> None:
        life = ready(counter.program, counter.world.at)
        for page in (HOME, AUTHORIZE, REPORT):
            counter.pharmacist.post(page, typed(life, born_on="1/1/1990"))
        kept = AccessEntry.objects.filter(pharmacy=counter.program.pharmacy, outcome="not there", registrant=None)
        assert list(kept.order_by("pk").values_list("what", "actor_id")) == [
            ("eligibility-check", "RPH-1"), ("authorization", "RPH-1"), ("dispense reported", "RPH-1"),
        ]  # fmt: skip

    def test_is_none_while_the_pharmacy_is_slowed_down_right_or_wrong(self, counter: Counter, settings) -> None:
        life = ready(counter.program, counter.world.at)
        settings.GUESSES_SLOWED = 1
        counter.pharmacist.post(HOME, typed(life, number="0000000000"))
        page = said(counter.pharmacist.post(HOME, typed(life)))
        assert "Nothing is answered for now." in page
        assert "Wait 2 seconds" in page
        assert "Yes</span>" not in page

    def test_suspends_who_guesses_too_often_and_says_so(self, counter: Counter, settings) -> None:
        settings.GUESSES_SLOWED = settings.GUESSES_ALERTED = 0
        settings.GUESSES_SUSPENDED = 1
        life = ready(counter.program, counter.world.at)
        assert "has just been suspended" in said(counter.pharmacist.post(HOME, typed(life, number="0000000000")))
        assert Pharmacy.objects.get(pk=counter.program.pharmacy.pk).suspended_at is not None
        page = said(counter.pharmacist.post(HOME, typed(life)))
        assert "This pharmacy is suspended: hand nothing over." in page
        assert "Yes</span>" not in page

    def test_names_the_activation_that_ended(self, counter: Counter) -> None:
        yesterday = counter.world.today - timedelta(days=1)
        Pharmacy.objects.filter(pk=counter.program.pharmacy.pk).update(certified_through=yesterday)
        page = said(counter.pharmacist.post(HOME, typed(ready(counter.program, counter.world.at))))
        assert "activation ended on March 10, 2027" in page
        assert "This pharmacy is not active in the program." in page


class TestAuthorizing:
    def test_gives_one_number_however_often_it_is_pressed(self, counter: Counter) -> None:
        life = ready(counter.program, counter.world.at)
        counter.pharmacist.post(HOME, typed(life))
        answers = [counter.pharmacist.post(AUTHORIZE, typed(life, seen=0), follow=True) for _ in range(2)]
        row = Authorization.objects.get()
        assert (row.pharmacist, row.days_supply, row.registrant) == ("RPH-1", 30, life.registrant)
        assert "Authorized. Print the label" in said(answers[0])
        assert "there is one, not two" in said(answers[1])
        for answer in answers:
            assert answer.redirect_chain == [(page_of(row), 302)]

    def test_never_takes_what_is_asked_now_for_what_was_given_before(self, counter: Counter) -> None:
        life = ready(counter.program, counter.world.at)
        counter.pharmacist.post(AUTHORIZE, typed(life, seen=0))
        row = Authorization.objects.get()
        asked = said(counter.pharmacist.post(HOME, typed(life)))
        assert f'This pharmacy has a number for this patient already: <a href="{page_of(row)}">' in asked
        other = counter.pharmacist.post(AUTHORIZE, typed(life, days_supply=15, seen=0), follow=True)
        counter.pharmacist.post(page_of(row, "reverse/"), {"reason": "entry_error"})
        stale = counter.pharmacist.post(AUTHORIZE, typed(life, seen=0), follow=True)
        for answer in (other, stale):
            assert "Nothing new was authorized" in said(answer)
        assert Authorization.objects.count() == 1

    def test_gives_a_new_one_after_a_reversal(self, counter: Counter) -> None:
        life = ready(counter.program, counter.world.at)
        counter.pharmacist.post(AUTHORIZE, typed(life, seen=0))
        first = Authorization.objects.get()
        counter.pharmacist.post(page_of(first, "reverse/"), {"reason": "entry_error"})
        asked = counter.pharmacist.post(HOME, typed(life))
        assert asked.context["answer"].seen == first.pk
        counter.pharmacist.post(AUTHORIZE, typed(life, seen=first.pk))
        assert Authorization.objects.count() == 2

    def test_says_why_not_where_it_is_refused_by_then(self, counter: Counter) -> None:
        life = authorized(counter.program, counter.world.at)
        page = said(counter.elsewhere.post(AUTHORIZE, typed(life, seen=0)))
        assert "Another authorization for this patient is still active." in page
        assert "has a number for this patient already" not in page
        assert Authorization.objects.count() == 1

    def test_asks_again_where_what_is_sent_is_no_question(self, counter: Counter) -> None:
        life: Life = ready(counter.program, counter.world.at)
        assert "Nobody has this number" in said(counter.pharmacist.post(AUTHORIZE, typed(life, number="1")))
        assert "Nothing was asked yet" in said(counter.pharmacist.post(AUTHORIZE, typed(life, born_on="")))
        participants.suspend(party=counter.program.pharmacy, by=counter.program.administrator, at=counter.world.at)
        assert "is suspended" in said(counter.pharmacist.post(AUTHORIZE, typed(life)))
        assert not Authorization.objects.exists()


def test_a_key_opens_no_counter(counter: Counter) -> None:
    secret = a_key(counter.program.pharmacy, counter.world.at)
    answer = counter.pharmacist.__class__().get(HOME, headers={"authorization": f"Bearer {secret}"})
    assert answer["Location"].startswith("/admin/login/")
