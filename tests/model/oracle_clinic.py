"""Steps of the clinic and the registrant: tests, confirming, answering, holds (sections 4, 5 and 8)."""

from . import oracle_tests as tests
from . import oracle_windows as windows
from .oracle_consent import consent_reasons
from .oracle_history import Confirmation, Given, Hold, Person, Test, Window
from .oracle_month import lockout_reasons, month_complete
from .oracle_notices import PROGRAM, confirmation_due
from .oracle_steps import Steps
from .oracle_words import (
    CAN,
    CANNOT,
    EXEMPTIONS,
    MAX_SUPPLY,
    METHODS,
    RESULTS,
    SETTINGS,
    SOURCES,
    Reasons,
    days,
    edition_on,
    effective_methods,
    method_reasons,
    program_day,
)

DEFAULT_METHODS = ["iud", "male_condom"]


class ClinicSteps(Steps):
    def step_test(self, args: dict) -> None:
        """Section 4: recording is ok whatever the test is worth; a positive holds, whoever brings it."""
        person = self.person(args)
        result, setting = args.get("result", "negative"), args.get("setting", "medical_setting")
        exempt = args.get("cycle_exempt")
        if person is None or args["specimen"] > self.today or result not in RESULTS or setting not in SETTINGS:
            return self.reject()
        if exempt is not None and exempt not in EXEMPTIONS:
            return self.reject()
        if result != "positive":
            if not self.acts_for(person, args):
                return self.reject()
            said = self.actor_reasons(person, args)
            if said:
                return self.deny(said)
        test = Test(
            self.seq,
            args["specimen"],
            result,
            setting,
            args.get("cycle_day"),
            exempt,
            bool(args.get("evidence", False)),
        )
        person.tests.append(test)
        if result == "positive":
            self.hold(person, test)
        if result == "negative":
            confirmation_due(self.told, person, self.at, test.specimen)

    def hold(self, person: Person, test: Test | None) -> None:
        """Sections 4 and 8: the hold, the revocation, and who is told at once."""
        self.revoke(person)
        person.holds.append(Hold(self.seq, self.at, test))
        self.told.tell(person.prescriber, "urgent_result", person.id, self.seq)
        self.told.tell(PROGRAM, "urgent_result", person.id, self.seq)

    def step_report_pregnancy(self, args: dict) -> None:
        person = self.person(args)
        if person is None:
            return self.reject()
        self.hold(person, None)

    def step_clear_hold(self, args: dict) -> None:
        """Section 13, Which test: the own prescriber, a reason, and a strictly later negative that counts."""
        person = self.person(args)
        if person is None or not self.acts_for(person, args):
            return self.reject()
        if not person.open_holds or not args.get("reason", "cleared").strip():
            return self.reject()
        said = self.actor_reasons(person, args)
        if self.is_designee(args):
            said.name("on_hold")
        if not self.parties[person.prescriber].certified(self.at):
            said.name("prescriber_not_certified")
        after = max(person.dated(h.test.specimen, h.test.seq)[0] if h.test else h.day for h in person.open_holds)
        if not any(day > after and tests.clears(person, day, test) for day, test in tests.by_day(person).items()):
            said.name("test_missing")
        if said:
            return self.deny(said)
        person.clears.append(self.seq)

    def step_correct_test(self, args: dict) -> None:
        """Section 4: a new record supersedes the old; windows are recomputed, a dispense outside is a deviation."""
        person = self.own(args)
        if person is None or args["to"] > self.today or args["specimen"] not in tests.by_day(person):
            return self.reject()
        if said := self.actor_reasons(person, args):
            return self.deny(said)
        moved = [w for w in person.windows if windows.specimen_of(person, w) == args["specimen"]]
        person.corrections.append((self.seq, args["specimen"], args["to"]))
        if any(self.dispensed_outside(person, window) for window in moved):
            self.answer.deviation = True
            self.told.tell(PROGRAM, "deviation", person.id, self.seq)
        self.hold_again(person, args["to"])
        if tests.by_day(person)[args["to"]].result == "negative":
            confirmation_due(self.told, person, self.at, args["to"])
        self.show(person, windows.open_window(person, self.today))

    def hold_again(self, person: Person, day) -> None:
        """Section 13, Which test: a positive holds on its corrected day too, unless a later negative would clear it."""
        moved = [test for when, test in tests.in_order(person) if when == day and test.result == "positive"]
        later = [when for when, test in tests.by_day(person).items() if when > day and tests.clears(person, when, test)]
        if moved and not person.open_holds and not later:
            self.revoke(person)
            person.holds.append(Hold(self.seq, self.at, moved[-1]))

    def dispensed_outside(self, person: Person, window: Window) -> bool:
        """Whether something was dispensed on a day outside the window as it now stands."""
        first, last = windows.first_day(person, window), windows.full_last_day(person, window)
        given = [a for a in person.authorizations if a.window == window.number and a.dispensed_at]
        return any(not first <= program_day(auth.dispensed_at) <= last for auth in given)

    def step_permit_home_tests(self, args: dict) -> None:
        self.permission(args, True)

    def step_withdraw_home_tests(self, args: dict) -> None:
        self.permission(args, False)

    def permission(self, args: dict, word: bool) -> None:
        person = self.own(args)
        if person is None:
            return self.reject()
        if said := self.actor_reasons(person, args):
            return self.deny(said)
        person.permissions.append((self.seq, word))

    def step_confirm(self, args: dict) -> None:
        """Section 5 (b); section 13, Confirming."""
        person = self.person(args)
        visit, count = args.get("visit", self.today), args.get("days_supply", 30)
        methods, source = args.get("methods", DEFAULT_METHODS), args.get("prior_source")
        if person is None or not self.acts_for(person, args) or visit > self.today or count < 1:
            return self.reject()
        if not set(methods) <= METHODS or (source and source not in SOURCES):
            return self.reject()
        if person.category == CAN and not args.get("specimen"):
            return self.reject()
        said = self.confirming_reasons(person, args, count)
        if person.category == CAN:
            self.confirm_can(person, args, visit, methods, count, said)
        else:
            self.confirm_cannot(person, visit, methods, count, said)

    def confirming_reasons(self, person: Person, args: dict, count: int) -> Reasons:
        """What stops any confirmation, whatever the specimen."""
        said = self.actor_reasons(person, args)
        said.update(consent_reasons(person, self.today))
        said.update(lockout_reasons(person, self.today))
        if person.ended:
            said.name("treatment_ended")
        if not self.parties[person.prescriber].certified(self.at):
            said.name("prescriber_not_certified")
        if person.open_holds:
            said.name("on_hold")
        if count > MAX_SUPPLY:
            said.name("supply_over_limit")
        return said

    def confirm_can(self, person: Person, args: dict, visit, methods: list[str], count: int, said: Reasons) -> None:
        specimen = args["specimen"]
        said.update(method_reasons(methods, args.get("abstinence_acknowledged", False)))
        window = windows.open_window(person, self.today)
        correcting = window is not None and windows.specimen_of(person, window) == specimen
        overlay = window.overlay if correcting else False
        if not correcting:
            worth = tests.worth_of(person, self.today, specimen, visit)
            said.update(worth.said)
            if windows.specimen_from_lockout(person, self.today, specimen):
                said.name("locked_out", windows.first_free_day(person, self.today))
            overlay = worth.overlay
            if window is not None:
                said.name("window_already_open")
            elif windows.prior_source_asked(person, self.today) and not args.get("prior_source"):
                said.name("prior_source_unanswered")
        self.answer.overlays = ["2020-discretion"] if overlay else []
        if said:
            return self.deny(said)
        if not correcting:
            window = self.open(person, specimen, visit, overlay)
        self.put_confirmation(person, window, methods, count)
        self.told.tell(person.id, "questions_ready", window.number)

    def confirm_cannot(self, person: Person, visit, methods: list[str], count: int, said: Reasons) -> None:
        """Section 5: a visit through the 2021 edition; nothing monthly from 2026."""
        if edition_on(self.today) == "2026":
            return self.deny(said) if said else None
        length = 6 if edition_on(visit) == "2006" else 30
        if visit + days(length) < self.today:
            said.name("window_expired")
        window = windows.open_window(person, self.today)
        if window is not None and visit < windows.first_day(person, window):
            said.name("window_already_open")
        if said:
            return self.deny(said)
        if window is None or window.category != CANNOT or window.visit != visit:
            window = self.open(person, None, visit, False)
        self.put_confirmation(person, window, methods, count)

    def open(self, person: Person, specimen, visit, overlay: bool) -> Window:
        window = Window(
            len(person.windows) + 1, self.seq, person.course_number, person.category, specimen, visit, overlay
        )
        person.windows.append(window)
        return window

    def put_confirmation(self, person: Person, window: Window, methods: list[str], count: int) -> None:
        person.confirmations.append(Confirmation(self.seq, window.number, methods, count))
        self.show(person, window)
        self.tell_month(person, window)

    def tell_month(self, person: Person, window: Window) -> None:
        """Section 10: the month is complete, or the two sides differ."""
        if month_complete(person, window):
            self.told.tell(person.id, "window_open", window.number)
        given = windows.newest_answer(person, window)
        confirmed = windows.confirmation(person, window).methods
        if given and effective_methods(given.methods) != effective_methods(confirmed):
            self.told.tell(person.prescriber, "methods_differ", person.id, self.seq)
            if given.seq < self.seq:
                self.told.tell(person.id, "questions_ready", window.number, self.seq)

    def step_answer(self, args: dict) -> None:
        """Section 13, Answering and Further."""
        person = self.person(args)
        methods = args.get("methods", DEFAULT_METHODS)
        if person is None or not set(methods) <= METHODS:
            return self.reject()
        window = windows.open_window(person, self.today)
        if window is None:
            said = Reasons(counseling_missing=None)
            if person.open_holds:
                said.name("on_hold")
            if person.ended:
                said.name("treatment_ended")
            return self.deny(said)
        person.answers.append(Given(self.seq, window.number, methods, args.get("correct", True)))
        self.tell_month(person, window)

    def step_cancel_window(self, args: dict) -> None:
        """Section 13, Confirming and Further."""
        person = self.own(args)
        if person is None:
            return self.reject()
        said = self.actor_reasons(person, args)
        window = windows.open_window(person, self.today)
        if window is None:
            said.name("window_expired")
        elif windows.used(person, window):
            said.name("authorization_closed")
        if said:
            return self.deny(said)
        self.revoke(person)
        person.cancellations.append((self.seq, window.number, self.today))
