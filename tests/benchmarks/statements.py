"""Which SQL statements one request makes, read off the wire between the application and PostgreSQL."""

import re
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection

from tests.benchmarks.application import Application
from tests.benchmarks.calls import Call

_END = r"\n(?=\d{4}-|\Z)"
# A statement goes as text, or is parsed under a name (the empty one is used once) and bound whenever it is asked.
_SENT = re.compile(
    rf'\tF\t\d+\t(?:Query\t "(?P<text>.*?)"{_END}|Parse\t "(?P<parsed>\w*)" "(?P<words>.*?)" \d+|'
    rf'Bind\t "" "(?P<bound>\w*)")',
    re.DOTALL,
)
_PREPARED = "SELECT name, statement FROM pg_prepared_statements"
_FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class Statements(NamedTuple):
    """What one request sent: statements that read or write rows, and those that frame them."""

    rows: tuple[str, ...]
    frame: tuple[str, ...]


def statements_of(application: Application, call: Call) -> Statements:
    """Make one call over a connection that is open already, and give the statements that it sent."""
    connection.ensure_connection()
    with tempfile.NamedTemporaryFile("r") as spoken:
        connection.connection.pgconn.trace(spoken.fileno())
        application(call)
        connection.connection.pgconn.untrace()
        spoken.seek(0)
        text = spoken.read()
    with connection.cursor() as cursor:
        cursor.execute(_PREPARED)
        known = dict(cursor.fetchall())
    sent = [" ".join(statement.split()) for statement in _said_in(text, known)]
    framing = tuple(s for s in sent if s.startswith(_FRAME) or s == "SELECT 1")
    return Statements(tuple(s for s in sent if s not in framing), framing)


def _said_in(text: str, known: dict[str, str]) -> Iterator[str]:
    for message in _SENT.finditer(text):
        if message["text"] is not None:
            yield message["text"]
        elif message["parsed"] is not None:
            known[message["parsed"]] = message["words"]
        else:
            yield known[message["bound"]]
