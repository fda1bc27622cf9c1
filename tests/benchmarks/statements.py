"""Which SQL statements one request makes, read off the wire between the application and PostgreSQL."""

import re
import tempfile
from typing import NamedTuple

from django.db import connection

from tests.benchmarks.application import Application
from tests.benchmarks.calls import Call

_SENT = re.compile(r'\tF\t\d+\tQuery\t "(.*?)"\n(?=\d{4}-|\Z)', re.DOTALL)
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
    sent = [" ".join(statement.split()) for statement in _SENT.findall(text)]
    framing = tuple(s for s in sent if s.startswith(_FRAME) or s == "SELECT 1")
    return Statements(tuple(s for s in sent if s not in framing), framing)
