"""The benchmarks' command line, the launch day's share and what it reads from pages; nothing is measured here."""

import random
from itertools import pairwise

import pytest

from tests.benchmarks.__main__ import SMALL, USUAL, size_named
from tests.benchmarks.arrivals import MACHINES, arrivals, share, shown
from tests.benchmarks.servers import image_command
from tests.benchmarks.visitor import Answered, errors_in, form_in


class TestASize:
    @pytest.mark.parametrize(
        ("said", "meant"), [([], USUAL), (["1000"], SMALL), (["1000000"], 10**6), (["1,000,000"], 10**6)]
    )
    def test_is_a_whole_number_of_registrants(self, said: list[str], meant: int) -> None:
        assert size_named(said) == meant

    @pytest.mark.parametrize("said", ["many", "0", "-5", "1.5", "999", ""])
    def test_that_is_none_is_refused_in_one_sentence(self, said: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as left:
            size_named(["--", said])
        assert left.value.code == 2
        assert f"a size is a whole number of at least 1,000, not {said!r}" in capsys.readouterr().err

    def test_is_explained_to_who_asks(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as left:
            size_named(["--help"])
        assert left.value.code == 0
        assert "Measures the service" in capsys.readouterr().out


class TestAShareOfTheLaunch:
    def test_is_a_day_five_times_over_within_an_hour_for_all_machines_together(self) -> None:
        assert MACHINES * share().a_second["counter"] * 3600 == pytest.approx(5 * 40_000)

    def test_comes_all_at_once_and_then_at_any_moment(self) -> None:
        load, minutes = share(), 10
        due = list(arrivals(load, 60 * minutes, random.Random(1)))
        at_once = [kind for moment, kind in due if moment == 0]
        assert {kind: at_once.count(kind) for kind in load.at_once} == load.at_once
        assert all(one[0] <= other[0] < 60 * minutes for one, other in pairwise(due))
        later = [kind for moment, kind in due if moment > 0]
        for kind, rate in load.a_second.items():
            assert later.count(kind) == pytest.approx(60 * minutes * rate, rel=0.25)

    def test_tells_what_was_turned_away_from_what_failed(self) -> None:
        answers = [
            Answered("check", 200, 0.1, True),
            Answered("check", 429, 9.0, True),
            Answered("check", 500, 9.0, False),
        ]
        assert shown(answers) == [["check", "3", "100 / 100", "1", "1"]]


class TestAPage:
    def test_is_sent_as_a_browser_would_send_it(self) -> None:
        page = """
            <form method="post"><input type="hidden" name="token" value="1"><button name="out">Log out</button></form>
            <form method="POST"><input name="token" value="2"><input type="radio" name="said" value="yes" checked>
            <input type="radio" name="said" value="no"><input type="checkbox" name="sure">
            <select name="day"><option value="1">Monday<option value="2" selected>Tuesday</select></form>
        """
        assert form_in(page) == {"token": ["2"], "said": ["yes"], "day": ["2"]}

    def test_says_what_is_wrong(self) -> None:
        assert errors_in('<p>Well.</p><ul class="errorlist"><li>Choose<br> one.</li></ul><p>Fine.</p>') == "Choose one."


def test_the_server_that_is_measured_is_the_images_own() -> None:
    command = image_command()
    assert "--host {host} --port {port}" in command
    assert command.endswith("{application}")
