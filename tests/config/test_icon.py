"""A browser finds an icon, whether a page names one or not, and the icon says nothing of what the program is about."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client


class TestTheIcon:
    def test_is_where_browsers_look_unbidden(self, client: Client) -> None:
        answer = client.get("/favicon.ico")
        assert answer.status_code == 200
        assert answer["Content-Type"] in {"image/x-icon", "image/vnd.microsoft.icon"}
        assert b"".join(answer).startswith(bytes((0, 0, 1, 0)))  # what an icon file begins with

    @pytest.mark.django_db
    def test_is_named_by_the_admins_pages(self, client: Client) -> None:
        page = client.get("/admin/login/").content.decode()
        named = re.search(r'<link rel="icon" type="image/svg\+xml" href="([^"]+)">', page)
        assert named is not None
        answer = client.get(named[1])
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")

    def test_stands_alone_at_the_root(self) -> None:
        root = Path(settings.WHITENOISE_ROOT)
        assert [path.name for path in root.iterdir()] == ["favicon.ico"]
