"""The environment, read once and judged whole: every bad variable is named in one error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

ON, OFF = {"on", "true", "yes", "1"}, {"off", "false", "no", "0"}
SHORTEST_SECRET, FEWEST_CHARACTERS = 50, 5
SAMPLES = ("insecure", "change", "example", "secret_key", "replace", "password")


class EnvironmentRefused(ImproperlyConfigured):
    """The environment does not say what the service must know; the text lists every line."""


class Environment:
    """Reads variables by name and remembers what was wrong with them.

    A variable that is set to nothing counts as not set.

    :param variables: usually ``os.environ``.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """The variable as it stands, or the default."""
        return self.variables.get(name, "").strip() or default

    def names(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list, without empty entries."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def switch(self, name: str, *, default: bool) -> bool:
        """``on`` or ``off`` (also true/false, yes/no, 1/0)."""
        word = self.text(name, "on" if default else "off").lower()
        if word not in ON | OFF:
            self._refuse(name, f"must be on or off, not {word!r}")
        return word in ON

    def whole(self, name: str, *, default: int, least: int = 0, most: int = 2**31) -> int:
        """A whole number within bounds, both included."""
        word = self.text(name, str(default))
        if not re.fullmatch(r"-?[0-9]+", word):
            self._refuse(name, f"must be a whole number, not {word!r}")
            return default
        if not least <= int(word) <= most:
            self._refuse(name, f"must be from {least} to {most}, not {word}")
            return default
        return int(word)

    def choice(self, name: str, default: str, among: Sequence[str]) -> str:
        """One of a few words, in whatever case it was written."""
        word = self.text(name, default).lower()
        if word not in among:
            self._refuse(name, f"must be one of {', '.join(among)}, not {word!r}")
            return default
        return word

    def hosts(self, name: str) -> list[str]:
        """Host names, each exact: no wildcard, no scheme, no port."""
        hosts = self.names(name)
        for host in hosts:
            if host.startswith((".", "*")) or "/" in host:
                self._refuse(name, f"takes exact host names, comma-separated, not {host!r}")
        return hosts

    def origins(self, name: str) -> list[str]:
        """Origins with their scheme, such as ``https://clinic.example``."""
        origins = self.names(name)
        for origin in origins:
            if urlsplit(origin).scheme not in {"http", "https"} or not urlsplit(origin).netloc:
                self._refuse(name, f"takes origins with their scheme, such as https://clinic.example, not {origin!r}")
        return origins

    def origin(self, name: str, default: str = "", *, secure: bool = False) -> str:
        """One origin with its scheme and no path, such as ``https://clinic.example``; only https where ``secure``."""
        origin = self.text(name, default).rstrip("/")
        if not origin:
            return ""
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            self._refuse(name, f"takes one origin with its scheme and no path, not {origin!r}")
        elif secure and parts.scheme != "https":
            self._refuse(name, "must start with https:// while HTTPS is on")
        return origin

    def secret(self, name: str) -> str:
        """A long random text. Its own letters are never repeated in an error."""
        secret = self.text(name)
        if not secret:
            self._refuse(name, "is not set; give it at least 50 random characters")
        elif any(sample in secret.lower() for sample in SAMPLES):
            self._refuse(name, "is a sample; give it at least 50 random characters of your own")
        elif len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_CHARACTERS:
            self._refuse(name, f"has {len(secret)} characters; give it at least 50 random ones")
        return secret

    def secrets(self, name: str) -> list[str]:
        """Former secrets, comma-separated, still honored while they are rotated out."""
        formers = self.names(name)
        for place, former in enumerate(formers, start=1):
            if len(former) < SHORTEST_SECRET:
                self._refuse(name, f"holds a former key of {len(former)} characters in place {place}")
        return formers

    def postgres(self, name: str) -> dict[str, Any] | None:
        """A PostgreSQL address as its parts by libpq's names; None where not set."""
        address = self.text(name)
        if not address:
            return None
        if not address.startswith(("postgresql://", "postgres://")):
            self._refuse(name, "must start with postgresql:// (no other database is supported)")
            return None
        try:
            parts = conninfo_to_dict(address)
        except psycopg.Error as malformed:
            self._refuse(name, f"is not a PostgreSQL address: {str(malformed).strip()}")
            return None
        if not str(parts.get("port", "5432")).isdigit():
            self._refuse(name, f"is not a PostgreSQL address: its port is {parts['port']!r}")
        if not parts.get("dbname"):
            self._refuse(name, "names no database after the host, such as postgresql://user@host/name")
        return parts

    def redis(self, name: str) -> str:
        """A Redis address, or nothing where not set."""
        address = self.text(name)
        if address and urlsplit(address).scheme not in {"redis", "rediss"}:
            self._refuse(name, "must start with redis:// or rediss://")
        return address

    def together(self, *names: str) -> None:
        """Note those of the variables that are not set where others of them are."""
        missing = [name for name in names if not self.text(name)]
        if len(missing) < len(names):
            for name in missing:
                given = ", ".join(sorted(set(names) - set(missing)))
                self._refuse(name, f"is not set, while {given} is; give both or neither")

    def require(self, *names: str) -> None:
        """Note each of the variables that is not set."""
        for name in names:
            if not self.text(name):
                self._refuse(name, "is not set")

    def refuse_if_any(self) -> None:
        """Stop here when anything read was wrong.

        :raises EnvironmentRefused: with one line for every bad variable.
        """
        if self.problems:
            raise EnvironmentRefused("The environment is not usable:\n" + "\n".join(self.problems))

    def _refuse(self, name: str, sentence: str) -> None:
        self.problems.append(f"  {name} {sentence}.")
