"""The API is spoken over TLS or not at all; every answer carries its policy."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings


class TestAPlainCall:
    @pytest.fixture(autouse=True)
    def _as_in_production(self, settings: Settings) -> None:
        settings.HTTPS = True
        settings.SECURE_SSL_REDIRECT = True

    def test_to_the_api_is_refused_and_not_redirected(self, client: Client) -> None:
        answer = client.post("/api/v1/authorizations")
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["type"].endswith("tls-required")

    def test_to_a_page_is_redirected(self, client: Client) -> None:
        answer = client.get("/admin/")
        assert (answer.status_code, answer["Location"]) == (301, "https://testserver/admin/")

    def test_with_a_forged_header_stays_plain(self, client: Client) -> None:
        assert client.post("/api/v1/authorizations", headers={"X-Forwarded-Proto": "https"}).status_code == 403


class TestEveryAnswer:
    @pytest.mark.parametrize("path", ["/livez", "/no-such-page", "/admin/login/"])
    @pytest.mark.django_db
    def test_carries_a_closed_content_policy(self, client: Client, path: str) -> None:
        policy = client.get(path)["Content-Security-Policy"]
        for directive in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert directive in policy
        assert "unsafe" not in policy

    def test_says_what_it_is(self, client: Client) -> None:
        assert client.get("/livez")["X-Content-Type-Options"] == "nosniff"
