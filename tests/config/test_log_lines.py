"""A log line is one line of JSON and quotes nobody."""

import json
import logging
import sys

from config.log_lines import JsonLines


def line_for(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("pledge", logging.ERROR, "file.py", 1, message, arguments, sys.exc_info())
    record.__dict__.update(extra)
    written = JsonLines().format(record)
    assert "\n" not in written
    return json.loads(written)


class TestALogLine:
    def test_says_when_where_and_what(self) -> None:
        line = line_for("window %s closed", 7)
        assert line["message"] == "window 7 closed"
        assert str(line["at"]).endswith("+00:00")
        assert (line["level"], line["logger"]) == ("error", "pledge")

    def test_tells_an_error_by_type_and_place_but_never_by_its_words(self) -> None:
        try:
            raise ValueError("Key (email)=(jane@clinic.example) already exists")
        except ValueError:
            line = line_for("Internal Server Error")
        assert line["error"] == "ValueError"
        assert "test_log_lines.py" in str(line["where"])
        assert "jane" not in json.dumps(line)

    def test_holds_no_signer_s_link(self) -> None:
        line = line_for("Not Found: %s", "/sign/aVerySecretLink/forms/3/")
        assert line["message"] == "Not Found: /sign/…/forms/3/"

    def test_holds_no_calendar_s_address(self) -> None:
        assert line_for("Not Found: %s", "/calendar/aVerySecretWord.ics")["message"] == "Not Found: /calendar/…"
        assert line_for("Not Found: %s", "/admin/calendar/x/")["message"] == "Not Found: /admin/calendar/x/"

    def test_of_a_failed_task_leaves_out_its_arguments(self) -> None:
        told = {"name": "notifications.tasks.tick", "id": "7", "args": "('jane',)", "exc": "ValueError('jane')"}
        try:
            raise ValueError("jane")
        except ValueError:
            line = line_for("Task %(name)s raised %(exc)s %(args)s", told, data=told)
        assert line["message"] == "task notifications.tasks.tick [7] failed"
        assert "jane" not in json.dumps(line)

    def test_cannot_be_broken_by_what_somebody_typed(self) -> None:
        assert line_for("%s", "one\r\ntwo \x1b[31m")["message"] == "one\r\ntwo \x1b[31m"
