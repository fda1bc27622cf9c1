"""Log lines that a machine reads and that carry no one's data.

An exception's own words may quote a row, so a line tells its type and where it arose,
never its text. Names of people, tests and methods never belong in a message either.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType

# An address of the signers' pages holds a link that leads to one person, a calendar feed's the secret that opens it.
_LINK = re.compile(r"(/sign/(?!new-link/)|/calendar/(?=[^/\s]+\.ics))[^/\s]+")


class JsonLines(logging.Formatter):
    """Give a log record, take one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__qualname__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(line, ensure_ascii=True)


def _message(record: logging.LogRecord) -> str:
    task = getattr(record, "data", None)
    if record.exc_info and isinstance(task, dict) and "name" in task:  # Celery would quote arguments and error
        return f"task {task['name']} [{task.get('id')}] failed"
    return _LINK.sub(r"\1…", record.getMessage())


def _where(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
