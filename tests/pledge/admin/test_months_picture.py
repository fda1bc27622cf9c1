"""The picture of the months: everything in its span once, nothing beside it, and the same facts as a table."""

import re
from collections import Counter
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import time_machine
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from pledge.actions import holds, months
from pledge.admin.picture.drawing import draw, span_around
from pledge.admin.picture.holds import holds_of
from pledge.admin.picture.marks import Lane, Mark, marks_of
from pledge.admin.picture.shapes import NARROW, WIDE, Frame, Picture
from pledge.facts import record_of
from pledge.rules.calendar import Span
from pledge.rules.vocabulary import TestResult
from tests.lives import UNDER_2021, Life, a_test, days_before, on_treatment
from tests.pledge.admin import test_whereabouts as states
from tests.pledge.admin.world import World, a_world, page_of

TODAY = date(2027, 3, 11)
KINDS = {
    Lane.TESTS: ("negative", "positive", "indeterminate"),
    Lane.WINDOWS: ("open", "used", "missed", "cancelled", "stopped", "ahead"),
    Lane.SUPPLY: ("dispensed", "reported"),
    Lane.STOPS: ("waiting", "lockout", "hold"),
}


def picture_of(life: Life, on: date) -> Picture:
    registrant = life.registrant
    tests, dispenses = registrant.tests.all(), registrant.dispenses.select_related("pharmacy")
    marks = marks_of(record_of(registrant, on), tests, dispenses, holds_of(registrant, on), on)
    return draw(marks, span_around(on, marks[0].first_day if marks else on), on)


def drawn(picture: Picture) -> ET.Element:
    """The SVG as the page has it, parsed as XML: it is well-formed, or this raises."""
    return ET.fromstring(render_to_string("pledge/admin/months_drawn.html", {"picture": picture}))


def names_in(svg: ET.Element) -> Counter[str]:
    groups = svg.iter("{http://www.w3.org/2000/svg}g")
    return Counter(group.get("id", "").partition("-")[2] for group in groups)


def a_mark(lane: Lane, kind: str, after: int, days: int, number: int) -> Mark:
    first_day = TODAY + timedelta(days=after)
    last_day = first_day if lane is Lane.TESTS else first_day + timedelta(days=days)
    return Mark(lane, kind, first_day, last_day, "Something <&> more", "It's “so”", "Mar 11", f"{lane}:{number}")


@st.composite
def many_marks(choose: st.DrawFn) -> list[Mark]:
    lanes = choose(st.lists(st.sampled_from(list(Lane)), max_size=40))
    far = st.integers(-400, 200)
    return [
        a_mark(lane, choose(st.sampled_from(KINDS[lane])), choose(far), choose(st.integers(0, 60)), number)
        for number, lane in enumerate(lanes)
    ]


class TestAnyPicture:
    @given(many_marks(), st.integers(0, 400), st.sampled_from([WIDE, NARROW]))
    def test_holds_what_its_months_touch_once_each_and_nothing_beside(
        self, marks: list[Mark], begun: int, frame: Frame
    ) -> None:
        span = span_around(TODAY, TODAY - timedelta(days=begun), frame)
        picture = draw(marks, span, TODAY, frame)
        expected = {mark.key.replace(":", "-"): 1 for mark in marks if mark.touches(span)}
        assert names_in(drawn(picture)) == expected
        assert len(picture.table) == len(expected)
        for row in picture.rows:
            for shape in row.shapes:
                assert shape.width > 0
                assert shape.x >= frame.left - 7  # a test's sign stands over its day
                assert shape.right <= frame.width
                assert row.y <= shape.y
                assert shape.bottom <= row.y + row.height
            for one, other in [(a, b) for a in row.shapes for b in row.shapes if a is not b]:
                apart = one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y
                assert apart, (one, other)

    @given(st.dates(date(2008, 1, 1), date(2040, 1, 1)), st.integers(0, 2000))
    def test_shows_whole_months_with_today_among_them(self, on: date, begun: int) -> None:
        span = span_around(on, on - timedelta(days=begun))
        assert span.first_day.day == (span.last_day + timedelta(days=1)).day == 1
        assert span.holds(on)
        assert 58 <= (span.last_day - on).days <= 92
        assert 28 <= (on - span.first_day).days <= 215
        assert span.holds(on - timedelta(days=begun)) or begun > 150


class TestALife:
    def test_is_on_it_whole(self, world: World) -> None:
        for state, *_ in states.STATES:
            registrant = (life := state(world)).registrant
            drawn_names = names_in(drawn(picture_of(life, world.today)))
            there = {f"test-{test.pk}": 1 for test in registrant.tests.filter(superseded_at=None)}
            there |= {f"window-{window.pk}": 1 for window in registrant.windows.all()}
            there |= {f"dispense-{dispense.pk}": 1 for dispense in registrant.dispenses.all()}
            found = {name: times for name, times in drawn_names.items() if not name.startswith(("wait", "hold"))}
            assert found == there, state.__name__

    def test_shows_how_each_window_went(self, world: World) -> None:
        life = on_treatment(world.program, world.at, months_done=3, today=True)
        assert kinds(picture_of(life, world.today), Lane.WINDOWS) == ["used", "used", "used", "open"]
        months.cancel_window(registrant=life.registrant, by=world.program.clinic, at=world.at)
        assert kinds(picture_of(life, world.today), Lane.WINDOWS)[-1] == "cancelled"
        missed = states.missed(world)
        assert kinds(picture_of(missed, world.today), Lane.WINDOWS) == ["missed"]

    def test_shows_a_hold_and_when_it_was_cleared(self, world: World) -> None:
        life = on_treatment(world.program, days_before(world.at, 10))
        a_test(life, days_before(world.at, 10), result=TestResult.POSITIVE)
        (hold,) = [mark for mark in picture_of(life, world.today).marks if mark.kind == "hold"]
        assert (hold.first_day, hold.last_day) == (world.today - timedelta(days=10), world.today)
        assert "until the prescriber clears it" in hold.said
        a_test(life, days_before(world.at, 4))
        holds.clear_hold(
            registrant=life.registrant, reason="A laboratory's error.", by=world.program.clinic,
            at=days_before(world.at, 3),
        )  # fmt: skip
        assert holds_of(life.registrant, world.today) == [
            Span(world.today - timedelta(days=10), world.today - timedelta(days=3))
        ]

    def test_shows_a_lockout_of_2021(self, db: None) -> None:
        with time_machine.travel(UNDER_2021, tick=False):
            world = a_world(UNDER_2021)
            life = states.missed(world)
            (lockout,) = [mark for mark in picture_of(life, world.today).marks if mark.kind == "lockout"]
            assert lockout.last_day == date(2026, 3, 21)
            assert "until Sunday, March 22" in world.prescriber.get(page_of(life)).content.decode()


class TestThePage:
    def test_has_the_picture_named_described_and_as_a_table(self, world: World) -> None:
        life = on_treatment(world.program, world.at, months_done=2)
        page = world.prescriber.get(page_of(life)).content.decode()
        assert page.count('role="img" aria-labelledby="') == 2  # for a desk and for a phone
        assert "The months from December 2026 to May 2027" in page
        assert "3 tests (3 negative); 2 windows (2 used); 2 dispenses" in page
        table = page[page.index("The same as a table") :]
        assert "30 days from Corner Pharmacy" in table[: table.index("</details>")]

    def test_has_no_style_that_the_content_policy_would_stop(self, world: World) -> None:
        page = world.prescriber.get(page_of(on_treatment(world.program, world.at))).content.decode()
        assert not re.search(r"\sstyle=|<style", page)


def kinds(picture: Picture, lane: Lane) -> list[str]:
    return [mark.kind for mark in picture.marks if mark.lane is lane]
