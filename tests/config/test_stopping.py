"""Whoever asks a process to stop is heard: at once, between two statements, and also where an interrupt is lost."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterator

import pytest

from config.stopping import SIGNALS, Stopping


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopping]:
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    before = {each: signal.getsignal(each) for each in SIGNALS}
    heard = Stopping()
    heard.listen()
    yield heard
    for each, former in before.items():
        signal.signal(each, former)


class TestStopping:
    @pytest.mark.parametrize("each", SIGNALS)
    def test_interrupts_at_once(self, stopping: Stopping, each: signal.Signals) -> None:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(each)
        assert stopping.asked

    def test_is_not_interrupted_itself(self, stopping: Stopping) -> None:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        for each in SIGNALS:
            signal.raise_signal(each)

    def test_waits_for_the_end_of_a_patient_block(self, stopping: Stopping) -> None:
        done = []

        def state() -> None:
            with stopping.patiently():
                signal.raise_signal(signal.SIGINT)
                done.append("the statement")

        with pytest.raises(KeyboardInterrupt):
            state()
        assert done == ["the statement"]

    def test_is_heeded_inside_a_patient_block_where_it_says_so(self, stopping: Stopping) -> None:
        done = []

        def state_both() -> None:
            with stopping.patiently():
                for statement in ("the first", "the second"):
                    stopping.heed()
                    signal.raise_signal(signal.SIGINT)
                    done.append(statement)

        with pytest.raises(KeyboardInterrupt):
            state_both()
        assert done == ["the first"]

    def test_is_at_once_again_after_a_patient_block(self, stopping: Stopping) -> None:
        with stopping.patiently():
            pass
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    def test_that_was_lost_in_a_callback_is_made_good(
        self, stopping: Stopping, capsys: pytest.CaptureFixture[str]
    ) -> None:
        class Loses:
            def __del__(self) -> None:
                signal.raise_signal(signal.SIGINT)

        kept = Loses()
        del kept  # what is raised in here is no one's to catch
        gc.collect()
        assert capsys.readouterr().err == ""
        with pytest.raises(KeyboardInterrupt):
            stopping.heed()

    def test_leaves_other_lost_failures_to_be_told(
        self, stopping: Stopping, capsys: pytest.CaptureFixture[str]
    ) -> None:
        class Fails:
            def __del__(self) -> None:
                raise ValueError("told all the same")

        kept = Fails()
        del kept
        gc.collect()
        assert "told all the same" in capsys.readouterr().err
