"""A mail server on this machine that delivers nothing and keeps everything."""

import contextlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.demo.mailbox import Mailbox
from config.supervision import ServerFailed

TAKEN, NOT_TAKEN = "250 Kept", "451 Could not be kept, try again"


class _Keep:
    """Keeps what comes."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        try:
            self.mailbox.keep(envelope.content)
        except OSError:
            return NOT_TAKEN
        return TAKEN


@contextlib.contextmanager
def caught_mail(folder: Path, *, port: int) -> Iterator[None]:
    """Listen on a loopback port for as long as the block runs.

    :param folder: where the mails are kept.
    :raises ServerFailed: where it cannot listen, or its package is not installed.
    """
    if importlib.util.find_spec("aiosmtpd") is None:
        raise ServerFailed(
            "The demo's mail catcher is not installed (aiosmtpd); install requirements/dev.txt (make setup)."
        )
    from aiosmtpd.controller import Controller  # noqa: PLC0415 - where only base.txt is installed it is not there

    controller = Controller(_Keep(Mailbox(folder)), hostname="127.0.0.1", port=port)
    try:
        controller.start()
    except OSError as refused:
        raise ServerFailed(f"The demo's mail catcher cannot listen on 127.0.0.1:{port}: {refused}") from None
    try:
        yield
    finally:
        controller.stop(no_assert=True)
