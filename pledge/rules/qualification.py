"""Tests: what each is for, where it counts, and what stops the newest one (sections 2, 4 and 13)."""

from collections.abc import Iterator
from datetime import date

from pledge.rules.calendar import days_after
from pledge.rules.editions import edition_on, overlays_on
from pledge.rules.history import Record, Test, Window
from pledge.rules.refusals import Refusal, RefusalCode
from pledge.rules.vocabulary import RiskCategory, TestPhase, TestResult, TestSetting
from pledge.rules.windows import barring_refusals, is_first, window_span

CAN = RiskCategory.CAN_BECOME_PREGNANT


def course_tests(record: Record) -> tuple[Test, ...]:
    """Give one test for each specimen day of the course, oldest first; of several of a day, the last entered."""
    return tuple(test for test in specimens(record) if test.specimen_on >= record.course.tests_from)


def specimens(record: Record) -> tuple[Test, ...]:
    """Give one test for each specimen day, oldest first: all tests of one day are one specimen (section 13)."""
    by_day = {test.specimen_on: test for test in record.tests}
    return tuple(by_day[day] for day in sorted(by_day))


def screening_test(record: Record) -> Test | None:
    """Give T1, the earliest negative test in a permitted setting, or None (section 4)."""
    for test in course_tests(record):
        if test.result == TestResult.NEGATIVE and setting_counts(test, TestPhase.SCREENING):
            return test
    return None


def newest_judged(record: Record) -> Test | None:
    """Give the newest test of the course where it is judged as T2 or later: not without T1, and not as T1 itself."""
    screening = screening_test(record)
    newest = course_tests(record)[-1:]
    return newest[0] if screening is not None and newest[0].specimen_on != screening.specimen_on else None


def phase_of(record: Record, before: Window | None = None) -> TestPhase:
    """Give what a test is for: repeat or confirmation until the first dose, monthly from then on.

    ``before`` is the window the test opened, if it did; what was dispensed in it came later than the test.
    """
    earlier = [w for w in record.course_windows if before is None or (w.opens_on, w.id) < (before.opens_on, before.id)]
    if any(window.used for window in earlier):
        return TestPhase.MONTHLY
    missed = any(window.category == CAN and is_first(window, record.windows) for window in earlier)
    return TestPhase.REPEAT if missed else TestPhase.CONFIRMATION


def setting_counts(test: Test, phase: TestPhase) -> bool:
    """Tell whether the edition or an overlay of the specimen day lets this kind of test be done there."""
    if test.setting in edition_on(test.specimen_on).settings[phase]:
        return True
    return overlay_relied_on(test, phase) is not None


def overlay_relied_on(test: Test, phase: TestPhase) -> str | None:
    """Give the name of the overlay without which the setting would not count, or None (section 2)."""
    if test.setting in edition_on(test.specimen_on).settings[phase]:
        return None
    for overlay in overlays_on(test.specimen_on):
        if test.setting in overlay.settings.get(phase, ()):
            return overlay.name
    return None


def setting_refusals(test: Test, phase: TestPhase, *, home_permitted: bool) -> Iterator[Refusal]:
    """Name a setting that does not count, or a home test without permission or evidence (sections 4 and 13)."""
    if not setting_counts(test, phase):
        yield Refusal(RefusalCode.SETTING_NOT_ALLOWED)
    elif test.setting == TestSetting.HOME and not (home_permitted and test.has_evidence):
        yield Refusal(RefusalCode.HOME_TEST_NOT_PERMITTED)


def timing_refusals(record: Record, test: Test, phase: TestPhase, on: date) -> Iterator[Refusal]:
    """Name what T2 or its repeat is too early for: the wait, the gap after T1, the cycle days (section 4)."""
    if phase is TestPhase.MONTHLY:
        return
    edition = edition_on(test.specimen_on)
    if record.course.enrolled_on is not None:
        waited = days_after(record.course.enrolled_on, edition.wait_days)
        if test.specimen_on < waited:
            yield Refusal(RefusalCode.WAITING_PERIOD, max(on, waited))
    screening = screening_test(record)
    if screening is None:
        yield Refusal(RefusalCode.SCREENING_TEST_MISSING)
    elif test.specimen_on < (second := days_after(screening.specimen_on, edition.screening_gap_days)):
        yield Refusal(RefusalCode.TEST_GAP_TOO_SHORT, max(on, second))
    cycle_matters = phase is TestPhase.CONFIRMATION or edition.cycle_days_on_repeat
    in_cycle_days = test.cycle_day is not None and 1 <= test.cycle_day <= edition.cycle_days
    if cycle_matters and not in_cycle_days and test.cycle_exemption is None:
        yield Refusal(RefusalCode.OUTSIDE_CYCLE_DAYS)


def later_result_refusals(record: Record, after: Test, phase: TestPhase) -> Iterator[Refusal]:
    """Name a test newer than ``after`` that is not negative and that no later negative in a setting that counts ended.

    A positive closes the window by itself; after a correction it may be found here too, and refuses all the same.
    """
    unresolved = False
    for test in record.tests:
        if test.order <= after.order:
            continue
        if test.result != TestResult.NEGATIVE:
            unresolved = True
        elif counts(record, test, phase):
            unresolved = False
    if unresolved:
        yield Refusal(RefusalCode.RESULT_NOT_NEGATIVE)


def counts(record: Record, test: Test, phase: TestPhase) -> bool:
    """Tell whether a test was done in a setting that counts, home rule included."""
    home_permitted = record.course.home_tests_permitted
    return not any(setting_refusals(test, phase, home_permitted=home_permitted))


def waiting_refusals(record: Record, on: date) -> Iterator[Refusal]:
    """Name what stands before T2 while there is no test to judge as T2 (section 13).

    ``test_missing`` clears on the later of ``enrolled_on`` + 30 and T1 + 19, T1 being today at the earliest;
    before the consents are complete neither day is known. On treatment T1 is merely not the month's test.
    """
    if record.course.enrolled_on is None or phase_of(record) is TestPhase.MONTHLY:
        yield Refusal(RefusalCode.TEST_MISSING)
        return
    edition = edition_on(on)
    screening = screening_test(record)
    waited = days_after(record.course.enrolled_on, edition.wait_days)
    if on < waited:
        yield Refusal(RefusalCode.WAITING_PERIOD, waited)
    second = days_after(screening.specimen_on if screening else on, edition.screening_gap_days)
    yield Refusal(RefusalCode.TEST_MISSING, max(on, waited, second))


def window_of(record: Record, specimen_on: date) -> Window | None:
    """Give the newest window of the course that a specimen opened, or None."""
    return next((w for w in reversed(record.course_windows) if w.specimen_on == specimen_on), None)


def specimen_refusals(record: Record, test: Test, on: date, *, visit_on: date | None = None) -> Iterator[Refusal]:
    """Name everything that stops one specimen from opening a window on ``on`` (sections 4 to 6 and 13)."""
    own = window_of(record, test.specimen_on)
    if own is not None and own.used:
        yield Refusal(RefusalCode.TEST_MISSING)
        return
    phase = phase_of(record, before=own)
    if test.result != TestResult.NEGATIVE:
        yield Refusal(RefusalCode.RESULT_NOT_NEGATIVE)
    yield from timing_refusals(record, test, phase, on)
    yield from setting_refusals(test, phase, home_permitted=record.course.home_tests_permitted)
    yield from later_result_refusals(record, test, phase)
    yield from barring_refusals(record, test.specimen_on, on)
    closed_unused = own is not None and own.has_closed(on)
    prospective = window_span(CAN, specimen_on=test.specimen_on, visit_on=visit_on)
    if closed_unused or (prospective is not None and prospective.last_day < on):
        yield Refusal(RefusalCode.WINDOW_EXPIRED)


def newest_test_refusals(record: Record, on: date) -> Iterator[Refusal]:
    """Name what stops the newest test of the course, or that there is none to judge (section 13)."""
    tests = course_tests(record)
    newest = newest_judged(record)
    if screening_test(record) is None:
        yield Refusal(RefusalCode.SCREENING_TEST_MISSING)
        if tests and tests[-1].result != TestResult.NEGATIVE:
            yield Refusal(RefusalCode.RESULT_NOT_NEGATIVE)
        if tests and not setting_counts(tests[-1], TestPhase.SCREENING):
            yield Refusal(RefusalCode.SETTING_NOT_ALLOWED)
        yield from waiting_refusals(record, on)
    elif newest is None:
        yield from waiting_refusals(record, on)
    else:
        yield from specimen_refusals(record, newest, on)


def confirmed_specimen_refusals(
    record: Record, specimen_on: date, on: date, visit_on: date | None
) -> Iterator[Refusal]:
    """Name what stops the specimen that the clinic wants to confirm (section 13)."""
    test = record.test_on(specimen_on)
    screening = screening_test(record)
    if test is not None and specimen_on < record.course.tests_from:
        test = None
    if screening is None or (test is not None and test.specimen_on == screening.specimen_on):
        yield from newest_test_refusals(record, on) if screening is None else waiting_refusals(record, on)
    elif test is None:
        yield Refusal(RefusalCode.TEST_MISSING)
    else:
        yield from specimen_refusals(record, test, on, visit_on=visit_on)


def open_window_refusals(record: Record, window: Window, on: date) -> Iterator[Refusal]:
    """Name what the test of an open window no longer meets: judged again, except for the home permission."""
    test = record.test_with_id(window.test_id)
    if test is None:
        yield Refusal(RefusalCode.TEST_MISSING)
        return
    phase = phase_of(record, before=window)
    yield from timing_refusals(record, test, phase, on)
    if not setting_counts(test, phase):
        yield Refusal(RefusalCode.SETTING_NOT_ALLOWED)
    yield from later_result_refusals(record, test, phase)
    yield from barring_refusals(record, test.specimen_on, on)


def confirmed_overlays(record: Record, specimen_on: date | None, on: date) -> tuple[str, ...]:
    """Name the overlays without which the specimen of a confirmation would not count (section 2)."""
    return judged_overlays(record, record.test_on(specimen_on) if specimen_on else None, on)


def judged_overlays(record: Record, test: Test | None, on: date) -> tuple[str, ...]:
    """Name the overlays that judging a test relied on; the screening test, or one that is spent, is not judged."""
    screening = screening_test(record)
    if record.category != CAN or test is None or screening is None or test.specimen_on == screening.specimen_on:
        return ()
    own = window_of(record, test.specimen_on)
    if own is not None and own.used and not own.is_open(on):
        return ()
    overlay = overlay_relied_on(test, phase_of(record, before=own))
    return (overlay,) if overlay else ()
