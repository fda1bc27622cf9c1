"""Caught mail: one file each, named so that the newest sorts last."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import NamedTuple

from config.desk import DEMO_FOLDER

CAUGHT_MAIL = DEMO_FOLDER / "mail"
SUFFIX = ".eml"


class Letter(NamedTuple):
    """One mail as it was caught."""

    name: str
    sent_at: datetime
    to: str
    subject: str
    text: str
    headers: list[tuple[str, str]]


class Mailbox:
    """A folder of caught mail."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when the first mail comes."""
        self.folder = folder

    def keep(self, content: bytes) -> str:
        """Keep a mail as it came, and give its name."""
        sent_at = _sent_at(_parsed(content))
        name = f"{sent_at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self.folder / f"{name}.part"
        part.write_bytes(content)
        part.rename(self.folder / f"{name}{SUFFIX}")
        return name

    def count(self) -> int:
        """Give how many there are."""
        return sum(1 for _ in self.folder.glob(f"*{SUFFIX}"))

    def newest(self, most: int, *, to: str = "") -> list[Letter]:
        """Give the newest mails, newest first.

        :param to: only those whose reader's address contains it.
        """
        found: list[Letter] = []
        for letter in self._newest_first():
            if to.lower() in letter.to.lower():
                found.append(letter)
            if len(found) == most:
                break
        return found

    def letter(self, name: str) -> Letter | None:
        """Give one mail by its name, or None."""
        path = self.folder / f"{name}{SUFFIX}"
        return _letter(path) if path.is_file() else None

    def _newest_first(self) -> Iterator[Letter]:
        for path in sorted(self.folder.glob(f"*{SUFFIX}"), reverse=True):
            yield _letter(path)


def _letter(path: Path) -> Letter:
    mail = _parsed(path.read_bytes())
    body = mail.get_body(("plain",))
    return Letter(
        name=path.stem,
        sent_at=_sent_at(mail),
        to=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        text=body.get_content().strip() if body is not None else "",
        headers=[(header, str(value)) for header, value in mail.items()],
    )


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)


def _sent_at(mail: EmailMessage) -> datetime:
    header = mail["Date"]
    at: datetime | None = header.datetime if header is not None else None
    return at.astimezone(UTC) if at is not None else datetime.fromtimestamp(0, UTC)
