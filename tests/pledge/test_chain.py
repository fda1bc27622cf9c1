"""The trail's chains, and what ``verify_trail`` says of one that was tampered with.

The guards refuse every change, so a tamperer here is someone who owns the tables and turns them off.
"""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from pledge.actions import registrants
from pledge.chain import Anchor, anchor_of_trail, broken_chains, difference_from
from pledge.models import ProgramEvent
from tests import lives

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2021
EDITED, UNLINKED = "it is not what was sealed", "the event before it is missing or another"
SEAL_ANEW = "UPDATE pledge_programevent e SET digest = pledge_event_digest(e) WHERE id = %s"


@pytest.fixture
def life():
    made = lives.registered(lives.a_program(AT), AT)
    for hour in range(5):
        registrants.change_contact(
            registrant=made.registrant,
            contact={"name": f"Robin {hour}", "language": "es"},
            by=made.program.clinic,
            at=AT + timedelta(hours=hour),
        )
    return made


@pytest.fixture
def chain(life):
    """The ids of one registrant's events."""
    return list(ProgramEvent.objects.filter(registrant=life.registrant).order_by("id").values_list("id", flat=True))


def tamper(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def rebuild(ids):
    """Seal a whole chain anew, as someone who knows the function would."""
    before = ""
    for event_id in ids:
        tamper("UPDATE pledge_programevent SET previous_digest = %s WHERE id = %s", before, event_id)
        tamper(SEAL_ANEW, event_id)
        before = ProgramEvent.objects.get(pk=event_id).digest


def found():
    return [(one.event_id, one.reason) for one in broken_chains()]


def verified(*arguments):
    told = StringIO()
    status = 0
    try:
        call_command("verify_trail", *arguments, stdout=told)
    except SystemExit as ended:
        status = ended.code
    return status, told.getvalue()


class TestAWholeTrail:
    def test_shows_no_break(self, life):
        assert found() == []

    def test_is_one_chain_for_each_registrant_and_one_for_the_parties(self, life):
        other = lives.registered(life.program, AT)
        for chain in (life.registrant.events, other.registrant.events, ProgramEvent.objects.filter(registrant=None)):
            told = list(chain.order_by("id"))
            assert [event.previous_digest for event in told] == ["", *(event.digest for event in told[:-1])]
            assert all(len(event.digest) == 64 for event in told)

    def test_is_told_with_its_anchor(self, life):
        status, told = verified()
        assert status == 0
        assert told == f"{ProgramEvent.objects.count()} events, 0 broken chains; anchor {anchor_of_trail()}\n"

    def test_may_be_empty(self):
        assert found() == []
        assert anchor_of_trail()[:2] == (0, 0)

    def test_is_found_whole_against_an_earlier_anchor(self, life):
        anchor = anchor_of_trail()
        registrants.change_contact(registrant=life.registrant, contact={"name": "R"}, by=life.program.clinic, at=AT)
        assert verified(f"--anchor={anchor}")[0] == 0


class TestAnEventOvertakenBetweenItsNumberAndItsLink:
    """Numbers are drawn before the chain is locked; under the lock each is drawn anew."""

    @pytest.fixture
    def drawn_early(self, life):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('pledge_programevent_id_seq')")
            (drawn,) = cursor.fetchone()
        overtaking = registrants.change_contact
        overtaking(registrant=life.registrant, contact={"name": "R"}, by=life.program.clinic, at=AT)
        row = ProgramEvent.objects.filter(registrant=life.registrant).latest("id")
        row.pk = drawn
        return row

    def test_follows_the_one_that_overtook_it(self, drawn_early):
        drawn_early.save(force_insert=True)
        assert found() == []

    def test_would_break_the_chain_under_its_first_number(self, drawn_early):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_functiondef('pledge_chain_event'::regproc)")
            (definition,) = cursor.fetchone()
            assert definition.count("NEW.id := nextval") == 1
            cursor.execute(definition.replace("NEW.id := nextval", "-- NEW.id := nextval"))
        drawn_early.save(force_insert=True)
        assert found() != []


class TestATamperedTrail:
    @pytest.mark.parametrize(
        "edit",
        [
            "actor_name = 'Nobody'",
            "on_behalf_of = 'x'",
            "at = at + interval '1 microsecond'",
            "recorded_at = recorded_at - interval '1 day'",
            "changes = '{}'",
            "refusals = '[{}]'",
            "overlays = '[1]'",
            "edition = '2026'",
            "type = 'hold_cleared'",
            "act = 'x'",
            "actor_id = ''",
            "actor_kind = 'program'",
            "subject = 'x'",
            "subject_id = 0",
            "subject_id = NULL",
            "digest = ''",
            "digest = repeat('0', 64)",
            "actor_name = actor_name || '|', on_behalf_of = ''",
        ],
    )
    def test_by_an_edit_names_the_event(self, chain, edit):
        tamper(f"UPDATE pledge_programevent SET {edit} WHERE id = %s", chain[2])
        assert found()[0] == (chain[2], EDITED)

    def test_by_words_moved_between_fields_names_the_event(self, chain):
        tamper("UPDATE pledge_programevent SET actor_kind = 'a|b', actor_id = 'c' WHERE id = %s", chain[2])
        tamper(SEAL_ANEW, chain[2])
        sealed = ProgramEvent.objects.get(pk=chain[2]).digest
        tamper("UPDATE pledge_programevent SET actor_kind = 'a', actor_id = 'b|c' WHERE id = %s", chain[2])
        tamper(SEAL_ANEW, chain[2])
        assert ProgramEvent.objects.get(pk=chain[2]).digest != sealed

    def test_by_a_deletion_from_the_middle_names_the_next(self, chain):
        tamper("DELETE FROM pledge_programevent WHERE id = %s", chain[2])
        assert found() == [(chain[3], UNLINKED)]

    def test_by_a_deletion_of_the_first_names_the_second(self, chain):
        tamper("DELETE FROM pledge_programevent WHERE id = %s", chain[0])
        assert found() == [(chain[1], UNLINKED)]

    def test_by_an_exchange_names_the_first_of_the_two(self, chain):
        tamper("UPDATE pledge_programevent SET id = -1 WHERE id = %s", chain[2])
        tamper("UPDATE pledge_programevent SET id = %s WHERE id = %s", chain[2], chain[3])
        tamper("UPDATE pledge_programevent SET id = %s WHERE id = -1", chain[3])
        assert found() == [(chain[2], EDITED)]

    def test_by_an_event_moved_to_another_registrant_names_it(self, life, chain):
        other = lives.registered(life.program, AT)
        tamper("UPDATE pledge_programevent SET registrant_id = %s WHERE id = %s", other.registrant.pk, chain[3])
        assert (chain[3], EDITED) in found()
        assert (chain[4], UNLINKED) in found()

    def test_by_one_event_sealed_anew_names_the_next(self, chain):
        tamper("UPDATE pledge_programevent SET actor_name = 'Nobody' WHERE id = %s", chain[2])
        tamper(SEAL_ANEW, chain[2])
        assert found() == [(chain[3], UNLINKED)]

    def test_by_an_event_slipped_in_names_it_or_the_next(self, chain):
        tamper(
            "INSERT INTO pledge_programevent (id, type, act, at, recorded_at, registrant_id, subject, actor_kind,"
            " actor_id, actor_name, on_behalf_of, edition, overlays, refusals, changes, previous_digest, digest)"
            " SELECT -5, type, act, at, recorded_at, registrant_id, subject, actor_kind, actor_id, actor_name,"
            " on_behalf_of, edition, overlays, refusals, changes, '', '' FROM pledge_programevent WHERE id = %s",
            chain[0],
        )
        assert found() == [(-5, EDITED)]
        tamper(SEAL_ANEW, -5)
        assert found() == [(chain[0], UNLINKED)]

    def test_names_the_first_bad_event_of_each_chain(self, life, chain):
        other = lives.registered(life.program, AT)
        theirs = other.registrant.events.get()
        for event_id in (chain[4], chain[1], theirs.pk):
            tamper("UPDATE pledge_programevent SET act = 'x' WHERE id = %s", event_id)
        assert found() == [(chain[1], EDITED), (theirs.pk, EDITED)]

    def test_is_told_with_exit_status_1(self, life, chain):
        tamper("UPDATE pledge_programevent SET act = 'x' WHERE id = %s", chain[1])
        status, told = verified()
        assert status == 1
        assert told.splitlines()[0] == f"event {chain[1]} (registrant {life.registrant.pk}): {EDITED}"
        status, told = verified("--json")
        said = json.loads(told)
        assert (status, said["whole"]) == (1, False)
        assert said["breaks"] == [{"event": chain[1], "registrant": life.registrant.pk, "reason": EDITED}]


class TestWhatOnlyAnAnchorShows:
    def test_the_newest_cut_off(self, chain):
        anchor = anchor_of_trail()
        tamper("DELETE FROM pledge_programevent WHERE id = %s", chain[-1])
        assert found() == []
        assert difference_from(anchor) == f"1 of {anchor.events} events up to {anchor.newest_id} are gone"
        status, told = verified(f"--anchor={anchor}")
        assert status == 1
        assert told.startswith("anchor: 1 of")

    def test_a_whole_chain_rebuilt(self, chain):
        anchor = anchor_of_trail()
        tamper("UPDATE pledge_programevent SET actor_name = 'Nobody' WHERE id = %s", chain[1])
        rebuild(chain)
        assert found() == []
        assert difference_from(anchor) == f"the events up to {anchor.newest_id} are not those that were anchored"

    def test_is_in_the_json(self, chain):
        anchor = anchor_of_trail()
        tamper("DELETE FROM pledge_programevent WHERE id = %s", chain[-1])
        said = json.loads(verified("--json", f"--anchor={anchor}")[1])
        assert (said["whole"], said["breaks"]) == (False, [])
        assert "are gone" in said["differs_from_anchor"]


class TestAnAnchor:
    def test_is_one_line_read_back(self, life):
        anchor = anchor_of_trail()
        assert Anchor.parse(f"{anchor}\n") == anchor
        assert " " not in str(anchor)

    @pytest.mark.parametrize("text", ["", "x", "1:2", "a:b:c", "1:2:3:4"])
    def test_that_is_none_is_refused(self, text):
        with pytest.raises(ValueError, match=r".+"):
            Anchor.parse(text)
        if text:
            with pytest.raises(CommandError, match="--anchor"):
                call_command("verify_trail", f"--anchor={text}")
