"""The shapes of a picture of the months, as its template draws them; lengths are the SVG's own."""

from typing import NamedTuple

from pledge.admin.picture.marks import Lane, Mark, days_of
from pledge.rules.calendar import Span

RIGHT = 8  # left free beside the last month
TOP, BOTTOM = 46, 6
HALF_TODAY = 20  # half the width of the word over today's line


class Frame(NamedTuple):
    """One size of picture: its name, its width, where the months begin, and how many it shows before and ahead."""

    name: str
    width: int
    left: int
    months_back: int
    months_ahead: int

    @property
    def edge(self) -> int:
        """Where the last month ends."""
        return self.width - RIGHT


WIDE = Frame("wide", 960, 84, months_back=6, months_ahead=2)
NARROW = Frame("narrow", 360, 60, months_back=2, months_ahead=1)


class Kind(NamedTuple):
    """One entry of the legend."""

    lane: Lane
    kind: str
    label: str


class Told(NamedTuple):
    """One row of the table that says what the picture shows."""

    days: str
    what: str
    said: str


KINDS = (
    Kind(Lane.TESTS, "negative", "Negative test"),
    Kind(Lane.TESTS, "positive", "Positive test"),
    Kind(Lane.TESTS, "indeterminate", "Indeterminate test"),
    Kind(Lane.WINDOWS, "open", "Window open"),
    Kind(Lane.WINDOWS, "used", "Window used"),
    Kind(Lane.WINDOWS, "missed", "Window missed"),
    Kind(Lane.WINDOWS, "cancelled", "Window cancelled"),
    Kind(Lane.WINDOWS, "stopped", "Window stopped"),
    Kind(Lane.SUPPLY, "dispensed", "Handed over, and the days it covers"),
    Kind(Lane.SUPPLY, "reported", "Handed over without an authorization"),
    Kind(Lane.STOPS, "waiting", "Waiting period"),
    Kind(Lane.STOPS, "lockout", "Lockout"),
    Kind(Lane.STOPS, "hold", "On hold"),
)


class Shape(NamedTuple):
    """One mark where it is drawn; ``text_x`` is None where its words have no room beside or in it."""

    mark: Mark
    x: float
    y: float
    width: float
    height: float
    text_x: float | None
    text_y: float

    @property
    def middle(self) -> float:
        """The middle of its height."""
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        """Its right end."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def center(self) -> float:
        """The middle of its width."""
        return round(self.x + self.width / 2, 1)

    @property
    def name(self) -> str:
        """Its name on the page."""
        return self.mark.key.replace(":", "-")

    @property
    def title(self) -> str:
        """What it says when it is pointed at."""
        return f"{self.mark.what}, {days_of(self.mark.first_day, self.mark.last_day)}. {self.mark.said}."


class Row(NamedTuple):
    """One lane with its shapes."""

    lane: Lane
    y: float
    height: float
    shapes: list[Shape]

    @property
    def middle(self) -> float:
        """The middle of its height."""
        return self.y + self.height / 2


class Tick(NamedTuple):
    """The first day of a month: a line, and the month's name."""

    x: float
    label: str


class Picture(NamedTuple):
    """A drawn picture: its size, its rows, the months along the top, and where today is."""

    frame: Frame
    height: float
    span: Span
    rows: list[Row]
    ticks: list[Tick]
    today: float
    title: str
    description: str
    marks: list[Mark]
    top: int = TOP

    @property
    def foot(self) -> float:
        """Where the lines across the rows end."""
        return self.height - BOTTOM

    @property
    def breadth(self) -> int:
        """The width of all months."""
        return self.frame.edge - self.frame.left

    @property
    def depth(self) -> float:
        """The height of all rows."""
        return self.foot - self.top

    @property
    def legend(self) -> list[Kind]:
        """The kinds of marks that are on it, in the order of the rows, each once."""
        there = {(mark.lane, mark.kind) for mark in self.marks}
        return [kind for kind in KINDS if (kind.lane, kind.kind) in there]

    @property
    def table(self) -> list[Told]:
        """The same facts in words, newest first."""
        marks = reversed(self.marks)
        return [Told(days_of(mark.first_day, mark.last_day), mark.what, mark.said) for mark in marks]

    @property
    def ahead(self) -> float:
        """The width of what lies ahead of today."""
        return round(self.frame.edge - self.today, 1)

    @property
    def today_label(self) -> float:
        """Where the word over today's line stands."""
        return min(max(self.today, self.frame.left + HALF_TODAY), self.frame.edge - HALF_TODAY)
