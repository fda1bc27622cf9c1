"""What a newcomer is handed: addresses, log-ins, a pharmacy's key and a first question that is answered with yes."""

import json
import shlex
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from config.demo.cast import LogIn
from config.demo.private import write_privately
from config.demo.program import Played
from config.demo.signings import SignerOfDemo
from config.demo.standing import newest_link, standings
from config.demo.surroundings import ENVIRONMENT
from pledge.actions.keys import digest_of
from pledge.api.sandbox import catalogue
from pledge.eligibility import eligibility_of
from pledge.models import PharmacyKey, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.editions import edition_on

FILE = "credentials.json"
MOST_ASKED = 300
FEWEST_DAYS = 10  # anyone may be asked about so few


@dataclass(frozen=True)
class Handout:
    """The log-ins, a pharmacy's keys and the signers' PINs, which the database keeps only as digests."""

    log_ins: list[LogIn]
    pharmacy: str
    key: str
    signers: list[SignerOfDemo] = field(default_factory=list)
    test_key: str = ""  # reaches made-up registrants alone

    @classmethod
    def of(cls, played: Played) -> "Handout":
        """Give what a play leaves."""
        return cls(played.log_ins, played.pharmacy, played.keys.live, played.signers, played.keys.test)

    @classmethod
    def read(cls, folder: Path) -> "Handout | None":
        """Give what an earlier start handed out; None where there is no file, or the key is of another database."""
        try:
            kept = json.loads((folder / FILE).read_text())
            log_ins = [LogIn(**log_in) for log_in in kept["log_ins"]]
            signers = [_signer(kept_one) for kept_one in kept.get("signers", [])]
            pharmacy = kept["pharmacy"]
            found = cls(log_ins, pharmacy["name"], pharmacy["key"], signers, pharmacy.get("test_key", ""))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        return found if PharmacyKey.objects.filter(digest=digest_of(found.key)).exists() else None

    def question(self, at: datetime) -> dict[str, Any]:
        """Give a body for an eligibility check, of someone who is eligible now where there is anyone."""
        pharmacy = PharmacyKey.objects.select_related("pharmacy").get(digest=digest_of(self.key)).pharmacy
        days = edition_on(program_day(at)).supply_days
        registrants = list(Registrant.objects.not_merged().order_by("category", "id")[:MOST_ASKED])
        eligible = (row for row in registrants if eligibility_of(row, pharmacy, days, at).allowed)
        row = next(eligible, registrants[0])
        return _question(row.number, row.born_on, days)

    def write(self, folder: Path, *, address: str, question: dict[str, Any]) -> None:
        """Write everything to the folder, readable by its owner alone."""
        kept = {
            "addresses": {
                "web": f"{address}/",
                "admin": f"{address}/admin/",
                "codes": f"{address}/demo/codes/",
                "mail": f"{address}/demo/mail/",
                "api": f"{address}/api/v1/",
            },
            "log_ins": [asdict(log_in) for log_in in self.log_ins],
            "signers": [{**asdict(signer), "link": newest_link(signer)} for signer in self.signers],
            "pharmacy": {"name": self.pharmacy, "key": self.key, "test_key": self.test_key},
            "eligible": question,
        }
        write_privately(folder / FILE, json.dumps(kept, indent=2) + "\n")

    def sentences(
        self, folder: Path, *, address: str, question: dict[str, Any], caught: int, at: datetime
    ) -> list[str]:
        """Give the lines that are printed when the demo is ready at an instant."""
        width = max(len(log_in.username) for log_in in self.log_ins)
        return [
            f"  Admin  {address}/admin/",
            f"         1. a user name below, and the passphrase  {self.log_ins[0].passphrase}",
            f"         2. the code from the authenticator app: it is shown on  {address}/demo/codes/",
            *(f"         {log_in.username:<{width}}  {log_in.name}, {log_in.role}" for log_in in self.log_ins),
            "",
            *_at_the_counter(question),
            *self._signers(address, at),
            f"  Mail   {address}/demo/mail/   ({caught} caught so far; nothing leaves this machine)",
            "",
            f"  API    {self.pharmacy} asks whether it may dispense:",
            "",
            *_check(address, self.key, question),
            "",
            *self._sandbox(address),
            "  Shell  commands on the demo's data, in another shell while it runs:",
            "",
            f"(. {shlex.quote(str(folder / ENVIRONMENT))} && .venv/bin/python manage.py verify_trail)",
            "",
            f"  All of this is in {folder / FILE}; the servers' logs are beside it.",
            "  Ctrl-C stops everything and keeps the data; make demo-reset begins anew.",
        ]

    def _sandbox(self, address: str) -> list[str]:
        if not self.test_key:
            return []
        made_up = catalogue()[0]
        asked = _question(made_up.number, made_up.born_on, FEWEST_DAYS)
        return [
            "         and its developers try their software out in the sandbox, about somebody made up:",
            "",
            *_check(address, self.test_key, asked),
            "",
            f"         what they read, with every call to copy:  {address}/api/docs/",
            "",
        ]

    def _signers(self, address: str, at: datetime) -> list[str]:
        if not self.signers:
            return []
        stand = standings(self.signers, at)
        name, words = max(len(signer.name) for signer in self.signers), max(len(one.words) for one in stand)
        return [
            f"  Sign   a link each; the code to type with the PIN comes to {address}/demo/mail/ within seconds",
            *(
                f"         {signer.name:<{name}}  {signer.role:<10}  {where:<{words}}  PIN {signer.pin}  {link}"
                for signer, where, link in stand
            ),
            "",
        ]


def _question(number: str, born_on: date, days_supply: int) -> dict[str, Any]:
    named = {"registrant_number": number, "date_of_birth": born_on.isoformat()}
    return {**named, "days_supply": days_supply, "pharmacist": "rph-17"}


def _check(address: str, key: str, question: dict[str, Any]) -> list[str]:
    """Give the lines of a call that asks whether one may dispense."""
    return [
        f"curl -s {address}/api/v1/eligibility-checks \\",
        f"  -H 'Authorization: Bearer {key}' \\",
        "  -H 'Content-Type: application/json' \\",
        f"  -d '{json.dumps(question)}'",
    ]


def _at_the_counter(question: dict[str, Any]) -> list[str]:
    if not question:
        return []
    number, born_on = question["registrant_number"], question["date_of_birth"]
    return [
        f"  Counter, as park or seong: ask about {number}, born {born_on}; what lapsed there is to be put back (Stock)",
        "",
    ]


def _signer(kept: dict[str, str]) -> SignerOfDemo:
    """Give a signer as they were handed out; the link is made anew, since it leads to where this start listens."""
    return SignerOfDemo(**{name: said for name, said in kept.items() if name != "link"})
