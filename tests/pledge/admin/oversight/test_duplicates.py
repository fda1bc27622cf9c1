"""Records that are likely one person's, compared and merged."""

from datetime import date

import pytest
from django.urls import reverse

from pledge.actions import registrants
from pledge.admin.oversight import duplicates
from pledge.admin.oversight.duplicates import likely_duplicates
from pledge.models import AccessEntry, EventType
from tests.lives import Life, Program, registered
from tests.pledge.admin.world import World, newest_act, take


def someone(program: Program, world: World, name: str, email: str, born_on: date = date(1996, 5, 4)) -> Life:
    contact = {"name": name, "email": email}
    row = registrants.enroll(
        prescriber=program.prescriber, born_on=born_on, contact=contact, by=program.clinic, at=world.at
    )
    return Life(program, row)


def numbers() -> list[tuple[str, str]]:
    return [(pair.kept.number, pair.other.number) for pair in likely_duplicates()]


class TestRecordsAlike:
    @pytest.mark.parametrize(
        ("name", "email"),
        [("ROBIN  O'Reyes", "other@patients.example"), ("Someone Else", "Robin@Patients.Example")],
        ids=["name", "e-mail"],
    )
    def test_are_found_by_date_of_birth_and_name_or_mail(self, world: World, name: str, email: str) -> None:
        first = someone(world.program, world, "Robin O'Reyes", "robin@patients.example")
        second = someone(world.elsewhere, world, name, email)
        assert numbers() == [(first.number, second.number)]

    def test_are_one_pair_though_alike_in_both(self, world: World) -> None:
        registered(world.program, world.at), registered(world.elsewhere, world.at)
        assert [pair.because for pair in likely_duplicates()] == ["the same date of birth and the same e-mail"]

    def test_are_not_those_of_another_birth_date_or_without_name_and_mail(self, world: World) -> None:
        someone(world.program, world, "Robin Reyes", "robin@patients.example")
        someone(world.program, world, "Robin Reyes", "robin@patients.example", date(1996, 5, 5))
        for _ in range(2):
            someone(world.program, world, "", "", date(1990, 1, 1))
        assert numbers() == []

    def test_may_be_looked_for_among_the_newest(self, world: World) -> None:
        registered(world.program, world.at), registered(world.program, world.at)
        assert likely_duplicates(newest=1) == []
        assert len(likely_duplicates(newest=2)) == 1


class TestThePage:
    def test_shows_both_with_what_differs_and_leaves_an_access_entry(self, world: World) -> None:
        first, second = registered(world.program, world.at), registered(world.elsewhere, world.at)
        shown = world.administrator.get(reverse("admin:duplicates"))
        (pair,) = shown.context["pairs"]
        assert [label for label, _, _, differs in pair.sides if differs] == []
        entry = AccessEntry.objects.get(what="duplicates_listed")
        assert set(entry.outcome.split()) == {first.number, second.number}
        assert "Robin" not in entry.outcome

    def test_compares_the_newest_unless_all_are_asked_for(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(duplicates, "NEWEST_COMPARED", 1)
        registered(world.program, world.at), registered(world.program, world.at)
        address = reverse("admin:duplicates")
        assert world.administrator.get(address).context["pairs"] == []
        assert len(world.administrator.get(f"{address}?all").context["pairs"]) == 1

    def test_leads_to_the_merge_with_the_number_filled_in(self, world: World) -> None:
        first, second = registered(world.program, world.at), registered(world.program, world.at)
        address = reverse("admin:duplicates_merge", args=[first.number, second.number])
        assert address in world.administrator.get(reverse("admin:duplicates")).content.decode()
        answer = take(world.administrator, address)
        assert answer.url == reverse("admin:duplicates")
        assert newest_act().type == EventType.RECORDS_MERGED
        assert numbers() == []

    @pytest.mark.parametrize("other", ["1234567890", "same"])
    def test_takes_two_records_that_are_there(self, world: World, other: str) -> None:
        first = registered(world.program, world.at).number
        address = reverse("admin:duplicates_merge", args=[first, first if other == "same" else other])
        assert world.administrator.get(address).status_code == 404

    def test_is_not_there_for_a_clinic(self, world: World) -> None:
        first, second = registered(world.program, world.at), registered(world.program, world.at)
        for address in (
            reverse("admin:duplicates"),
            reverse("admin:duplicates_merge", args=[first.number, second.number]),
        ):
            assert world.prescriber.get(address).status_code == 404
            assert world.prescriber.post(address, {"duplicate": second.number}).status_code == 404
