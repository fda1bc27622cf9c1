"""A module, an action and a rule each fit in one look."""

from pathlib import Path

import pytest

from tests.architecture.source import APPS, decorators, functions, lines_of, modules, name

LONGEST_MODULE, LONGEST_ACTION, LONGEST_RULE = 250, 40, 25
ACTIONS = modules("pledge/actions", "consents", "notifications/actions")


class TestSizes:
    @pytest.mark.parametrize("path", modules("config", *APPS), ids=name)
    def test_a_module_fits_in_one_look(self, path: Path) -> None:
        lines = len(path.read_text().splitlines())
        assert lines <= LONGEST_MODULE, f"{name(path)} has {lines} lines"

    @pytest.mark.parametrize("path", ACTIONS, ids=name)
    def test_an_action_reads_as_five_beats(self, path: Path) -> None:
        long = {f.name: lines_of(f) for f in functions(path) if "action" in decorators(f)}
        assert {verb: lines for verb, lines in long.items() if lines > LONGEST_ACTION} == {}

    @pytest.mark.parametrize("path", modules("pledge/rules"), ids=name)
    def test_a_rule_is_one_judgment(self, path: Path) -> None:
        long = {f.name: lines_of(f) for f in functions(path)}
        assert {rule: lines for rule, lines in long.items() if lines > LONGEST_RULE} == {}
