"""Two at the same instant, over real connections; each race is first lost with the protection off.

The pause that lets both sides look before either writes is put between judging and writing. Under the registrant's
lock the second side cannot look while the first pauses, so the pause runs out and the two go one after the other.
"""

import threading
from contextlib import contextmanager, suppress

import pytest
from django.db import connection, connections

from pledge import frame
from pledge.actions import authorizations, holds
from pledge.actions.answers import AnswerMemory
from pledge.models import Authorization, EventType, ProgramEvent, registrant
from pledge.models.registrant import RegistrantQuerySet
from pledge.rules.vocabulary import LIVE_STATUSES
from tests import lives
from tests.pledge.api.conftest import Software
from tests.pledge.api.contract import problem_of

pytestmark = pytest.mark.django_db(transaction=True)
PAUSE = 0.6  # runs out wherever the lock holds
PATIENCE = 15.0  # never runs out: without the lock both sides come
LOCKS = "FOR NO KEY UPDATE OF r FOR SHARE OF p, f"


def at_once(*acts):
    """Run acts at the same time, each on a connection of its own, and give what each gave."""
    given = [None] * len(acts)
    begin = threading.Barrier(len(acts))

    def run(place, act):
        begin.wait()
        try:
            given[place] = act()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive(), "an act never came back"
    return given


@pytest.fixture
def meeting(monkeypatch):
    """``meeting(name, within)``: let a function of the action's module wait, once done, for another to get as far."""

    def arrange(name, within=PAUSE):
        both = threading.Barrier(2)
        original = getattr(authorizations, name)

        def met(*args, **kwargs):
            outcome = original(*args, **kwargs)
            with suppress(threading.BrokenBarrierError):
                both.wait(timeout=within)
            return outcome

        monkeypatch.setattr(authorizations, name, met)

    return arrange


@pytest.fixture
def lock_off(monkeypatch):
    """Take the registrant's lock away."""
    assert LOCKS in registrant._LOCK_WITH_PARTIES
    monkeypatch.setattr(registrant, "_LOCK_WITH_PARTIES", registrant._LOCK_WITH_PARTIES.replace(LOCKS, ""))
    monkeypatch.setattr(RegistrantQuerySet, "locked", lambda rows, pk: rows.get(pk=pk))


@contextmanager
def index_off():
    """Take the unique index on live authorizations away."""
    (constraint,) = (c for c in Authorization._meta.constraints if c.name.startswith("at_most_one_live"))
    with connection.schema_editor() as editor:
        editor.remove_constraint(Authorization, constraint)
    try:
        yield
    finally:
        Authorization.objects.filter(status__in=LIVE_STATUSES).update(status="reversed")
        with connection.schema_editor() as editor:
            editor.add_constraint(Authorization, constraint)


def live_count():
    return Authorization.objects.live().count()


class TestTwoPharmaciesAtOnce:
    def ask_both(self, program, now):
        life = lives.ready(program, now)
        both = [Software(lives.a_key(party, now)) for party in (program.pharmacy, program.other_pharmacy)]
        return sorted(answer.status_code for answer in at_once(*(lambda s=s: s.authorize(life) for s in both)))

    def test_both_win_without_lock_and_index(self, program, now, meeting, lock_off):
        meeting("authorizing", PATIENCE)
        with index_off():
            assert self.ask_both(program, now) == [201, 201]
            assert live_count() == 2

    def test_one_wins(self, program, now, meeting):
        meeting("authorizing")
        assert self.ask_both(program, now) == [201, 409]
        assert live_count() == 1

    def test_one_wins_by_the_index_alone(self, program, now, meeting, lock_off):
        meeting("authorizing", PATIENCE)
        assert self.ask_both(program, now) == [201, 503]
        assert live_count() == 1

    def test_one_wins_by_the_lock_alone(self, program, now, meeting):
        meeting("authorizing")
        with index_off():
            assert self.ask_both(program, now) == [201, 409]

    def test_one_wins_of_fifty_requests_of_one_pharmacy(self, program, software, now):
        life = lives.ready(program, now)
        answers = at_once(*[lambda: Software(software.key).authorize(life)] * 50)
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49
        assert live_count() == 1


class TestTheSameKeyAtOnce:
    def ask_twice(self, software, life):
        twice = [lambda: Software(software.key).authorize(life, idempotency_key="k")] * 2
        return sorted(at_once(*twice), key=lambda answer: answer.status_code)

    def test_is_answered_in_two_ways_where_nothing_is_kept(self, program, software, now, meeting, monkeypatch):
        monkeypatch.setattr(AnswerMemory, "claim", lambda _: None)
        monkeypatch.setattr(AnswerMemory, "_kept", lambda *_: True)
        meeting("authorizing")
        first, second = self.ask_twice(software, lives.ready(program, now))
        assert (first.status_code, problem_of(second)) == (201, "not-eligible")

    def test_tells_the_second_to_come_back(self, program, software, now, meeting):
        life = lives.ready(program, now)
        meeting("authorizing")
        first, second = self.ask_twice(software, life)
        assert (first.status_code, problem_of(second), second["Retry-After"]) == (201, "request-in-progress", "1")
        again = software.authorize(life, idempotency_key="k")
        assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")

    @pytest.mark.parametrize("state", [lives.ready, lives.enrolled])
    def test_has_one_answer_by_the_unique_key_alone(self, program, software, now, meeting, monkeypatch, state):
        monkeypatch.setattr(AnswerMemory, "claim", lambda _: None)
        life = state(program, now)
        meeting("authorizing")
        first, second = self.ask_twice(software, life)
        assert first.content == second.content
        assert [("Idempotent-Replayed" in answer) for answer in (first, second)].count(True) == 1
        assert live_count() == (1 if state is lives.ready else 0)

    def test_grants_nothing_that_another_answer_under_the_key_denied(self, program, software, now, monkeypatch):
        """One is refused; before its refusal is kept, the month is finished and the same request is granted."""
        life = lives.enrolled(program, now)
        refused, judged, kept = threading.Event(), threading.Event(), threading.Event()
        record_refusal, authorizing = frame._record_refusal, authorizations.authorizing

        def record_late(*args):
            refused.set()
            judged.wait(PATIENCE)
            record_refusal(*args)

        def write_late(*args):
            decision = authorizing(*args)
            if decision.allowed:
                judged.set()
                kept.wait(PATIENCE)
            return decision

        monkeypatch.setattr(frame, "_record_refusal", record_late)
        monkeypatch.setattr(authorizations, "authorizing", write_late)

        def first():
            answer = Software(software.key).authorize(life, idempotency_key="k")
            kept.set()
            return answer

        def second():
            assert refused.wait(PATIENCE)
            lives.a_month(life, now)
            return Software(software.key).authorize(life, idempotency_key="k")

        denied, replayed = at_once(first, second)
        assert (denied.status_code, replayed["Idempotent-Replayed"]) == (409, "true")
        assert denied.content == replayed.content
        assert live_count() == 0


class TestAPregnancyReport:
    """It wins every race: nothing is issued or handed over after it."""

    def race(self, name, ask, life, now, monkeypatch, within=PAUSE):
        """Report between the judging and the writing of a request, or as soon after as the lock lets it."""
        judged, reported = threading.Event(), threading.Event()
        original = getattr(authorizations, name)

        def pause(*args, **kwargs):
            decision = original(*args, **kwargs)
            judged.set()
            reported.wait(within)
            return decision

        monkeypatch.setattr(authorizations, name, pause)

        def report():
            assert judged.wait(10)
            holds.report_pregnancy(registrant=life.registrant, by=life.program.clinic, at=now)
            reported.set()

        answer, _ = at_once(ask, report)
        return answer

    def order(self):
        """Give the events of the race as the trail has them."""
        raced = {
            EventType.AUTHORIZATION_ISSUED,
            EventType.AUTHORIZATION_DISPENSED,
            EventType.AUTHORIZATION_REVOKED,
            EventType.PREGNANCY_REPORTED,
        }
        return list(ProgramEvent.objects.filter(type__in=raced).order_by("id").values_list("type", flat=True))

    def test_loses_to_a_request_without_the_lock(self, program, software, now, monkeypatch, lock_off):
        life = lives.ready(program, now)
        self.race("authorizing", lambda: software.authorize(life), life, now, monkeypatch, PATIENCE)
        assert live_count() == 1

    def test_leaves_nothing_live_that_was_asked_for_at_the_same_instant(self, program, software, now, monkeypatch):
        life = lives.ready(program, now)
        answer = self.race("authorizing", lambda: software.authorize(life), life, now, monkeypatch)
        assert answer.status_code == 201
        assert live_count() == 0
        assert self.order() == ["authorization_issued", "authorization_revoked", "pregnancy_reported"]

    def test_loses_to_a_dispense_without_the_lock(self, program, software, now, monkeypatch, lock_off):
        life = lives.authorized(program, now)
        self.race("dispensing", lambda: software.dispense(life.rma_number), life, now, monkeypatch, PATIENCE)
        assert self.order()[-1] == "authorization_dispensed"

    def test_is_never_followed_by_a_dispense(self, program, software, now, monkeypatch):
        life = lives.authorized(program, now)
        answer = self.race("dispensing", lambda: software.dispense(life.rma_number), life, now, monkeypatch)
        assert answer.status_code == 200
        assert self.order() == ["authorization_issued", "authorization_dispensed", "pregnancy_reported"]

    def test_that_comes_first_is_waited_for(self, program, software, now, monkeypatch):
        life = lives.authorized(program, now)
        held, asked = threading.Event(), threading.Event()
        put_on_hold = holds.put_on_hold

        def pause(*args, **kwargs):
            changes = put_on_hold(*args, **kwargs)
            held.set()
            asked.wait(PAUSE)
            return changes

        monkeypatch.setattr(holds, "put_on_hold", pause)

        def dispense():
            assert held.wait(10)
            answer = software.dispense(life.rma_number)
            asked.set()
            return answer

        answer, _ = at_once(
            dispense, lambda: holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=now)
        )
        assert answer.status_code == 409
        assert "authorization_dispensed" not in self.order()


class TestGivingBackAtOnce:
    def race(self, software, life, meeting, within=PAUSE):
        meeting("_newest", within)
        dispensed, reversed_ = at_once(
            lambda: Software(software.key).dispense(life.rma_number),
            lambda: Software(software.key).reverse(life.rma_number),
        )
        return sorted([dispensed.status_code, reversed_.status_code])

    def test_hands_over_what_was_given_back_without_the_lock(self, program, software, now, meeting, lock_off):
        assert self.race(software, lives.authorized(program, now), meeting, PATIENCE) == [200, 200]

    def test_either_hands_over_or_gives_back(self, program, software, now, meeting):
        assert self.race(software, lives.authorized(program, now), meeting) == [200, 409]

    def ask_while_given_back(self, program, software, now):
        """Two others ask while the first gives back."""
        life = lives.authorized(program, now)
        third = lives.a_program(now).pharmacy
        others = [Software(lives.a_key(party, now)) for party in (program.other_pharmacy, third)]
        answers = at_once(lambda: software.reverse(life.rma_number), *(lambda s=s: s.authorize(life) for s in others))
        assert answers[0].status_code == 200
        return [answer.status_code for answer in answers[1:]]

    def test_lets_at_most_one_of_two_others_have_it(self, program, software, now):
        for _ in range(5):
            statuses = self.ask_while_given_back(program, software, now)
            assert statuses.count(201) <= 1
            assert Authorization.objects.live().count() == statuses.count(201)
            Authorization.objects.live().update(status="reversed")
