"""A file that is far too large is refused before it is read, whatever it claims (R53)."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

pytestmark = pytest.mark.django_db
TEN_GIGABYTES = 10 * 1024**3
BOUNDARY = "x"
HEAD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'.encode()


class Endless:
    """A body that goes on as long as it is read."""

    def __init__(self) -> None:
        self.begun = False
        self.read_bytes = 0

    def read(self, size: int = 65536) -> bytes:
        if not self.begun:
            self.begun = True
            return HEAD
        self.read_bytes += size
        return b"0" * size

    readline = read


def sent(body: Any, length: int) -> Any:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return {"wsgi.input": body, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": kind, "REQUEST_METHOD": "POST"}


class TestAnUpload:
    def test_that_claims_ten_gigabytes_is_refused_without_reading_it(self):
        body, client = Endless(), Client(enforce_csrf_checks=True)
        client.cookies[django_settings.CSRF_COOKIE_NAME] = "a" * 32  # without one it is refused before that
        tracemalloc.start()
        answer = client.generic("POST", "/admin/login/", **sent(body, TEN_GIGABYTES))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert answer.status_code == 400
        assert body.read_bytes == 0
        assert peak < 20 * 1024**2

    def test_of_a_usual_size_is_there(self):
        request = RequestFactory().post("/", {"file": SimpleUploadedFile("a.csv", b"name,born_on\n")})
        assert request.FILES["file"].read() == b"name,born_on\n"
