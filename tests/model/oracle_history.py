"""What has happened, in lists that only grow; nothing here is ever changed, but for a few marks on an authorization."""

from dataclasses import dataclass, field
from datetime import date, datetime

from .oracle_words import program_day


@dataclass
class Course:
    """A course of treatment: begun by an enrollment, or by a change to can_become_pregnant (section 13, Categories)."""

    seq: int
    first_day: date
    begun_by: str  # "enroll" or "change"


@dataclass
class Signature:
    seq: int
    day: date
    form: str
    signer: str


@dataclass
class Test:
    seq: int
    specimen: date
    result: str
    setting: str
    cycle_day: int | None
    cycle_exempt: str | None
    evidence: bool


@dataclass
class Window:
    """A window that a confirmation opened. Its days are not kept: oracle_windows works them out."""

    number: int
    seq: int
    course: int
    category: str
    specimen: date | None
    visit: date
    overlay: bool


@dataclass
class Confirmation:
    seq: int
    window: int
    methods: list[str]
    days: int


@dataclass
class Given:
    """An answer of the registrant (section 5 c)."""

    seq: int
    window: int
    methods: list[str]
    correct: bool


@dataclass
class Authorization:
    number: int
    seq: int
    at: datetime
    pharmacy: str
    days: int
    printed: date | None
    window: int | None
    course: int
    category: str
    dispensed_at: datetime | None = None
    dispensed_seq: int = 0
    reversed_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass
class Hold:
    """A positive test or a report of pregnancy."""

    seq: int
    at: datetime
    test: Test | None

    @property
    def day(self) -> date:
        return program_day(self.at)


@dataclass
class Person:
    """Everything that was ever recorded about one registrant."""

    id: str
    born: date
    courses: list[Course] = field(default_factory=list)
    categories: list[tuple[int, str]] = field(default_factory=list)
    prescribers: list[tuple[int, str]] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    corrections: list[tuple[int, date, date]] = field(default_factory=list)
    permissions: list[tuple[int, bool]] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    cancellations: list[tuple[int, int, date]] = field(default_factory=list)
    confirmations: list[Confirmation] = field(default_factory=list)
    answers: list[Given] = field(default_factory=list)
    authorizations: list[Authorization] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    clears: list[int] = field(default_factory=list)
    endings: list[tuple[int, date, bool, date]] = field(default_factory=list)
    reported: list[tuple[int, int, date, int, str]] = field(default_factory=list)

    @property
    def category(self) -> str:
        return self.categories[-1][1]

    @property
    def prescriber(self) -> str:
        return self.prescribers[-1][1]

    @property
    def course(self) -> Course:
        return self.courses[-1]

    @property
    def course_number(self) -> int:
        return len(self.courses)

    @property
    def ended(self) -> bool:
        """Section 13, Endings: ended and not enrolled anew."""
        return bool(self.endings) and self.endings[-1][0] > self.course.seq

    @property
    def open_holds(self) -> list[Hold]:
        """The positives and reports since the hold was last cleared."""
        since = self.clears[-1] if self.clears else 0
        return [hold for hold in self.holds if hold.seq > since]

    @property
    def home_permitted(self) -> bool:
        """Section 13, Home tests and Further: the last word of this course."""
        said = [word for seq, word in self.permissions if seq > self.course.seq]
        return bool(said) and said[-1]

    def dated(self, specimen: date, since: int) -> tuple[date, int]:
        """The day a specimen recorded at `since` carries after all corrections, and when that record was made."""
        for seq, old, new in self.corrections:
            if seq > since and specimen == old:
                specimen, since = new, seq
        return specimen, since

    def dispenses(self, course: int) -> list[Authorization]:
        """The dispenses of one course, in the order they happened."""
        found = [a for a in self.authorizations if a.dispensed_at and a.course == course]
        return sorted(found, key=lambda a: a.dispensed_seq)
