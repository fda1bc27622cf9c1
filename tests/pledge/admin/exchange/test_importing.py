"""Importing registrants: what is shown before is what is done, the second time nothing; and taking it back (F35)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.signals import post_init
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from notifications.models import Notice
from notifications.truth import is_true
from pledge.access import registrants_for
from pledge.actions import participants, records, registrants
from pledge.actions.designations import designate
from pledge.admin.exchange.reading import rows_of
from pledge.admin.exchange.rows import judged
from pledge.admin.exchange.taking import take_rows
from pledge.models import AccessEntry, Course, EventType, ImportedRegistrant, ProgramEvent, Registrant, RegistrantImport
from pledge.rules.calendar import days_after
from pledge.rules.vocabulary import Ending, Scope
from tests import lives
from tests.lives import Life
from tests.pledge.admin.world import World, digest, newest_act, page_of, step_of, take

pytestmark = pytest.mark.django_db
IMPORT, TAKE = "/admin/import/", "/admin/import/take/"
HEADER = "name,born_on,category,basis,email\n"
GOOD = (
    "Ana Alvarez,1998-04-02,,,ana@patients.example\n"
    "Ben Brown,4/2/1999,cannot_become_pregnant,cisgender_male,\n"
    "Cyd Cole,2000-01-01,,,\n"
)
MIXED = (
    GOOD
    + "ana ALVAREZ,1998-04-02,,,\n"  # twice in the file
    + "Dee Dale,2000-13-01,,,nobody\n"  # two columns wrong
    + "Eve Egan,2000-01-01,cannot_become_pregnant,,\n"  # the program accepts no such basis
    + "Fay Frost,2090-01-01,,,\n"  # not born yet
    + "Robin Reyes,1996-05-04,,,\n"  # there already
)


def check(client: Client, rows: str, *, header: str = HEADER, name: str = "list.csv", **fields: Any) -> HttpResponse:
    """Bring a file and see what it would do."""
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, (header + rows).encode()), **fields})


def bring(client: Client, rows: str, **fields: Any) -> HttpResponse:
    """Bring a file, and import it as it was shown."""
    return client.post(TAKE, {"kept": check(client, rows, **fields).context["kept"]})


def outcome(answer: HttpResponse) -> list[tuple[int, str, tuple[Any, ...]]]:
    """What an answer says of every row."""
    shown = [*answer.context["right"], *answer.context["wrong"]]
    return sorted((one.row.line, one.verdict, one.problems) for one in shown)


def counted(answer: HttpResponse) -> tuple[int, int, int]:
    return tuple(answer.context[name] for name in ("new", "there", "left_out"))  # type: ignore[return-value]


@contextmanager
def killed_at(line: int) -> Iterator[None]:
    """End the process as it writes down a line: inside the transaction that enrolls."""

    def die(instance: ImportedRegistrant, **_: object) -> None:
        if instance.pk is None and instance.line == line:
            raise KeyboardInterrupt

    post_init.connect(die, sender=ImportedRegistrant)
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        post_init.disconnect(die, sender=ImportedRegistrant)


@pytest.fixture(autouse=True)
def each_row_alone(settings: Any) -> None:
    """Every row is judged and written in a transaction of its own, so one statement is repeated for each."""
    settings.ZEAL_ALLOWLIST = [{"model": f"{app}.*", "field": None} for app in ("pledge", "auth")]


@pytest.fixture
def robin(world: World) -> Life:
    return lives.registered(world.program, world.at)


class TestACheck:
    def test_changes_nothing_at_all(self, world, robin):
        before = digest()
        assert counted(check(world.prescriber, MIXED)) == (3, 1, 4)
        assert digest() == before

    def test_is_what_the_import_then_does(self, world, robin):
        checked = check(world.prescriber, MIXED)
        done = world.prescriber.post(TAKE, {"kept": checked.context["kept"]})
        assert outcome(done) == outcome(checked)
        assert counted(done) == counted(checked) == (3, 1, 4)
        named = dict(registrants_for(world.program.clinic).values_list("name", "category"))
        assert named == {"Robin Reyes": lives.CAN, "Ana Alvarez": lives.CAN, "Ben Brown": lives.CANNOT,
                         "Cyd Cole": lives.CAN}  # fmt: skip

    def test_takes_names_for_one_as_the_import_does_whatever_the_database_does(self, world):
        rows = "".join(
            f"{name},1998-04-02,,,\n" for name in ("Ayse Yildiz", "Ayse Y\u0131ld\u0131z", "JOSÉ PAZ", "Weiß Jo")
        )
        checked = check(world.prescriber, rows)
        assert counted(checked) == (4, 0, 0)
        assert outcome(world.prescriber.post(TAKE, {"kept": checked.context["kept"]})) == outcome(checked)
        again = "".join(f"{name},1998-04-02,,,\n" for name in ("AYSE YILDIZ", "Jose\u0301  Paz", "weiss\u00a0JO"))
        assert counted(check(world.prescriber, again)) == (0, 3, 0)

    def test_names_what_is_wrong_by_line_and_column_all_at_once(self, world, robin):
        answer = check(world.prescriber, MIXED)
        said = {(one.row.line, problem.column) for one in answer.context["wrong"] for problem in one.problems}
        assert said == {(5, ""), (6, "born_on"), (6, "email"), (7, "basis"), (8, "born_on")}
        page = answer.content.decode()
        assert "no basis that the program accepts" in page
        assert "is in the future" in page
        assert "The same person stands in line 2." in page

    def test_finds_nothing_to_import_where_all_is_there_or_wrong(self, world, robin):
        answer = check(world.prescriber, "Robin Reyes,1996-05-04,,,\n")
        assert answer.context["kept"] == ""
        assert "Nobody would be enrolled" in answer.content.decode()

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("list.csv", b"PK\x03\x04"),
            ("../../etc/passwd", b"\x00"),
            ("a\r\nSet-Cookie: x=1.csv", b""),
            ("list.xlsx", b"name\n"),
            ("large.csv", b"x" * 600_000),
        ],
    )
    def test_refuses_another_kind_of_file_in_words(self, world, name, content):
        before = digest()
        answer = world.prescriber.post(IMPORT, {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 200
        assert answer.context["form"].errors["file"]
        assert digest() == before

    @pytest.mark.parametrize(
        "written",
        ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "{{ 7*7 }}", "'; DROP TABLE x; --", "../../etc/passwd",
         "%0d%0aSet-Cookie:x", "http://169.254.169.254/", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>"],
    )  # fmt: skip
    def test_takes_what_is_written_for_text_and_nothing_else(self, world, written):
        answer = bring(world.prescriber, f'"{written}",1998-04-02,,,\n')
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert Registrant.objects.get(name=written).prescriber == world.program.prescriber


class TestAnImport:
    def test_leaves_its_own_event_and_one_for_each_enrolled(self, world, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            bring(world.prescriber, GOOD)
        events = ProgramEvent.objects.filter(type=EventType.REGISTRANT_ENROLLED)
        assert events.filter(actor_kind="prescriber").count() == 3
        assert ProgramEvent.objects.filter(type=EventType.REGISTRANTS_IMPORTED).count() == 1
        taken_in = RegistrantImport.objects.get()
        assert list(taken_in.registrants.values_list("line", flat=True)) == [2, 3, 4]
        assert Notice.objects.filter(kind="invitation_to_sign").count() == 3

    def test_a_second_time_changes_nothing(self, world, robin):
        kept = check(world.prescriber, GOOD).context["kept"]
        world.prescriber.post(TAKE, {"kept": kept})
        before = digest()
        assert counted(world.prescriber.post(TAKE, {"kept": kept})) == (0, 3, 0)
        assert counted(check(world.prescriber, GOOD)) == (0, 3, 0)
        assert digest() == before

    @pytest.mark.parametrize("become", ["went to another prescriber", "was given another name", "was merged"])
    def test_knows_a_row_again_whatever_has_become_of_whom_it_brought(self, world, become):
        bring(world.prescriber, GOOD)
        ana, by = Registrant.objects.get(name="Ana Alvarez"), {"by": world.program.clinic, "at": world.at}
        if become == "went to another prescriber":
            registrants.transfer(registrant=ana, prescriber=world.elsewhere.prescriber, **by)
        elif become == "was given another name":
            registrants.change_contact(registrant=ana, contact={"name": "Ana Alvarez-Diaz"}, **by)
        else:
            kept = registrants.enroll(
                prescriber=world.program.prescriber, born_on=ana.born_on, contact={"name": "A. Alvarez"}, **by
            )
            records.merge(registrant=kept, duplicate=ana, **{**by, "by": world.program.administrator})
        before = digest()
        for again in (GOOD, GOOD + "\n"):  # the same file, and one that differs by a byte
            checked = check(world.prescriber, again)
            assert counted(checked) == (0, 3, 0)
            assert become in checked.content.decode()
            assert checked.context["kept"] == ""
        assert digest() == before

    def test_is_of_the_clinic_whose_file_it_is(self, world):
        bring(world.prescriber, GOOD)
        assert counted(check(world.stranger, GOOD)) == (3, 0, 0)

    def test_killed_in_the_middle_goes_on_with_the_rest(self, world):
        with killed_at(3):
            bring(world.prescriber, GOOD)
        assert Registrant.objects.count() == 1  # the second one's enrollment went with the process
        assert counted(check(world.prescriber, GOOD)) == (2, 1, 0)
        assert counted(bring(world.prescriber, GOOD)) == (2, 1, 0)
        assert list(RegistrantImport.objects.get().registrants.values_list("line", flat=True)) == [2, 3, 4]

    def test_lists_whom_somebody_enrolled_meanwhile_and_does_the_others(self, world):
        kept = check(world.prescriber, GOOD).context["kept"]
        registrants.enroll(
            prescriber=world.program.prescriber, born_on=lives.date(2000, 1, 1), contact={"name": "CYD cole"},
            by=world.program.clinic, at=world.at,
        )  # fmt: skip
        assert counted(world.prescriber.post(TAKE, {"kept": kept})) == (2, 1, 0)

    def test_stops_with_the_reason_where_the_prescriber_does_not_stand(self, world):
        kept = check(world.prescriber, GOOD).context["kept"]
        participants.suspend(party=world.program.prescriber, by=world.program.administrator, at=world.at)
        answer = world.prescriber.post(TAKE, {"kept": kept})
        assert counted(answer) == (0, 0, 3)
        assert "is not certified today" in answer.content.decode()

    def test_is_of_the_text_that_was_checked_by_the_one_who_checked_it(self, world):
        kept = check(world.prescriber, GOOD).context["kept"]
        other = check(world.stranger, GOOD).context["kept"]
        for forged in ("", "x", kept[:-3], kept + "x", other):
            answer = world.prescriber.post(TAKE, {"kept": forged})
            assert answer.status_code == 409
            assert "Choose the file again" in answer.content.decode()
        assert not Registrant.objects.exists()

    def test_is_not_taken_by_looking(self, world):
        before = digest()
        assert world.prescriber.get(TAKE).status_code == 405
        assert digest() == before

    def test_is_for_the_prescriber_a_designee_names_and_bears_both_names(self, world):
        assert f"On behalf of {world.program.prescriber.name}" in world.assistant.get(IMPORT).content.decode()
        world.designated_elsewhere()
        answer = check(world.assistant, GOOD)
        assert answer.context["form"].errors["prescriber"]
        bring(world.assistant, GOOD, prescriber=world.elsewhere.prescriber.pk)
        assert registrants_for(world.elsewhere.clinic).count() == 3
        event = newest_act(Registrant.objects.first())
        assert (event.actor_name, event.on_behalf_of) == ("Dana Doe", world.elsewhere.prescriber.name)

    def test_is_closed_to_a_designee_without_that_scope_and_to_the_program(self, world):
        kept = check(world.assistant, GOOD).context["kept"]
        assert IMPORT in [way.address for way in world.assistant.get(IMPORT).context["ways"]]
        designate(designee=world.designee, prescriber=world.program.prescriber, scopes=[Scope.MONTH],
                  by=world.program.clinic, at=world.at)  # fmt: skip
        answer = world.assistant.get(IMPORT)
        assert answer.status_code == 403
        assert IMPORT not in [way.address for way in answer.context["ways"]]
        assert "enrollment, contact, forms to sign" in answer.content.decode()
        assert world.assistant.post(TAKE, {"kept": kept}).status_code == 409
        assert world.administrator.get(IMPORT).status_code == 404
        assert not Registrant.objects.exists()


class TestTakingBack:
    def undo(self, client: Client) -> HttpResponse:
        return client.post(f"{IMPORT}{RegistrantImport.objects.latest('pk').pk}/", {"sure": "on"})

    def test_lists_whom_the_import_enrolled_and_leaves_their_numbers_in_the_access_trail(self, world):
        bring(world.prescriber, GOOD)
        answer = world.prescriber.get(f"{IMPORT}{RegistrantImport.objects.get().pk}/")
        assert [row.reason for row in answer.context["rows"]] == ["", "", ""]
        entry = AccessEntry.objects.get(what="import_read")
        assert set(entry.outcome.split()) == set(Registrant.objects.values_list("number", flat=True))

    def test_takes_back_those_to_whom_nothing_else_happened_and_says_why_of_the_others(
        self, world, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            bring(world.prescriber, GOOD)
        ana, ben, cyd = Registrant.objects.order_by("pk")
        take(world.prescriber, step_of(Life(world.program, ben), "change-contact"), email="ben@patients.example")
        answer = self.undo(world.prescriber)
        assert answer.context["done"] == 2
        assert "contact changed” has happened since" in answer.content.decode()
        assert set(registrants_for(world.program.clinic)) == {ben}
        assert Course.objects.get(registrant=ana).ending == Ending.WITHDRAWN
        assert newest_act(cyd).type == EventType.ENROLLMENT_WITHDRAWN
        assert world.prescriber.get(page_of(Life(world.program, ana))).status_code == 404
        queued = {notice.kind: is_true(notice, world.at) for notice in Notice.objects.filter(registrant=ana)}
        assert queued == {"invitation_to_sign": False, "address_confirmation": False}
        assert RegistrantImport.objects.get().undone_at == world.at

    def test_asks_first_and_a_second_time_does_nothing(self, world):
        bring(world.prescriber, GOOD)
        address = f"{IMPORT}{RegistrantImport.objects.get().pk}/"
        before = digest()
        assert "Tick that you have looked" in world.prescriber.post(address).content.decode()
        assert digest() == before
        self.undo(world.prescriber)
        before = digest()
        assert self.undo(world.prescriber).context["done"] == 0
        assert digest() == before

    def test_lets_the_same_file_enroll_them_again_under_the_same_numbers(self, world):
        bring(world.prescriber, GOOD)
        numbers = set(Registrant.objects.values_list("number", flat=True))
        self.undo(world.prescriber)
        corrected = GOOD.replace("ana@patients.example", "alvarez@patients.example")
        checked = check(world.prescriber, corrected)
        assert [one.verdict for one in checked.context["right"]] == ["again"] * 3
        assert outcome(bring(world.prescriber, corrected)) == outcome(checked)
        assert set(Registrant.objects.values_list("number", flat=True)) == numbers
        ana = Registrant.objects.get(name="Ana Alvarez")
        assert ana.email == "alvarez@patients.example"
        assert ana.course.tests_from == days_after(world.today, -30)  # the first course was none
        assert registrants_for(world.program.clinic).count() == 3
        assert self.undo(world.prescriber).context["done"] == 3  # and those can be taken back in turn

    def test_is_of_the_clinic_that_brought_them(self, world):
        bring(world.prescriber, GOOD)
        address = f"{IMPORT}{RegistrantImport.objects.get().pk}/"
        assert world.stranger.get(address).status_code == 404
        assert world.stranger.post(address, {"sure": "on"}).status_code == 404
        assert world.administrator.get(address).status_code == 404
        assert registrants_for(world.program.clinic).count() == 3

    def test_leads_who_enrolls_them_by_hand_to_their_old_number(self, world):
        bring(world.prescriber, GOOD)
        self.undo(world.prescriber)
        ana = Registrant.objects.get(name="Ana Alvarez")
        address = reverse("admin:pledge_registrant_new", args=["enroll"])
        answer = take(world.prescriber, address, name="ana ALVAREZ", born_on="1998-04-02")
        again = reverse("admin:pledge_registrant_new", args=["enroll-again"])
        assert f"was here as number {ana.number}" in answer.content.decode()
        assert f'<a href="{again}">' in answer.content.decode()
        assert take(world.prescriber, again, number=ana.number, born_on="1998-04-02").status_code == 302
        assert registrants_for(world.program.clinic).get() == ana
        another = take(world.prescriber, address, name="Ben Brown", born_on="1999-04-02", another_person="on")
        assert another.status_code == 302

    def test_while_the_same_file_is_imported_again_is_told_of_each_line(self, world):
        bring(world.prescriber, GOOD)
        self.undo(world.prescriber)
        found = take_rows(
            judged(rows_of(HEADER + GOOD)), world.program.prescriber, taken_in=RegistrantImport.objects.get(),
            by=world.program.clinic, at=world.at,
        )  # fmt: skip
        assert [one.verdict for one in found] == ["there"] * 3
        assert all("taken back meanwhile" in one.problems[0].sentence for one in found)

    def test_leaves_alone_who_was_handed_over(self, world):
        bring(world.prescriber, GOOD)
        ana = Registrant.objects.get(name="Ana Alvarez")
        registrants.transfer(
            registrant=ana, prescriber=world.elsewhere.prescriber, by=world.program.clinic, at=world.at
        )
        assert self.undo(world.prescriber).context["done"] == 2
        assert registrants_for(world.elsewhere.clinic).get() == ana
