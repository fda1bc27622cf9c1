"""The timeline: a run of events alike is one line that opens to show them all, and none is lost on any page."""

import re
from datetime import timedelta

import pytest

from consents.actions.visits import initial
from pledge.admin import story, timeline
from pledge.models import EventType, ProgramEvent
from pledge.rules.refusals import Refused
from tests import lives, signers
from tests.pledge.admin.world import World, page_of

INITIALED = "Statement initialed"


def visiting(world: World) -> tuple[lives.Life, signers.Visit]:
    life = lives.registered(world.program, world.at)
    return life, signers.visiting(life, world.at)


def initialed(visit: signers.Visit, world: World, *moments: timedelta) -> None:
    """Initial one statement more at each moment after the beginning."""
    text, begun = signers.left_in(visit, world.at)[0], visit.request.initials.count()
    for number, after in enumerate(moments, start=begun + 1):
        by = signers.by_signer(visit.request)
        initial(visit=visit, text=text, number=number, initials="RR", by=by, at=world.at + after)


def seen(lines: list[timeline.Line]) -> list[int]:
    return [one.event.pk for line in lines for one in (line.folded or [line])]


def minutes(*given: int) -> list[timedelta]:
    return [timedelta(minutes=minute) for minute in given]


class TestARun:
    def test_is_one_line_that_opens_without_a_script(self, world: World) -> None:
        life, visit = visiting(world)
        initialed(visit, world, *minutes(0, 0, 1, 2))
        page = world.prescriber.get(page_of(life)).content.decode()
        assert page.count(f"<strong>{INITIALED}") == 1 + 4
        (run,) = re.findall(
            r'<details class="run"><summary>(.*?)</summary>(.*?)</ol></details>\s*</li>', page, re.DOTALL
        )
        assert f"{INITIALED}, 4 times" in run[0]
        assert "by the registrant" in run[0]
        assert run[1].count(f"<strong>{INITIALED}</strong>") == 4

    def test_says_from_when_to_when(self, world: World) -> None:
        life, visit = visiting(world)
        initialed(visit, world, *minutes(0, 1, 2))
        shown = world.prescriber.get(page_of(life))
        line = next(line for line in shown.context["lines"] if line.folded)
        assert "10:00 AM to 10:02 AM" in re.sub(r"<[^>]+>", "", shown.content.decode())  # in New York
        assert (line.first.at, line.event.at) == (world.at, world.at + timedelta(minutes=2))

    def test_of_two_is_not_folded(self, world: World) -> None:
        life, visit = visiting(world)
        initialed(visit, world, *minutes(0, 1))
        assert not any(line.folded for line in story.page_of(life.registrant).lines)

    def test_ends_with_the_program_day_with_another_event_and_with_another_actor(self, world: World) -> None:
        life, visit = visiting(world)
        initialed(visit, world, *minutes(0, 1, 2))
        signers.a_code(visit.request, world.at + timedelta(minutes=2, seconds=30))
        initialed(visit, world, *minutes(3, 4, 5))
        of = [line for line in story.page_of(life.registrant).lines if line.title == INITIALED]
        assert [len(line.folded) for line in of] == [3, 3]
        lines = [one for line in of for one in line.folded]
        lines[0] = lines[0]._replace(who="the parent or guardian")
        lines[1] = lines[1]._replace(spot=lines[1].spot._replace(at=lines[1].at + timedelta(days=1)))
        assert [len(line.folded) for line in timeline.folded(lines)] == [0, 0, 4]

    def test_of_refusals_is_not_folded(self, world: World) -> None:
        life = lives.registered(world.program, world.at)
        for _ in range(3):
            with pytest.raises(Refused):
                lives.authorizations.authorize(
                    registrant=life.registrant, pharmacy=world.program.pharmacy, days_supply=30, pharmacist="rph-1",
                    by=world.program.counter, at=world.at,
                )  # fmt: skip
        lines = story.page_of(life.registrant).lines
        assert [line.stopped for line in lines[:3]] == [True, True, True]
        assert not lines[0].folded


class TestPages:
    def test_leave_no_event_out_and_show_none_twice(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also where a page's most events end in the middle of a run."""
        life, visit = visiting(world)
        initialed(visit, world, *minutes(*range(10)))
        for per_page, most in ((2, 7), (3, 4), (1, 1), (40, 200)):
            monkeypatch.setattr(story, "PAGE", per_page)
            monkeypatch.setattr(story, "MOST_LINES", most)
            found, before = [], None
            while True:
                page = story.page_of(life.registrant, before=before)
                assert 0 < len(page.lines) <= per_page
                found += seen(page.lines)
                if page.earlier is None:
                    break
                before = page.earlier
            every = ProgramEvent.objects.filter(registrant=life.registrant).order_by("-id")
            assert found == list(every.values_list("pk", flat=True))

    def test_hold_so_many_lines_whatever_is_folded(self, world: World) -> None:
        life, visit = visiting(world)
        initialed(visit, world, *minutes(*range(12)))
        for _ in range(timeline.PAGE // 2):
            change = {"name": "Robin Rivera"}, {"name": "Robin Reyes", "language": "es"}
            for contact in change:
                lives.registrants.change_contact(
                    registrant=life.registrant,
                    contact=contact,
                    by=world.program.clinic,
                    at=world.at + timedelta(hours=1),
                )
        lines = story.page_of(life.registrant).lines
        assert [len(line.folded) for line in lines[:2]] == [timeline.PAGE, 12]
        assert lines[0].event.type == EventType.CONTACT_CHANGED
