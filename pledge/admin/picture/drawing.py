"""Where a picture of the months is drawn: marks and a span of days in, shapes out. Pure; lengths are the SVG's own."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count
from typing import NamedTuple

from pledge.admin.picture.marks import Lane, Mark, days_of
from pledge.admin.picture.shapes import BOTTOM, TOP, WIDE, Frame, Picture, Row, Shape, Tick
from pledge.rules.calendar import ONE_DAY, Span, days_after

LANE_PADDING, LANE_GAP = 8, 4
HEIGHTS = {Lane.TESTS: 22, Lane.WINDOWS: 38, Lane.SUPPLY: 26, Lane.STOPS: 22}  # of one level
BAR = {Lane.WINDOWS: 18, Lane.SUPPLY: 18, Lane.STOPS: 16}
RADIUS = 7
LETTER = 6.4  # a letter's width, as wide as any
FEWEST_MONTHS_BACK = 1


def span_around(on: date, begun_on: date, frame: Frame = WIDE) -> Span:
    """Give the whole months that a picture shows: those of its frame, or fewer back for a newcomer."""
    first_day = max(_month(on, -frame.months_back), min(_month(begun_on, 0), _month(on, -FEWEST_MONTHS_BACK)))
    return Span(first_day, _month(on, frame.months_ahead + 1) - ONE_DAY)


def draw(marks: Iterable[Mark], span: Span, on: date, frame: Frame = WIDE) -> Picture:
    """Draw the marks that touch a span of days; each is one shape, cut where the span ends."""
    shown = [mark for mark in marks if mark.touches(span)]
    scale, rows, y = _Scale(span, frame), [], float(TOP)
    for lane in Lane:
        row = _row(lane, [mark for mark in shown if mark.lane is lane], scale, y)
        rows.append(row)
        y += row.height + LANE_GAP
    return Picture(
        frame=frame,
        height=y - LANE_GAP + BOTTOM,
        span=span,
        rows=rows,
        ticks=_ticks(scale),
        today=scale.middle_of(on),
        title=f"The months from {span.first_day:%B %Y} to {span.last_day:%B %Y}",
        description=_described(shown, on),
        marks=shown,
    )


class _Scale(NamedTuple):
    """Where a day lies on a picture."""

    span: Span
    frame: Frame

    def left_of(self, day: date) -> float:
        """Give where a day begins."""
        days = (self.span.last_day - self.span.first_day).days + 1
        breadth = self.frame.edge - self.frame.left
        return round(self.frame.left + (day - self.span.first_day).days * breadth / days, 1)

    def middle_of(self, day: date) -> float:
        """Give the middle of a day."""
        return round((self.left_of(day) + self.left_of(days_after(day, 1))) / 2, 1)

    def ends(self, mark: Mark) -> tuple[float, float]:
        """Give where a mark begins and ends, cut where the span does."""
        if mark.lane is Lane.TESTS:
            middle = self.middle_of(mark.first_day)
            return round(middle - RADIUS, 1), round(middle + RADIUS, 1)
        last_day = min(mark.last_day, self.span.last_day)
        return self.left_of(max(mark.first_day, self.span.first_day)), self.left_of(days_after(last_day, 1))


def _row(lane: Lane, marks: Sequence[Mark], scale: _Scale, y: float) -> Row:
    """Lay marks beside each other; one that would touch another goes to the next level below."""
    taken: list[float] = []
    shapes = []
    for mark in marks:
        x, right = scale.ends(mark)
        level = next(level for level in count() if level >= len(taken) or taken[level] <= x)
        top = y + LANE_PADDING + level * HEIGHTS[lane]
        shape = _shape(mark, x, top, right - x, scale.frame)
        taken[level : level + 1] = [_reach(shape)]
        shapes.append(shape)
    height = 2 * LANE_PADDING + max(len(taken), 1) * HEIGHTS[lane] - (4 if lane is Lane.WINDOWS else 0)
    return Row(lane, y, height, shapes)


def _shape(mark: Mark, x: float, y: float, width: float, frame: Frame) -> Shape:
    letters = len(mark.short) * LETTER
    if mark.lane is Lane.TESTS:
        fits = x + width + 4 + letters <= frame.edge
        return Shape(mark, x, y + 2, round(width, 1), 2 * RADIUS, round(x + width + 4, 1) if fits else None, y + 13)
    height = BAR[mark.lane]
    if mark.lane is Lane.WINDOWS:
        text_x = min(x, frame.edge - letters)
        return Shape(mark, x, y, round(width, 1), height, round(text_x, 1), y + height + 13)
    inside = round(x + (14 if mark.lane is Lane.SUPPLY else 6), 1)
    fits = inside + letters <= x + width
    return Shape(mark, x, y, round(width, 1), height, inside if fits else None, y + height - 5)


def _reach(shape: Shape) -> float:
    """Give the first place on the level that is free again, the shape's words included."""
    outside = shape.mark.lane in {Lane.TESTS, Lane.WINDOWS}
    words = (shape.text_x or 0) + len(shape.mark.short) * LETTER if outside and shape.text_x is not None else 0
    return max(shape.right, words) + (2 if outside else 0)


def _ticks(scale: _Scale) -> list[Tick]:
    ticks, day = [], scale.span.first_day
    while day <= scale.span.last_day:
        year = f" {day.year}" if day.month == 1 or day == scale.span.first_day else ""
        ticks.append(Tick(scale.left_of(day), f"{day:%b}{year}"))
        day = _month(day, 1)
    return ticks


def _month(day: date, months: int) -> date:
    """Give the first day of the month that lies so many months after a day's own."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _described(marks: Sequence[Mark], on: date) -> str:
    parts = []
    for lane in (Lane.TESTS, Lane.WINDOWS, Lane.SUPPLY):
        of = [mark for mark in marks if mark.lane is lane]
        what = {Lane.TESTS: "test", Lane.WINDOWS: "window", Lane.SUPPLY: "dispense"}[lane]
        kinds = [mark.kind for mark in of]
        each = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
        plural = "" if len(of) == 1 else "s"
        parts.append(f"{len(of) or 'No'} {what}{plural}" + (f" ({each})" if lane is not Lane.SUPPLY and of else ""))
    parts += [
        f"{mark.what.lower()} {days_of(mark.first_day, mark.last_day)}" for mark in marks if mark.lane is Lane.STOPS
    ]
    return f"{'; '.join(parts)}. Today is {days_of(on, on)}. The table below says the same."
