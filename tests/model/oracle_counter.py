"""Steps at the pharmacy's counter (section 7; section 13, Authorizations and Further)."""

from . import oracle_windows as windows
from .oracle_history import Authorization, Person
from .oracle_month import month, standing_reasons
from .oracle_notices import PROGRAM
from .oracle_standing import Party
from .oracle_steps import Steps
from .oracle_words import CAN, OVERLAY, Reasons, edition_on, program_day


class CounterSteps(Steps):
    def step_check(self, args: dict) -> None:
        """What an authorization would answer, changing nothing."""
        self.would_authorize(args)

    def step_authorize(self, args: dict) -> None:
        """Section 7: one live authorization, a new number each time."""
        if not self.would_authorize(args):
            return
        person, pharmacy = self.person(args), self.pharmacy(args)
        window = None if self.windowless(person) else windows.open_window(person, self.today)
        self.numbers += 1
        self.answer.new_number = True
        person.authorizations.append(
            Authorization(
                self.numbers,
                self.seq,
                self.at,
                pharmacy.id,
                args.get("days_supply", 30),
                self.answer.do_not_dispense_after,
                window.number if window else None,
                person.course_number,
                person.category,
            )
        )

    def windowless(self, person: Person) -> bool:
        """Section 13, Without a window: an act on or after 2026-11-15."""
        return person.category != CAN and edition_on(self.today) == "2026"

    def would_authorize(self, args: dict) -> bool:
        """Judge a request; true if it would be granted."""
        person, pharmacy = self.at_counter(args)
        supply = args.get("days_supply", 30)
        if person is None or pharmacy is None:
            return False
        if supply < 1:
            self.reject()
            return False
        said = self.judge(person, pharmacy, supply, None)
        if self.live(person):
            said.name("authorization_active")
        if said:
            self.deny(said)
            return False
        self.answer.outcome = "authorized"
        window = windows.open_window(person, self.today)
        if not self.windowless(person):
            self.answer.do_not_dispense_after = windows.full_last_day(person, window)
        return True

    def at_counter(self, args: dict) -> tuple[Person | None, Party | None]:
        """Who asks, and for whom; denied where either is unknown (section 9)."""
        person, pharmacy = self.person(args), self.pharmacy(args)
        if person is None:
            self.deny(Reasons(not_enrolled=None))
        elif pharmacy is None:
            self.deny(Reasons(pharmacy_not_certified=None))
        return person, pharmacy

    def judge(self, person: Person, pharmacy: Party, supply: int, auth: Authorization | None) -> Reasons:
        """Everything at this moment (section 7); `auth` when it is being dispensed."""
        said = standing_reasons(person, self.today, self.at, self.parties[person.prescriber], pharmacy)
        worth = month(person, self.today, supply, auth)
        for code, clears in worth.said.items():
            said.name(code, clears)
        self.answer.overlays = [OVERLAY] if worth.overlay else []
        self.show(person, windows.open_window(person, self.today))
        return said

    def newest(self, person: Person, pharmacy: Party) -> Authorization | None:
        return next((a for a in reversed(person.authorizations) if a.pharmacy == pharmacy.id), None)

    def step_dispense(self, args: dict) -> None:
        """Sections 6 and 7: judged again; a dead authorization names its own code (section 13, Further)."""
        person, pharmacy = self.at_counter(args)
        if person is None or pharmacy is None:
            return None
        auth = self.newest(person, pharmacy)
        now = self.status(person, auth) if auth else "none"
        if now != "issued":
            code = {"revoked": "authorization_revoked", "lapsed": "authorization_expired"}
            said = standing_reasons(person, self.today, self.at, self.parties[person.prescriber], pharmacy)
            said.name(code.get(now, "authorization_closed"))
            return self.deny(said)
        said = self.judge(person, pharmacy, auth.days, auth)
        if said:
            return self.deny(said)
        auth.dispensed_at, auth.dispensed_seq = self.at, self.seq
        self.answer.outcome = "dispensed"
        self.answer.do_not_dispense_after = auth.printed

    def step_reverse(self, args: dict) -> None:
        """Section 7: gives the window back; section 13: a lapsed one may be reversed."""
        person, pharmacy = self.at_counter(args)
        if person is None or pharmacy is None:
            return None
        auth = self.newest(person, pharmacy)
        now = self.status(person, auth) if auth else "none"
        if now == "revoked":
            return self.deny(Reasons(authorization_revoked=None))
        if now not in ("issued", "lapsed"):
            return self.deny(Reasons(authorization_closed=None))
        auth.reversed_at = self.at
        self.answer.outcome = "reversed"

    def step_report_dispense(self, args: dict) -> None:
        """Section 13, Further: noncompliance and no deviation; no dispense of a window."""
        person, pharmacy = self.at_counter(args)
        if person is None or pharmacy is None:
            return None
        count = args.get("days_supply", 30)
        if count < 1:
            return self.reject()
        person.reported.append((self.seq, person.course_number, program_day(self.at), count, person.category))
        self.told.tell(PROGRAM, "noncompliance", person.id, self.seq)
