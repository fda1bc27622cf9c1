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


class TestAHostThatIsNotOurs:
    HOSTS = ("not a host", "evil.example", "testserver:port", "a/b", "")

    @pytest.mark.parametrize("host", HOSTS)
    @pytest.mark.parametrize("path", ["/api/", "/api/v1/openapi.json", "/api/v1/eligibility-checks"])
    def test_is_refused_by_the_api_as_a_problem(self, client: Client, path: str, host: str) -> None:
        answer = client.get(path, headers={"Host": host})
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert (answer.json()["type"], answer.json()["instance"]) == ("http://testserver/problems/malformed", path)
        assert answer.json()["detail"] == "The Host header names no host of this service."
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("host", HOSTS)
    def test_is_refused_by_a_page_as_a_page(self, client: Client, host: str) -> None:
        answer = client.get("/admin/login/", headers={"Host": host})
        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (400, "text/html")

    def test_never_sees_the_apis_own_refusals_replaced(self, client: Client) -> None:
        answer = client.get("/api/v1/nowhere")
        assert (answer.status_code, answer.json()["type"]) == (404, "http://testserver/problems/not-found")


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
