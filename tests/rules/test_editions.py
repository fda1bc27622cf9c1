"""Section 2, cell by cell: what each edition allows, what the overlay adds, and when each is in force."""

from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from pledge.rules.dispensing import authorizing
from pledge.rules.editions import (
    EDITIONS,
    OVERLAYS,
    Anchor,
    LockoutScope,
    NoEdition,
    edition_named,
    edition_on,
    editions_from,
    first_day_of_the_rules,
    overlays_on,
)
from pledge.rules.lockout import lockout_of, lockout_refusals
from pledge.rules.vocabulary import TestPhase as Phase
from pledge.rules.windows import window_span
from tests.rules.builders import (
    CAN,
    CANNOT,
    CERTIFIED,
    CLIA,
    HOME,
    MEDICAL,
    can,
    cannot,
    complete,
    dated,
    day,
    moved,
    negative,
    reasons,
    visit_window,
)

ALL = ["2006", "2007", "2021", "2026"]
BEFORE_2026 = ["2006", "2007", "2021"]

LABORATORY = {CLIA}
MEDICAL_SETTINGS = {CLIA, MEDICAL}
MEDICAL_OR_HOME = {CLIA, MEDICAL, HOME}


class TestTheEditionInForce:
    @pytest.mark.parametrize(
        ("on", "name"),
        [
            pytest.param("2006-03-01", "2006", id="on the program's first day"),
            pytest.param("2007-12-01", "2006", id="on the last day of the 2006 edition"),
            pytest.param("2007-12-02", "2007", id="on the first day of the 2007 edition"),
            pytest.param("2020-03-22", "2007", id="on the day discretion begins, which is no edition"),
            pytest.param("2021-12-12", "2007", id="on the last day of the 2007 edition"),
            pytest.param("2021-12-13", "2021", id="on the first day of the 2021 edition"),
            pytest.param("2026-02-09", "2021", id="on the day the 2026 edition is approved"),
            pytest.param("2026-08-08", "2021", id="on the day first announced for the 2026 edition"),
            pytest.param("2026-11-14", "2021", id="on the last day of the 2021 edition"),
            pytest.param("2026-11-15", "2026", id="on the first day of the 2026 edition"),
            pytest.param("2099-01-01", "2026", id="long after"),
        ],
    )
    def test_is_the_newest_that_has_begun(self, on, name):
        assert edition_on(day(on)).name == name

    def test_is_none_before_the_first(self):
        with pytest.raises(NoEdition) as refused:
            edition_on(day("2006-02-28"))
        assert str(refused.value) == "no edition of the rules was in force on 2006-02-28"

    def test_begins_with_the_programs_first_day(self):
        assert first_day_of_the_rules() == day("2006-03-01")
        assert edition_on(first_day_of_the_rules()).name == "2006"

    @pytest.mark.parametrize(
        ("on", "names"),
        [
            pytest.param("2006-03-01", ALL, id="all four from the first day"),
            pytest.param("2021-12-12", ["2007", "2021", "2026"], id="three on the last day of 2007"),
            pytest.param("2021-12-13", ["2021", "2026"], id="two from the first day of 2021"),
            pytest.param("2026-11-15", ["2026"], id="one from the first day of 2026"),
        ],
    )
    def test_is_followed_by_the_later_ones_in_order(self, on, names):
        assert [edition.name for edition in editions_from(day(on))] == names

    @pytest.mark.parametrize("name", ALL)
    def test_is_found_by_name(self, name):
        assert edition_named(name).name == name

    def test_bears_no_other_name(self):
        with pytest.raises(NoEdition) as unknown:
            edition_named("2012")
        assert str(unknown.value) == "no edition is named '2012'"

    @pytest.mark.parametrize(
        ("part", "number"),
        [
            pytest.param(edition_named("2021"), "supply_days", id="an edition"),
            pytest.param(edition_named("2021").windows[CAN], "days", id="its window"),
            pytest.param(edition_named("2021").lockout, "days", id="its lockout"),
            pytest.param(OVERLAYS[0], "through", id="an overlay"),
        ],
    )
    def test_cannot_be_edited_in_place(self, part, number):
        with pytest.raises(FrozenInstanceError):
            setattr(part, number, 60)


class TestAnEditionTells:
    @pytest.mark.parametrize(
        ("name", "effective", "approved", "announced", "source"),
        [
            pytest.param("2006", "2006-03-01", None, ["2006-03-01"], "S23 S44", id="2006"),
            pytest.param("2007", "2007-12-02", None, ["2007-12-02"], "S23 S44", id="2007"),
            pytest.param("2021", "2021-12-13", None, ["2021-12-13"], "S13 S14", id="2021"),
            pytest.param(
                "2026",
                "2026-11-15",
                "2026-02-09",
                ["2026-08-08", "2026-11-15"],
                "S1 S3 S7 S9 S10 S11",
                id="2026, first announced for August",
            ),
        ],
    )
    def test_its_days_and_its_source(self, name, effective, approved, announced, source):
        edition = edition_named(name)
        assert edition.effective_on == day(effective)
        assert edition.approved_on == (day(approved) if approved else None)
        assert edition.announced_for == tuple(day(announcement) for announcement in announced)
        assert edition.source == source

    def test_that_it_begins_after_the_one_before(self):
        days = [edition.effective_on for edition in EDITIONS]
        assert days == sorted(set(days))


class TestTheWindow:
    @pytest.mark.parametrize(
        ("name", "category", "anchor", "days_after_first"),
        [
            pytest.param("2006", CAN, Anchor.VISIT, 6, id="2006 can: seven days from the visit, which is day one"),
            pytest.param("2007", CAN, Anchor.SPECIMEN, 6, id="2007 can: seven days from the specimen"),
            pytest.param("2021", CAN, Anchor.SPECIMEN, 6, id="2021 can: seven days from the specimen"),
            pytest.param("2026", CAN, Anchor.SPECIMEN, 6, id="2026 can: seven days from the specimen"),
            pytest.param("2006", CANNOT, Anchor.VISIT, 6, id="2006 cannot: seven days from the visit"),
            pytest.param("2007", CANNOT, Anchor.VISIT, 30, id="2007 cannot: the visit and thirty days"),
            pytest.param("2021", CANNOT, Anchor.VISIT, 30, id="2021 cannot: the visit and thirty days"),
        ],
    )
    def test_is_counted_from_its_anchor(self, name, category, anchor, days_after_first):
        rule = edition_named(name).windows[category]
        assert (rule.anchor, rule.days_after_first) == (anchor, days_after_first)

    def test_of_those_who_cannot_become_pregnant_is_gone_in_2026(self):
        assert set(edition_named("2026").windows) == {CAN}

    def test_counts_its_first_day_only_where_the_parameter_says_so(self):
        rule = edition_named("2021").windows[CANNOT]
        assert not rule.day_one_counts
        assert edition_named("2021").windows[CAN].day_one_counts


class TestTheLockout:
    @pytest.mark.parametrize(
        ("name", "scope", "anchor", "days", "binds_specimen"),
        [
            pytest.param("2006", LockoutScope.EVERY, Anchor.LAST_DAY, 23, False, id="2006: every window, 23 days"),
            pytest.param("2007", LockoutScope.MISSED_FIRST, Anchor.SPECIMEN, 19, True, id="2007: missed first window"),
            pytest.param("2021", LockoutScope.MISSED_FIRST, Anchor.SPECIMEN, 19, True, id="2021: missed first window"),
        ],
    )
    def test_follows_what_the_edition_says(self, name, scope, anchor, days, binds_specimen):
        rule = edition_named(name).lockout
        assert (rule.scope, rule.anchor, rule.days, rule.binds_specimen) == (scope, anchor, days, binds_specimen)

    def test_is_gone_in_2026(self):
        assert edition_named("2026").lockout is None


SETTINGS = {
    "2006": (MEDICAL_SETTINGS, LABORATORY, LABORATORY, LABORATORY, LABORATORY),
    "2007": (MEDICAL_SETTINGS, LABORATORY, LABORATORY, LABORATORY, LABORATORY),
    "2021": (MEDICAL_SETTINGS, LABORATORY, LABORATORY, LABORATORY, LABORATORY),
    "2026": (MEDICAL_SETTINGS, MEDICAL_SETTINGS, MEDICAL_SETTINGS, MEDICAL_OR_HOME, MEDICAL_OR_HOME),
}


class TestTheSettings:
    @pytest.mark.parametrize(
        ("name", "phase", "allowed"),
        [
            pytest.param(name, phase, allowed, id=f"{name}: {phase.label}")
            for name, row in SETTINGS.items()
            for phase, allowed in zip(Phase, row, strict=True)
        ],
    )
    def test_of_each_kind_of_test_are_those_of_the_table(self, name, phase, allowed):
        assert edition_named(name).settings[phase] == allowed

    @pytest.mark.parametrize(
        ("name", "asked"),
        [(name, True) for name in BEFORE_2026] + [("2026", False)],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_ask_the_cycle_day_of_a_repeat_through_2021_only(self, name, asked):
        assert edition_named(name).cycle_days_on_repeat is asked


class TestTheNumbers:
    @pytest.mark.parametrize("name", ALL)
    @pytest.mark.parametrize(
        ("number", "value"),
        [
            pytest.param("cycle_days", 5, id="T2 in the first five days of the period"),
            pytest.param("wait_days", 30, id="thirty days from enrollment to T2"),
            pytest.param("screening_gap_days", 19, id="nineteen days from T1 to T2"),
            pytest.param("screening_lead_days", 30, id="T1 at most thirty days before registration"),
            pytest.param("supply_days", 30, id="thirty days' supply"),
            pytest.param("supply_left_days", 7, id="seven days of supply left"),
            pytest.param("windowless_lapse_days", 30, id="lapses thirty days after issue without a date"),
            pytest.param("post_treatment_days", 30, id="T5 thirty days after the last dose"),
            pytest.param("age_of_majority", 18, id="a guardian signs under eighteen"),
        ],
    )
    def test_are_the_same_in_every_edition(self, name, number, value):
        assert getattr(edition_named(name), number) == value


class TestTheDiscretionOf2020:
    @pytest.mark.parametrize(
        ("on", "names"),
        [
            pytest.param("2020-03-21", [], id="not yet the day before"),
            pytest.param("2020-03-22", ["2020-discretion"], id="from its first day"),
            pytest.param("2021-12-13", ["2020-discretion"], id="across the change to the 2021 edition"),
            pytest.param("2026-11-14", ["2020-discretion"], id="through its last day"),
            pytest.param("2026-11-15", [], id="no longer under the 2026 edition"),
        ],
    )
    def test_is_in_force_for_its_days(self, on, names):
        assert [overlay.name for overlay in overlays_on(day(on))] == names

    @pytest.mark.parametrize(
        ("phase", "allowed"),
        [
            pytest.param(Phase.CONFIRMATION, MEDICAL_SETTINGS, id="confirmation test in a medical setting"),
            pytest.param(Phase.REPEAT, MEDICAL_SETTINGS, id="repeated test in a medical setting"),
            pytest.param(Phase.MONTHLY, MEDICAL_OR_HOME, id="monthly test also at home"),
            pytest.param(Phase.POST_TREATMENT, MEDICAL_OR_HOME, id="post-treatment test also at home"),
        ],
    )
    def test_adds_settings(self, phase, allowed):
        (overlay,) = OVERLAYS
        assert overlay.settings[phase] == allowed

    def test_leaves_the_screening_test_alone_and_names_its_source(self):
        (overlay,) = OVERLAYS
        assert Phase.SCREENING not in overlay.settings
        assert overlay.source == "S10 S29"


LATER = "2027-03-01"


class TestMovingAnEdition:
    """The 2026 edition has slipped once; should it slip again, one line changes and the past does not."""

    @pytest.mark.parametrize(
        "on", ["2006-03-01", "2007-12-02", "2021-12-13", "2024-02-29", "2026-11-14"], ids=lambda on: f"of {on}"
    )
    def test_leaves_old_editions_in_force(self, monkeypatch, on):
        before = edition_on(day(on))
        moved(monkeypatch, "2026", LATER)
        assert edition_on(day(on)) == before

    def test_replays_an_old_decision_unchanged(self, monkeypatch):
        record = can(
            negative("2024-01-15", MEDICAL),
            negative("2024-02-14", MEDICAL),
            windows=[complete("2024-02-14")],
        )
        before = authorizing(record, CERTIFIED, 30, day("2024-02-20"))
        moved(monkeypatch, "2026", LATER)
        assert before.allowed
        assert authorizing(record, CERTIFIED, 30, day("2024-02-20")) == before

    def test_replays_an_old_refusal_unchanged(self, monkeypatch):
        record = can(negative("2024-01-15", MEDICAL), negative("2024-02-14"), windows=[complete("2024-02-14")])
        before = authorizing(record, CERTIFIED, 30, day("2024-02-21"))
        moved(monkeypatch, "2026", LATER)
        assert "locked_out" in reasons(before.refusals)
        assert authorizing(record, CERTIFIED, 30, day("2024-02-21")) == before

    def test_keeps_the_old_edition_longer(self, monkeypatch):
        moved(monkeypatch, "2026", LATER)
        assert edition_on(day("2027-02-28")).name == "2021"
        assert edition_on(day(LATER)).name == "2026"

    def test_keeps_old_windows_longer(self, monkeypatch):
        assert window_span(CANNOT, specimen_on=None, visit_on=day("2026-11-20")) is None
        moved(monkeypatch, "2026", LATER)
        span = window_span(CANNOT, specimen_on=None, visit_on=day("2026-11-20"))
        assert span == (day("2026-11-20"), day("2026-12-20"))

    def test_keeps_a_lockout_running_longer(self, monkeypatch):
        record = can(
            negative("2026-09-01", MEDICAL), negative("2026-11-02"), enrolled="2026-09-01",
            windows=[complete("2026-11-02")],
        )  # fmt: skip
        assert lockout_of(record.windows[0], record) == (day("2026-11-09"), day("2026-11-14"))
        moved(monkeypatch, "2026", LATER)
        assert lockout_of(record.windows[0], record) == (day("2026-11-09"), day("2026-11-20"))
        assert dated(lockout_refusals(record, day("2026-11-15"))) == {"locked_out": "2026-11-21"}

    def test_lets_a_printed_date_live_on(self, monkeypatch):
        record = cannot(windows=[visit_window("2026-11-20")])
        at = day("2026-11-21")
        assert authorizing(record, CERTIFIED, 30, at).do_not_dispense_after is None
        moved(monkeypatch, "2026", LATER)
        assert authorizing(record, CERTIFIED, 30, at).do_not_dispense_after == date(2026, 12, 20)
