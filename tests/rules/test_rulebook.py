"""An edition in words, and the digest that stands for all it says."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest

from pledge.rules.editions import EDITIONS, OVERLAYS, Edition, NoEdition, WindowRule
from pledge.rules.rulebook import differences, digest_of, parameters, rules_named, settings_of
from pledge.rules.vocabulary import TestPhase as Phase
from pledge.rules.vocabulary import TestSetting as Setting
from tests.rules.builders import CAN

EDITION = EDITIONS[-2]  # it has a window for both, and a lockout
OTHER = {
    "name": "other",
    "effective_on": EDITION.effective_on + timedelta(days=1),
    "approved_on": date(2021, 1, 1),
    "announced_for": (),
    "source": "hearsay",
    "windows": {CAN: EDITION.windows[CAN]},
    "lockout": None,
    "settings": {**EDITION.settings, Phase.MONTHLY: frozenset({Setting.HOME})},
    "cycle_days_on_repeat": False,
}


def other(field: str) -> object:
    return OTHER[field] if field in OTHER else getattr(EDITION, field) + 1


class TestADigest:
    @pytest.mark.parametrize("field", [field.name for field in fields(Edition)])
    def test_differs_with_every_date_number_and_permission(self, field: str) -> None:
        assert digest_of(replace(EDITION, **{field: other(field)})) != digest_of(EDITION)

    @pytest.mark.parametrize("part", [{"days": 8}, {"day_one_counts": False}])
    def test_differs_with_every_part_of_a_window(self, part: dict[str, int]) -> None:
        windows = {**EDITION.windows, CAN: replace(EDITION.windows[CAN], **part)}
        assert digest_of(replace(EDITION, windows=windows)) != digest_of(EDITION)

    def test_differs_with_the_last_day_of_an_overlay(self) -> None:
        moved = replace(OVERLAYS[0], through=OVERLAYS[0].through + timedelta(days=1))
        assert digest_of(moved) != digest_of(OVERLAYS[0])

    def test_does_not_depend_on_the_order_of_anything(self) -> None:
        turned = dict(reversed(EDITION.settings.items()))
        assert digest_of(replace(EDITION, settings=turned)) == digest_of(EDITION)

    def test_is_another_for_each(self) -> None:
        everything = (*EDITIONS, *OVERLAYS)
        assert len({digest_of(rules) for rules in everything}) == len(everything)


class TestAnEdition:
    def test_says_the_same_things_in_the_same_order_as_every_other(self) -> None:
        assert len({tuple(one.label for one in parameters(edition)) for edition in EDITIONS}) == 1

    @pytest.mark.parametrize("field", ["windows", "lockout", "settings", "cycle_days_on_repeat", "wait_days"])
    def test_shows_in_words_what_differs(self, field: str) -> None:
        assert len(differences(EDITION, replace(EDITION, **{field: other(field)}))) == 1

    @pytest.mark.parametrize("field", [f.name for f in fields(Edition) if isinstance(getattr(EDITION, f.name), int)])
    def test_names_every_number(self, field: str) -> None:
        (found,) = differences(EDITION, replace(EDITION, **{field: other(field)}))
        assert found.before != found.after

    def test_of_2026_has_no_lockout(self) -> None:
        said = {one.label: (one.before, one.after) for one in differences(EDITIONS[-2], EDITIONS[-1])}
        assert said["lockout"][1] == "none"
        assert "window: cannot become pregnant" in said

    def test_says_that_a_lockout_binds_the_new_specimen(self) -> None:
        assert EDITION.lockout is not None
        freed = replace(EDITION, lockout=replace(EDITION.lockout, binds_specimen=False))
        assert [one.label for one in differences(EDITION, freed)] == ["lockout"]

    def test_counts_the_first_day_of_a_window_in_words(self) -> None:
        rule = WindowRule(EDITION.windows[CAN].anchor, days=7, day_one_counts=False)
        assert differences(EDITION, replace(EDITION, windows={**EDITION.windows, CAN: rule}))


class TestAName:
    def test_finds_an_edition_or_an_overlay(self) -> None:
        assert [rules_named(rules.name) for rules in (*EDITIONS, *OVERLAYS)] == [*EDITIONS, *OVERLAYS]

    def test_that_nothing_bears_is_no_edition(self) -> None:
        with pytest.raises(NoEdition):
            rules_named("1999")


def test_an_overlay_names_only_what_it_adds() -> None:
    assert [one.label for one in settings_of(OVERLAYS[0].settings)] == [phase.label for phase in OVERLAYS[0].settings]
