"""The trail: what is recorded, announced and kept; and the clinical facts that are superseded, never edited."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from consents.models import SignedConsent
from pledge.actions import authorizations
from pledge.models import (
    AccessEntry,
    Dispense,
    EventType,
    MonthlyConfirmation,
    Pharmacy,
    PregnancyTest,
    Prescriber,
    ProgramEvent,
    RegistrantAnswer,
)
from pledge.trail import (
    By,
    by_designee,
    by_pharmacy,
    by_prescriber,
    by_program,
    by_registrant,
    changed,
    created,
    event_recorded,
    plain,
    record,
    record_access,
    record_pharmacy_access,
    subject_of,
)
from tests import lives
from tests.pledge.actions.acting import a_designee
from tests.pledge.happened import rows

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2021
KEPT = {
    ProgramEvent: "actor_name",
    AccessEntry: "what",
    PregnancyTest: "evidence_note",
    MonthlyConfirmation: "days_supply",
    RegistrantAnswer: "correct",
    Dispense: "days_supply",
    SignedConsent: "signer_name",
}


def _a_whole_life():
    life = lives.authorized(lives.a_program(AT), AT)
    program = life.program
    authorizations.dispense(registrant=life.registrant, pharmacy=program.pharmacy, by=program.counter, at=AT)
    lives.a_test(life, AT)
    record_access(what="timeline", by=program.clinic, at=AT, registrant=life.registrant, outcome="shown")
    return life


@pytest.fixture
def life():
    return _a_whole_life()


@contextmanager
def refused_by_the_database():
    connection.check_constraints()
    said = r"is kept as it was written|is superseded, not edited"
    with pytest.raises(DatabaseError, match=said), transaction.atomic():
        yield


def newest(model):
    return model._default_manager.order_by("-pk").first()


def another(row, field):
    value = getattr(row, field)
    return (not value) if isinstance(value, bool) else value + 1 if isinstance(value, int) else "another"


def by_save(row, field):
    setattr(row, field, another(row, field))
    row.save()


def by_update(row, field):
    type(row)._default_manager.filter(pk=row.pk).update(**{field: another(row, field)})


def by_bulk_update(row, field):
    setattr(row, field, another(row, field))
    type(row)._default_manager.bulk_update([row], [field])


def by_delete(row, field):
    row.delete()


def by_deleting_many(row, field):
    type(row)._default_manager.filter(pk=row.pk).delete()


def by_sql(statement):
    def change(row, field):
        with connection.cursor() as cursor:
            cursor.execute(statement.format(table=row._meta.db_table, field=field, pk=row.pk))

    return change


WAYS = {
    "save": by_save,
    "update": by_update,
    "bulk_update": by_bulk_update,
    "delete": by_delete,
    "delete many": by_deleting_many,
    "SQL update": by_sql("UPDATE {table} SET {field} = NULL WHERE id = {pk}"),
    "SQL delete": by_sql("DELETE FROM {table} WHERE id = {pk}"),
    "SQL truncate": by_sql("TRUNCATE {table} CASCADE"),
}


class TestWhatIsKept:
    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
    def test_is_neither_changed_nor_deleted(self, life, model, way):
        before = rows()
        row = newest(model)
        with refused_by_the_database():
            WAYS[way](row, KEPT[model])
        assert rows() == before

    @pytest.mark.parametrize(
        "field", ["specimen_on", "result", "setting", "cycle_day", "has_evidence", "entered_by", "registrant_id"]
    )
    def test_of_a_test_is_everything_but_what_supersedes_it(self, life, field):
        change = by_sql("UPDATE {table} SET {field} = NULL, superseded_at = now() WHERE id = {pk}")
        with refused_by_the_database():
            change(newest(PregnancyTest), field)

    def test_of_a_test_may_be_superseded(self, life):
        row = newest(PregnancyTest)
        row.superseded_at = AT
        row.save(update_fields=["superseded_at"])
        row.refresh_from_db()
        assert row.superseded_at == AT

    @pytest.mark.parametrize("model", [MonthlyConfirmation, RegistrantAnswer, Dispense], ids=lambda m: m.__name__)
    def test_of_the_other_facts_is_everything(self, life, model):
        row = newest(model)
        change = by_sql("UPDATE {table} SET {field} = CASE WHEN {field} IS NULL THEN 0 END WHERE id = {pk}")
        for column in (field.column for field in model._meta.concrete_fields if field.null):
            with refused_by_the_database():
                change(row, column)


class TestAnEvent:
    def test_is_stamped_by_the_databases_clock_and_not_by_the_acts(self, life):
        event = newest(ProgramEvent)
        assert event.at == AT
        assert abs(event.recorded_at - datetime.now(UTC)) < timedelta(minutes=5)

    def test_says_what_it_is_about(self, life):
        event = ProgramEvent.objects.get(type=EventType.AUTHORIZATION_DISPENSED)
        assert (event.subject, event.subject_id) == ("authorization", life.authorization.pk)
        assert event.registrant == life.registrant

    def test_gathers_several_changes_of_one_row(self, life):
        event = record(
            EventType.CONTACT_CHANGED,
            act="test",
            by=life.program.clinic,
            at=AT,
            changes=[{"row:1": {"a": [1, 2]}}, {"row:1": {"b": [3, 4]}, "row:2": {"c": [5, 6]}}, {}],
        )
        assert event.changes == {"row:1": {"a": [1, 2], "b": [3, 4]}, "row:2": {"c": [5, 6]}}
        assert (event.subject, event.subject_id, event.registrant) == ("", None, None)

    def test_is_announced_once_committed(self, life, django_capture_on_commit_callbacks):
        heard = []
        event_recorded.connect(hear := lambda **told: heard.append(told))
        try:
            with django_capture_on_commit_callbacks(execute=True):
                event = record(EventType.CONTACT_CHANGED, act="test", by=life.program.clinic, at=AT)
                assert heard == []
        finally:
            event_recorded.disconnect(hear)
        assert [(told["event_id"], told["sender"]) for told in heard] == [(event.pk, ProgramEvent)]

    def test_that_is_rolled_back_is_announced_to_no_one(self, life, django_capture_on_commit_callbacks):
        def record_and_give_up():
            with transaction.atomic():
                record(EventType.CONTACT_CHANGED, act="test", by=life.program.clinic, at=AT)
                raise RuntimeError

        with django_capture_on_commit_callbacks() as waiting, pytest.raises(RuntimeError):
            record_and_give_up()
        assert waiting == []

    def test_survives_a_listener_that_fails(self, life, django_capture_on_commit_callbacks):
        def fail(**_):
            raise RuntimeError

        event_recorded.connect(fail)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                event = record(EventType.CONTACT_CHANGED, act="test", by=life.program.clinic, at=AT)
        finally:
            event_recorded.disconnect(fail)
        assert ProgramEvent.objects.filter(pk=event.pk).exists()


class TestWhoActs:
    def test_is_a_prescriber_in_person(self, life):
        by = by_prescriber(life.program.prescriber)
        assert (by.kind, by.id, by.on_behalf_of) == ("prescriber", str(life.program.prescriber.pk), "")

    def test_is_a_designee_on_behalf_of_a_prescriber(self, life):
        by = a_designee(life.program, AT)
        assert by == by_designee(by.designee, life.program.prescriber)
        assert (by.kind, by.name, by.on_behalf_of) == ("designee", "Dana Designee", "Dr. Paula Prescott")

    def test_is_a_named_pharmacist_however_long_the_pharmacys_name(self):
        by = by_pharmacy(Pharmacy(pk=3, name="x" * 200), "rph-17")
        assert by.name.endswith("x / rph-17")
        assert len(by.name) == 200

    def test_is_a_registrant_or_their_guardian_without_a_name(self, life):
        assert by_registrant(life.registrant).name == "registrant"
        assert (by_registrant(life.registrant, "guardian").kind, by_registrant(life.registrant).id) == (
            "guardian",
            str(life.registrant.pk),
        )

    def test_is_a_program_administrator(self):
        assert by_program("Ada", "7") == By("program", "7", "Ada")


class TestChanges:
    def test_are_written_and_told_as_old_and_new(self):
        row = lives.a_program(AT).prescriber
        assert changed(row, name="Dr. New", email=row.email) == {
            f"prescriber:{row.pk}": {"name": ["Dr. Paula Prescott", "Dr. New"]}
        }
        assert Prescriber.objects.get(pk=row.pk).name == "Dr. New"

    def test_that_change_nothing_are_neither_written_nor_told(self, django_assert_num_queries):
        row = lives.a_program(AT).prescriber
        with django_assert_num_queries(0):
            assert changed(row, name=row.name) == {}

    def test_from_nothing_leave_out_what_is_empty(self):
        row = lives.a_program(AT).prescriber
        fields = created(row)[subject_of(row)]
        assert fields["name"] == [None, "Dr. Paula Prescott"]
        assert {"suspended_at", "email", "user_id"}.isdisjoint(fields)

    @pytest.mark.parametrize(
        ("value", "kept"),
        [
            (date(2026, 3, 1), "2026-03-01"),
            (AT, "2026-03-12T15:00:00+00:00"),
            ({"b", "a"}, ["a", "b"]),
            (frozenset({"b", "a"}), ["a", "b"]),
            (Pharmacy(pk=5), 5),
            ("word", "word"),
            (7, 7),
            (None, None),
        ],
    )
    def test_are_kept_as_plain_values(self, value, kept):
        assert plain(value) == kept


class TestAReading:
    def test_is_kept_with_who_read_whose_record(self, life):
        entry = record_access(what="list", by=life.program.counter, at=AT, registrant=life.registrant)
        entry.refresh_from_db()
        assert (entry.actor_kind, entry.pharmacy, entry.registrant) == (
            "pharmacy",
            life.program.pharmacy,
            life.registrant,
        )

    def test_by_a_pharmacy_is_kept_with_the_pharmacist_and_a_shortened_outcome(self, life):
        record_pharmacy_access(
            what="eligibility-check",
            pharmacy_id=life.program.pharmacy.pk,
            pharmacist="rph-17",
            registrant_id=None,
            outcome="x" * 300,
            at=AT,
        )
        entry = newest(AccessEntry)
        assert (entry.actor_kind, entry.actor_id, entry.registrant) == ("pharmacist", "rph-17", None)
        assert entry.outcome == "x" * 200
