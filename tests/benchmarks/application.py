"""The service in this very process: its WSGI application, called as a server calls it."""

from typing import Any

from django.core.wsgi import get_wsgi_application

from tests.benchmarks.calls import Call


class WrongAnswer(AssertionError):
    """A measured call was not answered as it was to be, so its cost says nothing."""


class Application:
    """Answers calls one after the other; each must be answered as expected."""

    def __init__(self) -> None:
        """Set Django up with the settings that the environment names."""
        self.answer = get_wsgi_application()

    def __call__(self, call: Call) -> bytes:
        """Give the body of the answer.

        :raises WrongAnswer: where the status is another than the call's.
        """
        told: list[Any] = []
        response = self.answer(call.environ(), lambda status, headers, exc_info=None: told.append(status))
        body = b"".join(response)
        response.close()
        if int(told[0][:3]) != call.status:
            raise WrongAnswer(f"{call.kind} {call.path}: {told[0]}: {body.decode()}")
        return body
