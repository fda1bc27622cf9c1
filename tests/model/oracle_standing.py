"""Certification of prescribers, designees and pharmacies (section 1; section 13, Standing)."""

from dataclasses import dataclass, field
from datetime import date, datetime

from .oracle_words import days, midnight, program_day


@dataclass
class Party:
    """A prescriber, designee or pharmacy, with all that was ever said about its standing."""

    id: str
    kind: str
    serves: set[str] = field(default_factory=set)
    words: list[tuple[int, datetime, str, date]] = field(default_factory=list)

    def through(self, seq: int | None = None) -> date | None:
        """The last certified day as it stood after step `seq` (now, if none); None while suspended."""
        end, suspended = None, False
        for said, _, word, last_day in self.words:
            if seq is not None and said > seq:
                break
            if word == "certified":
                end, suspended = last_day, False
            elif word == "suspended":
                suspended = True
            elif word == "reinstated":
                suspended = False
        return None if suspended else end

    @property
    def said_last(self) -> str:
        return self.words[-1][2]

    def certified(self, at: datetime) -> bool:
        """Section 1: a dated span, inclusive; suspension ends it at once."""
        end = self.through()
        return end is not None and program_day(at) <= end

    def first_failure(self, seq: int, until: datetime) -> datetime | None:
        """The first instant after step `seq`, up to `until`, from which it was not certified."""
        end = self.through(seq)
        for said, at, word, _ in [*self.words, (10**9, until, "now", date.max)]:
            if said <= seq:
                continue
            if end is not None and at >= midnight(end + days(1)):
                return midnight(end + days(1))
            if word == "suspended":
                return at
            end = self.through(said)
        return None
