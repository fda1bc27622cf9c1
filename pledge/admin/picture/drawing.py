"""Where a picture of the months is drawn: marks and a span of days in, shapes out. Pure; lengths are the SVG's own."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count

from pledge.admin.picture.marks import Lane, Mark, days_of
from pledge.admin.picture.shapes import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Picture, Row, Shape, Tick
from pledge.rules.calendar import ONE_DAY, Span, days_after

LANE_PADDING, LANE_GAP = 8, 4
HEIGHTS = {Lane.TESTS: 22, Lane.WINDOWS: 38, Lane.SUPPLY: 26, Lane.STOPS: 22}  # of one level
BAR = {Lane.WINDOWS: 18, Lane.SUPPLY: 18, Lane.STOPS: 16}
RADIUS = 7
LETTER = 6.4  # a letter's width, as wide as any
MONTHS_BACK, MONTHS_AHEAD, FEWEST_MONTHS_BACK = 6, 2, 1


def span_around(on: date, begun_on: date) -> Span:
    """Give the whole months that a picture shows: the last six and the next two, or fewer for a newcomer."""
    first_day = max(_month(on, -MONTHS_BACK), min(_month(begun_on, 0), _month(on, -FEWEST_MONTHS_BACK)))
    return Span(first_day, _month(on, MONTHS_AHEAD + 1) - ONE_DAY)


def draw(marks: Iterable[Mark], span: Span, on: date) -> Picture:
    """Draw the marks that touch a span of days; each is one shape, cut where the span ends."""
    shown = [mark for mark in marks if mark.touches(span)]
    rows, y = [], float(TOP)
    for lane in Lane:
        row = _row(lane, [mark for mark in shown if mark.lane is lane], span, y)
        rows.append(row)
        y += row.height + LANE_GAP
    return Picture(
        height=y - LANE_GAP + BOTTOM,
        span=span,
        rows=rows,
        ticks=_ticks(span),
        today=_middle_of(on, span),
        title=f"The months from {span.first_day:%B %Y} to {span.last_day:%B %Y}",
        description=_described(shown, on),
        marks=shown,
    )


def _row(lane: Lane, marks: Sequence[Mark], span: Span, y: float) -> Row:
    """Lay marks beside each other; one that would touch another goes to the next level below."""
    taken: list[float] = []
    shapes = []
    for mark in marks:
        x, right = _ends(mark, span)
        level = next(level for level in count() if level >= len(taken) or taken[level] <= x)
        top = y + LANE_PADDING + level * HEIGHTS[lane]
        shape = _shape(mark, x, top, right - x)
        taken[level : level + 1] = [_reach(shape)]
        shapes.append(shape)
    height = 2 * LANE_PADDING + max(len(taken), 1) * HEIGHTS[lane] - (4 if lane is Lane.WINDOWS else 0)
    return Row(lane, y, height, shapes)


def _ends(mark: Mark, span: Span) -> tuple[float, float]:
    if mark.lane is Lane.TESTS:
        middle = _middle_of(mark.first_day, span)
        return round(middle - RADIUS, 1), round(middle + RADIUS, 1)
    x = _left_of(max(mark.first_day, span.first_day), span)
    return x, _left_of(days_after(min(mark.last_day, span.last_day), 1), span)


def _shape(mark: Mark, x: float, y: float, width: float) -> Shape:
    letters = len(mark.short) * LETTER
    if mark.lane is Lane.TESTS:
        fits = x + width + 4 + letters <= WIDTH - RIGHT
        return Shape(mark, x, y + 2, round(width, 1), 2 * RADIUS, x + width + 4 if fits else None, y + 13)
    height = BAR[mark.lane]
    if mark.lane is Lane.WINDOWS:
        text_x = min(max(x, LEFT), WIDTH - RIGHT - letters)
        return Shape(mark, x, y, round(width, 1), height, round(text_x, 1), y + height + 13)
    inside = x + 14 if mark.lane is Lane.SUPPLY else x + 6
    fits = inside + letters <= x + width
    return Shape(mark, x, y, round(width, 1), height, inside if fits else None, y + height - 5)


def _reach(shape: Shape) -> float:
    """Give the first place on the level that is free again, the shape's words included."""
    outside = shape.mark.lane in {Lane.TESTS, Lane.WINDOWS}
    words = (shape.text_x or 0) + len(shape.mark.short) * LETTER if outside and shape.text_x is not None else 0
    return max(shape.right, words) + (2 if outside else 0)


def _ticks(span: Span) -> list[Tick]:
    ticks, day = [], span.first_day
    while day <= span.last_day:
        year = f" {day.year}" if day.month == 1 or day == span.first_day else ""
        ticks.append(Tick(_left_of(day, span), f"{day:%b}{year}"))
        day = _month(day, 1)
    return ticks


def _left_of(day: date, span: Span) -> float:
    days = (span.last_day - span.first_day).days + 1
    return round(LEFT + (day - span.first_day).days * (WIDTH - RIGHT - LEFT) / days, 1)


def _middle_of(day: date, span: Span) -> float:
    return round((_left_of(day, span) + _left_of(days_after(day, 1), span)) / 2, 1)


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
