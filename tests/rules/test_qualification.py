"""Sections 2, 4 and 13: which test is which, where each counts, and what stops a specimen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.rules.editions import edition_on
from pledge.rules.qualification import (
    confirmed_overlays,
    confirmed_specimen_refusals,
    counts,
    course_tests,
    later_result_refusals,
    newest_test_refusals,
    open_window_refusals,
    overlay_relied_on,
    phase_of,
    screening_test,
    setting_counts,
    setting_refusals,
    specimen_refusals,
    timing_refusals,
    waiting_refusals,
)
from pledge.rules.vocabulary import CycleExemption
from pledge.rules.vocabulary import TestPhase as Phase
from pledge.rules.vocabulary import TestResult as Result
from tests.rules.builders import (
    CANNOT,
    CLIA,
    FEW,
    HOME,
    MEDICAL,
    a_test,
    can,
    cannot,
    complete,
    course,
    dated,
    day,
    indeterminate,
    negative,
    plus,
    positive,
    reasons,
    visit_window,
    window,
)

T1 = negative("2024-01-15", MEDICAL)
T2 = negative("2024-02-14")
FIRST_USED = complete("2024-02-14", used=30)

WAIT, GAP, CYCLE = "waiting_period", "test_gap_too_short", "outside_cycle_days"
NO_T1, NO_TEST, NOT_NEGATIVE = "screening_test_missing", "test_missing", "result_not_negative"
SETTING, HOME_TEST = "setting_not_allowed", "home_test_not_permitted"
IN_CLOSED, EXPIRED = "specimen_in_closed_window", "window_expired"


class TestOfEachDay:
    def test_the_test_entered_last_counts(self):
        record = can(T1, T2, indeterminate("2024-02-14"), negative("2024-01-20"))
        assert [(test.specimen_on.isoformat(), test.id) for test in course_tests(record)] == [
            ("2024-01-15", 1),
            ("2024-01-20", 4),
            ("2024-02-14", 3),
        ]

    @pytest.mark.parametrize(
        ("specimen", "belongs"),
        [
            pytest.param("2023-12-16", True, id="from thirty days before registration it belongs to the course"),
            pytest.param("2023-12-15", False, id="from thirty-one days before registration it does not"),
        ],
    )
    def test_the_course_has_its_first(self, specimen, belongs):
        assert bool(course_tests(can(negative(specimen)))) is belongs


class TestTheScreeningTest:
    @pytest.mark.parametrize(
        ("tests", "screening"),
        [
            pytest.param([], None, id="is missing where nothing is recorded"),
            pytest.param([T1], "2024-01-15", id="is a negative in a medical setting"),
            pytest.param([negative("2024-01-15", CLIA)], "2024-01-15", id="is a negative in a laboratory"),
            pytest.param([negative("2024-01-15", HOME, has_evidence=True)], None, id="is never a home test"),
            pytest.param([positive("2024-01-15")], None, id="is never positive"),
            pytest.param([indeterminate("2024-01-15")], None, id="is never indeterminate"),
            pytest.param([T2, T1], "2024-01-15", id="is the earliest, in any order of entry"),
            pytest.param([indeterminate("2024-01-15"), T2], "2024-02-14", id="is the first that is negative"),
            pytest.param([negative("2024-01-15", HOME), T2], "2024-02-14", id="is the first in a permitted setting"),
            pytest.param([T1, indeterminate("2024-01-15")], None, id="is undone by a later entry of its day"),
            pytest.param([negative("2023-12-15"), T1], "2024-01-15", id="is dated at most thirty days before"),
            pytest.param([negative("2023-12-16"), T1], "2023-12-16", id="may be dated thirty days before"),
        ],
    )
    def test_is_the_earliest_negative_that_counts(self, tests, screening):
        told = screening_test(can(*tests))
        assert (told and told.specimen_on.isoformat()) == screening

    @pytest.mark.parametrize("year", [2006, 2010, 2021, 2024, 2027])
    @pytest.mark.parametrize(("setting", "permitted"), [(CLIA, True), (MEDICAL, True), (HOME, False)], ids=str)
    def test_is_done_in_a_medical_setting_in_every_edition(self, year, setting, permitted):
        record = can(negative(f"{year}-06-01", setting), enrolled=f"{year}-06-01")
        assert (screening_test(record) is not None) is permitted

    def test_of_a_new_course_is_dated_on_or_after_its_first_day(self):
        begun = course("2024-06-01", number=2, tests_from=day("2024-06-01"))
        assert screening_test(can(negative("2024-05-31"), course=begun)) is None
        assert screening_test(can(negative("2024-06-01"), course=begun)) is not None


class TestAPhase:
    @pytest.mark.parametrize(
        ("windows", "phase"),
        [
            pytest.param([], Phase.CONFIRMATION, id="before any window: confirmation"),
            pytest.param([window("2024-02-14")], Phase.REPEAT, id="after a missed first window: repeat"),
            pytest.param(
                [window("2024-02-14", cancelled=True)], Phase.REPEAT, id="after a cancelled first one: repeat"
            ),
            pytest.param([window("2024-02-14", used=30)], Phase.MONTHLY, id="after a dispense: monthly"),
            pytest.param(
                [window("2024-02-14", used=30), window("2024-03-14")], Phase.MONTHLY, id="after a missed later: monthly"
            ),
            pytest.param(
                [window("2024-02-14"), window("2024-03-14", used=1)], Phase.MONTHLY, id="after a repeat: monthly"
            ),
            pytest.param(
                [window("2024-02-14", used=30, course=2)], Phase.CONFIRMATION, id="after another course: confirmation"
            ),
            pytest.param([visit_window("2024-02-14")], Phase.CONFIRMATION, id="after a visit: confirmation"),
        ],
    )
    def test_is_told_by_what_came_before(self, windows, phase):
        assert phase_of(can(windows=windows)) is phase

    @pytest.mark.parametrize(
        ("windows", "asked", "phase"),
        [
            pytest.param([window("2024-02-14", used=30)], 0, Phase.CONFIRMATION, id="its own dispense came later"),
            pytest.param(
                [window("2024-02-14"), window("2024-03-14", used=30)], 1, Phase.REPEAT, id="the one before was missed"
            ),
            pytest.param(
                [window("2024-02-14", used=30), window("2024-03-14")], 1, Phase.MONTHLY, id="the one before was used"
            ),
            pytest.param(
                [window("2024-02-14", used=30), window("2024-02-14")], 1, Phase.MONTHLY, id="of one day, by entry"
            ),
            pytest.param(
                [window("2024-02-14"), window("2024-02-14", used=30)], 0, Phase.CONFIRMATION, id="of one day, the first"
            ),
        ],
    )
    def test_of_a_windows_own_test_looks_before_it(self, windows, asked, phase):
        record = can(windows=windows)
        assert phase_of(record, before=record.windows[asked]) is phase


LAB, MED, HOM = {CLIA}, {CLIA, MEDICAL}, {CLIA, MEDICAL, HOME}
ON = {
    "2006": "2006-06-01",
    "2007": "2010-06-01",
    "2007 on the day before discretion": "2020-03-21",
    "2007 under discretion": "2020-03-22",
    "2021 under discretion": "2021-12-13",
    "2021 on its last day": "2026-11-14",
    "2026": "2026-11-15",
}
ALLOWED = {
    "2006": (MED, LAB, LAB, LAB, LAB),
    "2007": (MED, LAB, LAB, LAB, LAB),
    "2007 on the day before discretion": (MED, LAB, LAB, LAB, LAB),
    "2007 under discretion": (MED, MED, MED, HOM, HOM),
    "2021 under discretion": (MED, MED, MED, HOM, HOM),
    "2021 on its last day": (MED, MED, MED, HOM, HOM),
    "2026": (MED, MED, MED, HOM, HOM),
}
CELLS = [
    pytest.param(era, phase, setting, setting in settings_, id=f"{era}: {phase.label} in {setting}")
    for era, row in ALLOWED.items()
    for phase, settings_ in zip(Phase, row, strict=True)
    for setting in (CLIA, MEDICAL, HOME)
]
DISCRETION = "2020-discretion"


class TestASetting:
    @pytest.mark.parametrize(("era", "phase", "setting", "allowed"), CELLS)
    def test_counts_by_the_specimen_day(self, era, phase, setting, allowed):
        test = negative(ON[era], setting, has_evidence=True)
        assert setting_counts(test, phase) is allowed
        assert reasons(setting_refusals(test, phase, home_permitted=True)) == ([] if allowed else [SETTING])

    @pytest.mark.parametrize(("era", "phase", "setting", "allowed"), CELLS)
    def test_names_the_overlay_without_which_it_would_not_count(self, era, phase, setting, allowed):
        relaxed = allowed and "2026" not in era and phase is not Phase.SCREENING and setting is not CLIA
        relied_on = DISCRETION if relaxed else None
        assert overlay_relied_on(negative(ON[era], setting), phase) == relied_on

    @pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.SCREENING], ids=str)
    def test_of_the_2021_edition_by_itself_is_the_laboratory(self, monkeypatch, phase):
        monkeypatch.setattr("pledge.rules.editions.OVERLAYS", ())
        assert [setting_counts(negative("2024-06-01", s), phase) for s in (CLIA, MEDICAL, HOME)] == [True, False, False]


class TestAHomeTest:
    @pytest.mark.parametrize(
        ("permitted", "evidence", "refused"),
        [
            pytest.param(True, True, [], id="with permission and evidence counts"),
            pytest.param(False, True, [HOME_TEST], id="without permission does not"),
            pytest.param(True, False, [HOME_TEST], id="without evidence does not"),
            pytest.param(False, False, [HOME_TEST], id="with neither does not"),
        ],
    )
    @pytest.mark.parametrize("on", ["2024-06-01", "2026-11-15"], ids=["under discretion", "under 2026"])
    def test_of_the_month(self, permitted, evidence, refused, on):
        test = negative(on, HOME, has_evidence=evidence)
        assert reasons(setting_refusals(test, Phase.MONTHLY, home_permitted=permitted)) == refused
        record = can(course=course("2024-01-15", home_tests_permitted=permitted))
        assert counts(record, test, Phase.MONTHLY) is (not refused)

    def test_before_treatment_is_the_wrong_place_whatever_was_permitted(self):
        test = negative("2026-12-15", HOME)
        assert reasons(setting_refusals(test, Phase.CONFIRMATION, home_permitted=False)) == [SETTING]

    def test_permission_is_not_asked_of_a_laboratory(self):
        assert reasons(setting_refusals(T2, Phase.MONTHLY, home_permitted=False)) == []


class TestTheWait:
    @pytest.mark.parametrize(
        ("specimen", "on", "clears"),
        [
            pytest.param("2024-02-13", "2024-02-13", "2024-02-14", id="is thirty days from enrollment"),
            pytest.param("2024-02-14", "2024-02-14", None, id="is over on the thirtieth"),
            pytest.param("2024-02-13", "2024-02-20", "2024-02-20", id="of an early test, shown late, clears today"),
        ],
    )
    def test_binds_the_specimen(self, specimen, on, clears):
        told = dated(timing_refusals(can(T1), negative(specimen), Phase.CONFIRMATION, day(on)))
        assert told == ({WAIT: clears} if clears else {})

    def test_binds_the_repeat_too(self):
        told = timing_refusals(can(T1), negative("2024-02-13"), Phase.REPEAT, day("2024-02-13"))
        assert reasons(told) == [WAIT]

    def test_is_not_named_without_a_day_to_count_from(self):
        record = can(T1, enrolled=None)
        assert reasons(timing_refusals(record, negative("2024-02-13"), Phase.CONFIRMATION, day("2024-02-13"))) == []

    def test_is_counted_from_a_late_consent(self):
        record = can(T1, enrolled="2024-01-30")
        told = timing_refusals(record, negative("2024-02-28"), Phase.CONFIRMATION, day("2024-02-28"))
        assert dated(told) == {WAIT: "2024-02-29"}


class TestTheGap:
    LATE_T1 = negative("2024-02-01", MEDICAL)

    @pytest.mark.parametrize(
        ("specimen", "on", "clears"),
        [
            pytest.param("2024-02-19", "2024-02-19", "2024-02-20", id="is nineteen days after T1"),
            pytest.param("2024-02-20", "2024-02-20", None, id="is over on the nineteenth"),
            pytest.param("2024-02-19", "2024-02-25", "2024-02-25", id="of an early test, shown late, clears today"),
        ],
    )
    def test_binds_the_specimen(self, specimen, on, clears):
        told = dated(timing_refusals(can(self.LATE_T1), negative(specimen), Phase.CONFIRMATION, day(on)))
        assert told == ({GAP: clears} if clears else {})

    def test_needs_a_screening_test_to_count_from(self):
        told = timing_refusals(can(), negative("2024-02-14"), Phase.CONFIRMATION, day("2024-02-14"))
        assert dated(told) == {NO_T1: None}

    def test_is_named_beside_the_wait(self):
        record = can(self.LATE_T1, enrolled="2024-02-01")
        told = timing_refusals(record, negative("2024-02-10"), Phase.CONFIRMATION, day("2024-02-10"))
        assert dated(told) == {WAIT: "2024-03-02", GAP: "2024-02-20"}

    def test_and_the_wait_are_not_asked_of_a_monthly_test(self):
        told = timing_refusals(can(), negative("2024-01-20", cycle_day=None), Phase.MONTHLY, day("2024-01-20"))
        assert reasons(told) == []


class TestTheCycleDay:
    @pytest.mark.parametrize(
        ("said", "refused"),
        [
            pytest.param({"cycle_day": 1}, False, id="first day of the period"),
            pytest.param({"cycle_day": 5}, False, id="fifth day"),
            pytest.param({"cycle_day": 6}, True, id="sixth day"),
            pytest.param({"cycle_day": 0}, True, id="day zero is none"),
            pytest.param({"cycle_day": None}, True, id="not attested"),
            *(
                pytest.param({"cycle_day": None, "cycle_exemption": exemption}, False, id=f"exempt: {exemption.label}")
                for exemption in CycleExemption
            ),
            pytest.param(
                {"cycle_day": 20, "cycle_exemption": CycleExemption.AMENORRHEA}, False, id="exempt, whatever the day"
            ),
        ],
    )
    @pytest.mark.parametrize(
        ("enrolled", "phase", "asked"),
        [
            pytest.param("2006-05-01", Phase.CONFIRMATION, True, id="2006 T2"),
            pytest.param("2010-05-01", Phase.CONFIRMATION, True, id="2007 T2"),
            pytest.param("2024-05-01", Phase.CONFIRMATION, True, id="2021 T2"),
            pytest.param("2026-12-01", Phase.CONFIRMATION, True, id="2026 T2"),
            pytest.param("2006-05-01", Phase.REPEAT, True, id="2006 repeat"),
            pytest.param("2010-05-01", Phase.REPEAT, True, id="2007 repeat"),
            pytest.param("2024-05-01", Phase.REPEAT, True, id="2021 repeat"),
            pytest.param("2026-12-01", Phase.REPEAT, False, id="2026 repeat"),
            pytest.param("2024-05-01", Phase.MONTHLY, False, id="monthly"),
        ],
    )
    def test_is_asked_before_treatment(self, said, refused, enrolled, phase, asked):
        record = can(negative(enrolled, MEDICAL), enrolled=enrolled)
        specimen = plus(enrolled, 40)
        told = timing_refusals(record, negative(specimen.isoformat(), **said), phase, specimen)
        assert reasons(told) == ([CYCLE] if refused and asked else [])

    def test_of_a_repeat_is_that_of_the_specimen_days_edition(self):
        record = can(negative("2026-10-01", MEDICAL), enrolled="2026-10-01")
        for specimen, refused in [("2026-11-14", [CYCLE]), ("2026-11-15", [])]:
            test = negative(specimen, cycle_day=None)
            assert reasons(timing_refusals(record, test, Phase.REPEAT, day("2026-11-16"))) == refused


class TestALaterResult:
    @pytest.mark.parametrize(
        ("later", "stops"),
        [
            pytest.param([], False, id="none: nothing stops"),
            pytest.param([negative("2024-02-16")], False, id="a later negative moves nothing"),
            pytest.param([indeterminate("2024-02-16")], True, id="a later indeterminate stops it"),
            pytest.param([indeterminate("2024-02-14")], True, id="one of the same day, entered later, stops it"),
            pytest.param([indeterminate("2024-02-13")], False, id="one of an earlier day does not"),
            pytest.param([positive("2024-02-16")], True, id="a later positive stops it too"),
            pytest.param([indeterminate("2024-02-16"), negative("2024-02-17")], False, id="until a later negative"),
            pytest.param([indeterminate("2024-02-16"), negative("2024-02-16")], False, id="until one of the same day"),
            pytest.param([negative("2024-02-16"), indeterminate("2024-02-16")], True, id="of one day, by entry"),
            pytest.param([negative("2024-02-15"), indeterminate("2024-02-16")], True, id="not by an earlier negative"),
            pytest.param(
                [indeterminate("2024-02-16"), negative("2024-02-17", HOME)], True, id="not by one that does not count"
            ),
            pytest.param(
                [indeterminate("2024-02-16"), negative("2024-02-17"), indeterminate("2024-02-18")], True,
                id="again after the next",
            ),
            pytest.param(
                [indeterminate("2024-02-16"), negative("2024-02-17"), negative("2024-02-18", HOME)], False,
                id="not again by what does not count",
            ),
        ],
    )  # fmt: skip
    def test_is_judged_by_specimen_day_then_entry(self, later, stops):
        record = can(T1, T2, *later)
        told = later_result_refusals(record, record.test_with_id(2), Phase.CONFIRMATION)
        assert reasons(told) == ([NOT_NEGATIVE] if stops else [])

    def test_that_ends_it_may_come_from_home_once_that_counts(self):
        later = [indeterminate("2024-03-16"), negative("2024-03-17", HOME, has_evidence=True)]
        record = can(T1, T2, *later, course=course(home_tests_permitted=True))
        after = record.test_with_id(2)
        assert reasons(later_result_refusals(record, after, Phase.MONTHLY)) == []
        assert reasons(later_result_refusals(record, after, Phase.CONFIRMATION)) == [NOT_NEGATIVE]

    def test_spoils_no_test_by_itself(self):
        record = can(T1, indeterminate("2024-02-14"))
        assert reasons(later_result_refusals(record, record.test_with_id(2), Phase.CONFIRMATION)) == []


class TestWaitingForT2:
    @pytest.mark.parametrize(
        ("record", "on", "told"),
        [
            pytest.param(
                can(T1), "2024-01-15", {WAIT: "2024-02-14", NO_TEST: "2024-02-14"}, id="the wait on enrollment day"
            ),
            pytest.param(
                can(T1), "2024-02-13", {WAIT: "2024-02-14", NO_TEST: "2024-02-14"}, id="the wait on its last day"
            ),
            pytest.param(can(T1), "2024-02-14", {NO_TEST: "2024-02-14"}, id="only the test once the wait is over"),
            pytest.param(can(T1), "2024-03-20", {NO_TEST: "2024-03-20"}, id="never a day before the act"),
            pytest.param(
                can(negative("2024-02-01", MEDICAL)),
                "2024-02-01",
                {WAIT: "2024-02-14", NO_TEST: "2024-02-20"},
                id="a late T1 moves the test to T1 and nineteen days",
            ),
            pytest.param(
                can(), "2024-02-01", {WAIT: "2024-02-14", NO_TEST: "2024-02-20"}, id="without T1, as if it were today"
            ),
            pytest.param(can(T1, enrolled=None), "2024-02-01", {NO_TEST: None}, id="no day without consent"),
            pytest.param(
                can(negative("2023-12-20", MEDICAL)),
                "2024-01-15",
                {WAIT: "2024-02-14", NO_TEST: "2024-02-14"},
                id="an early T1 shortens no wait",
            ),
            pytest.param(can(T1, windows=[FIRST_USED]), "2024-03-14", {NO_TEST: None}, id="no day on treatment"),
        ],
    )
    def test_names(self, record, on, told):
        assert dated(waiting_refusals(record, day(on))) == told


class TestASpecimen:
    @pytest.mark.parametrize(
        ("record", "specimen", "on", "refused"),
        [
            pytest.param(can(T1, T2), "2024-02-14", "2024-02-14", [], id="that qualifies has nothing against it"),
            pytest.param(can(T1, T2), "2024-02-14", "2024-02-20", [], id="may be shown on its window's last day"),
            pytest.param(can(T1, T2), "2024-02-14", "2024-02-21", [EXPIRED], id="shown later has expired"),
            pytest.param(
                can(T1, positive("2024-02-14")), "2024-02-14", "2024-02-14", [NOT_NEGATIVE], id="must be negative"
            ),
            pytest.param(
                can(T1, indeterminate("2024-02-14")), "2024-02-14", "2024-02-14", [NOT_NEGATIVE],
                id="is not negative while indeterminate",
            ),
            pytest.param(
                can(T1, negative("2024-02-14", HOME)), "2024-02-14", "2024-02-14", [SETTING],
                id="before treatment is not of home",
            ),
            pytest.param(
                can(T1, T2, indeterminate("2024-02-15")), "2024-02-14", "2024-02-15", [NOT_NEGATIVE],
                id="is stopped by a later indeterminate",
            ),
            pytest.param(
                can(T1, negative("2024-02-13", HOME, cycle_day=9), enrolled="2024-01-15"), "2024-02-13", "2024-02-25",
                [WAIT, CYCLE, SETTING, EXPIRED], id="is told everything at once",
            ),
            pytest.param(
                can(T1, T2, windows=[FIRST_USED]), "2024-02-14", "2024-02-21", [NO_TEST],
                id="that was dispensed from is spent, not expired",
            ),
            pytest.param(
                can(T1, T2, windows=[window("2024-02-14")]), "2024-02-14", "2024-02-21", [EXPIRED],
                id="whose window closed unused has expired",
            ),
            pytest.param(
                can(T1, T2, windows=[window("2024-02-14", last="2024-02-16", stopped=True)]), "2024-02-14",
                "2024-02-17", [EXPIRED], id="whose window was stopped has expired at once",
            ),
            pytest.param(
                can(T1, T2, windows=[window("2024-02-14", cancelled=True)]), "2024-02-14", "2024-02-15", [IN_CLOSED],
                id="whose first window was cancelled never counts again",
            ),
            pytest.param(
                can(T1, T2, negative("2024-03-14"), windows=[FIRST_USED, window("2024-03-14", cancelled=True)]),
                "2024-03-14", "2024-03-16", [], id="whose later window was cancelled may count again",
            ),
            pytest.param(
                can(T1, T2, negative("2024-03-14"), windows=[FIRST_USED, window("2024-03-14", cancelled=True)]),
                "2024-03-14", "2024-03-21", [EXPIRED], id="may count again only while its days last",
            ),
            pytest.param(
                can(
                    T1, T2, negative("2024-03-14"),
                    windows=[FIRST_USED, window("2024-03-14", cancelled=True), window("2024-03-14", used=30)],
                ),
                "2024-03-14", "2024-03-21", [NO_TEST], id="is spent by the window that it opened again",
            ),
            pytest.param(
                can(T1, T2, negative("2024-02-18"), windows=[FIRST_USED]), "2024-02-18", "2024-02-21", [IN_CLOSED],
                id="from inside a closed window does not count",
            ),
            pytest.param(
                can(T1, T2, negative("2024-02-21"), windows=[FIRST_USED]), "2024-02-21", "2024-02-21", [],
                id="from the day after a closed window does",
            ),
            pytest.param(
                can(T1, T2, negative("2024-03-14", cycle_day=None), windows=[FIRST_USED]), "2024-03-14", "2024-03-14",
                [], id="of a later month needs no cycle day",
            ),
            pytest.param(
                can(T1, T2, negative("2024-03-04", cycle_day=None), windows=[window("2024-02-14")]), "2024-03-04",
                "2024-03-04", [CYCLE], id="repeated needs the cycle day through 2021",
            ),
        ],
    )  # fmt: skip
    def test_is_judged(self, record, specimen, on, refused):
        test = record.test_on(day(specimen))
        assert reasons(specimen_refusals(record, test, day(on))) == refused

    def test_of_2006_expires_with_the_week_of_its_visit(self):
        record = can(negative("2006-05-01", MEDICAL), negative("2006-05-31"), enrolled="2006-05-01")
        test = record.test_on(day("2006-05-31"))
        for visit, on, refused in [
            ("2006-06-05", "2006-06-11", []),
            ("2006-06-05", "2006-06-12", [EXPIRED]),
            (None, "2006-06-30", []),
        ]:
            told = specimen_refusals(record, test, day(on), visit_on=visit and day(visit))
            assert reasons(told) == refused

    def test_whose_own_window_was_missed_is_judged_as_t2_not_as_its_repeat(self):
        record = can(
            negative("2026-11-15", MEDICAL), negative("2026-12-15", cycle_day=None), enrolled="2026-11-15",
            windows=[window("2026-12-15")],
        )  # fmt: skip
        test = record.test_on(day("2026-12-15"))
        assert reasons(specimen_refusals(record, test, day("2026-12-22"))) == [CYCLE, EXPIRED]

    def test_of_home_counts_with_permission_and_evidence_in_a_later_month(self):
        monthly = negative("2024-03-14", HOME, has_evidence=True)
        for permitted, refused in [(True, []), (False, [HOME_TEST])]:
            record = can(T1, T2, monthly, windows=[FIRST_USED], course=course(home_tests_permitted=permitted))
            test = record.test_on(day("2024-03-14"))
            assert reasons(specimen_refusals(record, test, day("2024-03-14"))) == refused

    def test_of_home_and_permitted_ends_an_earlier_doubt(self):
        tests = [indeterminate("2024-03-14"), negative("2024-03-15", HOME, has_evidence=True)]
        record = can(T1, T2, *tests, windows=[FIRST_USED], course=course(home_tests_permitted=True))
        assert reasons(specimen_refusals(record, record.test_on(day("2024-03-15")), day("2024-03-15"))) == []


class TestTheNewestTest:
    @pytest.mark.parametrize(
        ("record", "on", "told"),
        [
            pytest.param(
                can(), "2024-01-20", {NO_T1: None, WAIT: "2024-02-14", NO_TEST: "2024-02-14"}, id="nothing recorded"
            ),
            pytest.param(
                can(indeterminate("2024-01-15", MEDICAL)), "2024-02-20",
                {NO_T1: None, NOT_NEGATIVE: None, NO_TEST: "2024-03-10"}, id="indeterminate instead of T1",
            ),
            pytest.param(
                can(positive("2024-01-15", MEDICAL)), "2024-02-20",
                {NO_T1: None, NOT_NEGATIVE: None, NO_TEST: "2024-03-10"}, id="positive instead of T1",
            ),
            pytest.param(
                can(negative("2024-01-15", HOME)), "2024-02-20",
                {NO_T1: None, SETTING: None, NO_TEST: "2024-03-10"}, id="at home instead of T1",
            ),
            pytest.param(
                can(indeterminate("2024-01-15", HOME)), "2024-02-20",
                {NO_T1: None, NOT_NEGATIVE: None, SETTING: None, NO_TEST: "2024-03-10"},
                id="indeterminate at home instead of T1",
            ),
            pytest.param(
                can(indeterminate("2024-01-15", MEDICAL), negative("2024-01-16", HOME)), "2024-02-20",
                {NO_T1: None, SETTING: None, NO_TEST: "2024-03-10"}, id="only the newest of them is named",
            ),
            pytest.param(
                can(negative("2023-12-01", HOME)), "2024-02-20", {NO_T1: None, NO_TEST: "2024-03-10"},
                id="from before the course is none",
            ),
            pytest.param(
                can(T1), "2024-01-15", {WAIT: "2024-02-14", NO_TEST: "2024-02-14"}, id="T1 alone is never judged as T2"
            ),
            pytest.param(can(T1), "2024-03-20", {NO_TEST: "2024-03-20"}, id="T1 alone, after the wait, is no T2"),
            pytest.param(can(T1, T2), "2024-02-14", {}, id="T2 that qualifies"),
            pytest.param(can(T2, T1), "2024-02-14", {}, id="T2 entered before T1"),
            pytest.param(can(T1, T2), "2024-02-21", {EXPIRED: None}, id="T2 whose days are over"),
            pytest.param(
                can(T1, T2, windows=[FIRST_USED]), "2024-02-21", {NO_TEST: None}, id="T2 that was dispensed from"
            ),
            pytest.param(
                can(T1, negative("2024-02-01")), "2024-02-01", {WAIT: "2024-02-14", GAP: "2024-02-03"},
                id="T2 too early in both ways",
            ),
            pytest.param(
                can(T1, T2, indeterminate("2024-02-16")), "2024-02-16", {NOT_NEGATIVE: None},
                id="an indeterminate after T2",
            ),
        ],
    )  # fmt: skip
    def test_is_told(self, record, on, told):
        assert dated(newest_test_refusals(record, day(on))) == told

    @given(enrolled=st.integers(0, 60), screened=st.integers(-30, 60), on=st.integers(0, 120))
    @FEW
    def test_is_asked_for_on_a_day_on_which_it_may_be_taken(self, enrolled, screened, on):
        first = day("2024-01-15")
        record = can(
            negative(plus(first, screened).isoformat(), MEDICAL),
            course=course(plus(first, enrolled).isoformat(), tests_from=plus(first, -30)),
        )
        act = plus(first, max(on, enrolled, screened))
        (named,) = [refusal for refusal in newest_test_refusals(record, act) if refusal.code == NO_TEST]
        assert named.clears_on >= act
        done = can(record.tests[0], negative(named.clears_on.isoformat()), course=record.course)
        assert not list(newest_test_refusals(done, named.clears_on))


class TestAConfirmedSpecimen:
    @pytest.mark.parametrize(
        ("record", "specimen", "on", "told"),
        [
            pytest.param(can(T1, T2), "2024-02-14", "2024-02-14", {}, id="that qualifies"),
            pytest.param(can(T1, T2), "2024-02-15", "2024-02-15", {NO_TEST: None}, id="that was never recorded"),
            pytest.param(
                can(T1, T2), "2024-01-15", "2024-02-15", {NO_TEST: "2024-02-15"}, id="that is the screening test"
            ),
            pytest.param(
                can(T1), "2024-01-15", "2024-01-15", {WAIT: "2024-02-14", NO_TEST: "2024-02-14"},
                id="that is the only one, and T1",
            ),
            pytest.param(
                can(T1, T2, windows=[FIRST_USED]), "2024-01-15", "2024-03-14", {NO_TEST: None},
                id="that is the screening test of who is on treatment",
            ),
            pytest.param(
                can(), "2024-01-20", "2024-01-20", {NO_T1: None, WAIT: "2024-02-14", NO_TEST: "2024-02-14"},
                id="never recorded, without T1: as check",
            ),
            pytest.param(
                can(negative("2024-02-14", HOME)), "2024-02-14", "2024-02-14",
                {NO_T1: None, SETTING: None, NO_TEST: "2024-03-04"}, id="of home, without T1: as check",
            ),
            pytest.param(
                can(negative("2023-12-01"), T1, T2), "2023-12-01", "2024-02-14", {NO_TEST: None},
                id="from before the course",
            ),
            pytest.param(
                can(negative("2023-12-16"), T1, T2), "2023-12-16", "2024-02-14", {NO_TEST: "2024-02-14"},
                id="from the course's first possible day, then T1",
            ),
            pytest.param(
                can(T1, T2, negative("2024-02-15", HOME)), "2024-02-14", "2024-02-16", {},
                id="that is not the newest, yet qualifies",
            ),
            pytest.param(
                can(T1, T2, indeterminate("2024-02-14")), "2024-02-14", "2024-02-14", {NOT_NEGATIVE: None},
                id="of a day whose last entry is indeterminate",
            ),
            pytest.param(
                can(T1, indeterminate("2024-02-14"), T2), "2024-02-14", "2024-02-14", {},
                id="of a day whose last entry is negative",
            ),
        ],
    )  # fmt: skip
    def test_is_told(self, record, specimen, on, told):
        assert dated(confirmed_specimen_refusals(record, day(specimen), day(on), None)) == told

    def test_of_2006_is_judged_with_its_visit(self):
        record = can(negative("2006-05-01", MEDICAL), negative("2006-05-31"), enrolled="2006-05-01")
        told = confirmed_specimen_refusals(record, day("2006-05-31"), day("2006-06-12"), day("2006-06-05"))
        assert reasons(told) == [EXPIRED]


class TestTheTestOfAnOpenWindow:
    @pytest.mark.parametrize(
        ("record", "told"),
        [
            pytest.param(can(T1, T2, windows=[complete("2024-02-14")]), {}, id="stands"),
            pytest.param(can(T1, windows=[complete("2024-02-14")]), {NO_TEST: None}, id="is gone"),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14", used=10)]), {}, id="stands after a part was dispensed"
            ),
            pytest.param(
                can(T1, T2, indeterminate("2024-02-15"), windows=[complete("2024-02-14")]), {NOT_NEGATIVE: None},
                id="is stopped by a later indeterminate",
            ),
            pytest.param(
                can(T1, T2, indeterminate("2024-02-15"), negative("2024-02-16"), windows=[complete("2024-02-14")]), {},
                id="goes on after a later negative",
            ),
            pytest.param(
                can(negative("2024-02-01", MEDICAL), T2, windows=[complete("2024-02-14")]), {GAP: "2024-02-20"},
                id="is too early once T1 was corrected",
            ),
            pytest.param(can(T2, windows=[complete("2024-02-14")]), {GAP: "2024-03-04"}, id="is T1 itself now"),
            pytest.param(
                can(indeterminate("2024-01-15"), a_test("2024-02-14", Result.NEGATIVE, HOME),
                    windows=[complete("2024-02-14")]),
                {NO_T1: None, SETTING: None}, id="is of home before treatment, and without T1",
            ),
        ],
    )  # fmt: skip
    def test_is_judged_again(self, record, told):
        (opened,) = record.windows
        assert dated(open_window_refusals(record, opened, day("2024-02-16"))) == told

    def test_of_a_later_month_needs_no_cycle_day(self):
        monthly = negative("2024-03-14", cycle_day=None)
        record = can(T1, T2, monthly, windows=[FIRST_USED, complete("2024-03-14")])
        assert reasons(open_window_refusals(record, record.windows[1], day("2024-03-15"))) == []

    def test_keeps_its_home_permission_when_it_is_withdrawn(self):
        monthly = negative("2024-03-14", HOME)
        record = can(T1, T2, monthly, windows=[FIRST_USED, complete("2024-03-14")])
        assert reasons(open_window_refusals(record, record.windows[1], day("2024-03-15"))) == []

    def test_needs_home_to_count_on_its_corrected_day(self):
        monthly = negative("2010-03-14", HOME)
        record = can(
            negative("2010-01-15"), negative("2010-02-14"), monthly, enrolled="2010-01-15",
            windows=[complete("2010-02-14", used=30), complete("2010-03-14")],
        )  # fmt: skip
        assert reasons(open_window_refusals(record, record.windows[1], day("2010-03-15"))) == [SETTING]

    def test_is_barred_where_a_correction_moved_it_into_a_closed_window(self):
        record = can(T1, T2, negative("2024-02-18"), windows=[FIRST_USED, complete("2024-02-18")])
        assert dated(open_window_refusals(record, record.windows[1], day("2024-02-22"))) == {IN_CLOSED: "2024-02-22"}

    def test_counts_a_later_negative_by_the_windows_own_phase(self):
        monthly = [indeterminate("2024-02-15"), negative("2024-02-16", HOME, has_evidence=True)]
        record = can(
            T1, T2, *monthly, windows=[complete("2024-02-14", used=10)], course=course(home_tests_permitted=True)
        )
        assert reasons(open_window_refusals(record, record.windows[0], day("2024-02-17"))) == [NOT_NEGATIVE]


class TestTheOverlaysOfAConfirmation:
    MEDICAL_T2 = negative("2024-02-14", MEDICAL)

    @pytest.mark.parametrize(
        ("record", "specimen", "named"),
        [
            pytest.param(can(T1, MEDICAL_T2), "2024-02-14", True, id="T2 in a medical setting relies on it"),
            pytest.param(can(T1, T2), "2024-02-14", False, id="T2 in a laboratory does not"),
            pytest.param(can(T1, MEDICAL_T2), "2024-01-15", False, id="T1 does not"),
            pytest.param(can(T1, MEDICAL_T2), "2024-02-15", False, id="a test never recorded does not"),
            pytest.param(can(T1, MEDICAL_T2), None, False, id="no specimen does not"),
            pytest.param(can(positive("2024-02-14", MEDICAL)), "2024-02-14", False, id="nor one without T1"),
            pytest.param(can(T1, MEDICAL_T2, category=CANNOT), "2024-02-14", False, id="nor who cannot"),
            pytest.param(
                can(T1, T2, negative("2024-03-14", HOME), windows=[FIRST_USED]), "2024-03-14", True,
                id="a home test of a later month relies on it",
            ),
            pytest.param(can(T1, negative("2024-02-14", HOME)), "2024-02-14", False, id="a home T2 counts nowhere"),
            pytest.param(
                can(T1, negative("2024-02-14", HOME), windows=[complete("2024-02-14", used=30)]), "2024-02-14", False,
                id="its own window's dispense makes it no monthly test",
            ),
            pytest.param(
                can(negative("2026-10-01"), negative("2026-11-15", MEDICAL), enrolled="2026-10-01"), "2026-11-15",
                False, id="nothing does under 2026",
            ),
        ],
    )  # fmt: skip
    def test_are_named(self, record, specimen, named):
        told = confirmed_overlays(record, specimen and day(specimen), day("2024-02-15"))
        assert told == ((DISCRETION,) if named else ())

    @pytest.mark.parametrize(
        ("on", "named"),
        [
            pytest.param("2024-02-20", True, id="while the window is open"),
            pytest.param("2024-02-21", False, id="no longer once it is spent"),
        ],
    )
    def test_of_a_specimen_dispensed_from_are_named(self, on, named):
        record = can(T1, self.MEDICAL_T2, windows=[FIRST_USED])
        assert confirmed_overlays(record, day("2024-02-14"), day(on)) == ((DISCRETION,) if named else ())

    def test_of_a_specimen_whose_window_closed_unused_are_named_still(self):
        record = can(T1, self.MEDICAL_T2, windows=[window("2024-02-14")])
        assert confirmed_overlays(record, day("2024-02-14"), day("2024-03-01")) == (DISCRETION,)

    def test_are_looked_for_with_the_window_that_a_cancelled_one_made_room_for(self):
        record = can(
            T1, T2, negative("2024-03-14", HOME),
            windows=[FIRST_USED, window("2024-03-14", cancelled=True), window("2024-03-14")],
        )  # fmt: skip
        assert confirmed_overlays(record, day("2024-03-14"), day("2024-03-14")) == (DISCRETION,)


class TestEveryDay:
    @given(
        offsets=st.lists(st.integers(-20, 80), max_size=4),
        results=st.lists(st.sampled_from(Result), min_size=4, max_size=4),
        on=st.integers(0, 90),
    )
    @FEW
    def test_that_is_named_lies_on_or_after_the_act(self, offsets, results, on):
        first = day("2024-01-15")
        tests = [
            a_test(plus(first, offset).isoformat(), result) for offset, result in zip(offsets, results, strict=False)
        ]
        record = can(*tests, windows=[window("2024-02-14", last="2024-02-20")])
        act = plus(first, on)
        assert edition_on(act).name == "2021"
        for refusal in newest_test_refusals(record, act):
            assert refusal.clears_on is None or refusal.clears_on >= act

    def test_asks_no_test_of_who_cannot_become_pregnant(self):
        assert confirmed_overlays(cannot(), day("2024-02-14"), day("2024-02-14")) == ()
