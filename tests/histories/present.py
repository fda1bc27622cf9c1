"""What a history looks like now, as far as choosing its next step needs: read from the model."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.model import oracle_tests as tests
from tests.model import oracle_windows as windows
from tests.model.oracle import Oracle
from tests.model.oracle_consent import consent_reasons, enrolled_on
from tests.model.oracle_history import Person, Window
from tests.model.oracle_month import last_supply
from tests.model.oracle_words import CAN, program_day

EASTERN = ZoneInfo("America/New_York")
EDITION_DAYS = (date(2007, 12, 2), date(2020, 3, 22), date(2021, 12, 13), date(2026, 11, 15))
PEOPLE = ("R1", "R2")


def days(count: int) -> timedelta:
    """Give so many days."""
    return timedelta(days=count)


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    """Give an instant from the clock on the wall in America/New_York; of a repeated hour, the first."""
    return datetime.combine(day, time(hour, minute), EASTERN).astimezone(UTC)


class Present:
    """The state of a history at its present instant."""

    def __init__(self, oracle: Oracle, at: datetime, swept_at: datetime) -> None:
        self.oracle, self.at, self.today = oracle, at, program_day(at)
        self.swept_on = program_day(swept_at)

    @property
    def people(self) -> list[str]:
        """The names of whom was enrolled."""
        return list(self.oracle.people)

    def person(self, name: str) -> Person | None:
        return self.oracle.people.get(name)

    def window(self, person: Person) -> Window | None:
        return windows.open_window(person, self.today)

    def specimens(self, person: Person) -> list[date]:
        """The specimen days on record, newest first."""
        return sorted(tests.by_day(person), reverse=True)

    def screening(self, person: Person) -> date | None:
        return tests.screening_day(person)

    def enrolled_on(self, person: Person) -> date | None:
        return enrolled_on(person, self.today)

    def consents_missing(self, person: Person) -> bool:
        return bool(consent_reasons(person, self.today))

    def is_fresh(self, person: Person) -> bool:
        """Whether the newest specimen is not yet a screening test's, nor too old to open a window."""
        known = self.specimens(person)
        if not known or known[0] == self.screening(person) or (self.today - known[0]).days > 6:
            return False
        return all(windows.specimen_of(person, w) != known[0] for w in windows.course_windows(person))

    def answered(self, person: Person, window: Window) -> bool:
        return windows.newest_answer(person, window) is not None

    def used(self, person: Person, window: Window) -> bool:
        return windows.used(person, window)

    def locked_until(self, person: Person) -> date | None:
        if not windows.locking(person, self.today):
            return None
        return windows.first_free_day(person, self.today)

    def supply_ends(self, person: Person) -> date | None:
        found = last_supply(person)
        return found[1] if found else None

    def turning_points(self) -> list[date]:
        """Days on which something changes, of anyone, and the days beside them."""
        found = set(EDITION_DAYS)
        for party in self.oracle.parties.values():
            if end := party.through():
                found |= {end, end - days(30)}
        for person in self.oracle.people.values():
            found |= self._turning_points_of(person)
        near = {day + days(shift) for day in found for shift in (-1, 0, 1)}
        return sorted(day for day in near if self.today < day <= self.today + days(45))

    def _turning_points_of(self, person: Person) -> set[date]:
        found = set()
        if start := self.enrolled_on(person):
            found.add(start + days(30))
        if first := self.screening(person):
            found.add(first + days(19))
        for window in windows.course_windows(person):
            last = windows.full_last_day(person, window)
            found |= {last, last - days(3), last + days(23)}
            if specimen := windows.specimen_of(person, window):
                found.add(specimen + days(19))
        if ends := self.supply_ends(person):
            found |= {ends, ends - days(7)}
        for auth in person.authorizations[-2:]:
            found.add(program_day(auth.at) + days(30))
        return found

    def is_can(self, person: Person) -> bool:
        return person.category == CAN
