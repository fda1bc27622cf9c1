"""Being asked to stop, by Ctrl-C and its like: heeded once, and never lost."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopping:
    """Whether this process was asked to stop.

    The first time interrupts whatever is done, unless it is a statement to the database, which is finished first.
    Further ones change nothing: what is stopping must not be interrupted. An interrupt that was lost, as it is in a
    callback of the interpreter's own, is made good by :meth:`heed`.
    """

    def __init__(self) -> None:
        self.asked = False
        self._patient = False

    def listen(self) -> None:
        """Hear every signal that asks to stop, and say nothing of an interrupt that is lost."""
        for each in SIGNALS:
            signal.signal(each, self._hear)
        sys.unraisablehook = self._complain

    def heed(self) -> None:
        """Go no further where it was asked.

        :raises KeyboardInterrupt: then.
        """
        if self.asked:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def patiently(self) -> Iterator[None]:
        """Interrupt nothing inside the block, but at its own calls of :meth:`heed` and at its end."""
        self.heed()
        self._patient = True
        try:
            yield
        finally:
            self._patient = False
        self.heed()

    def _hear(self, _: int, __: FrameType | None) -> None:
        first, self.asked = not self.asked, True
        if first and not self._patient:
            raise KeyboardInterrupt

    def _complain(self, lost: "sys.UnraisableHookArgs") -> None:
        if not (self.asked and lost.exc_type is KeyboardInterrupt):
            sys.__unraisablehook__(lost)


STOPPING = Stopping()
