"""A signer's browser, that goes the way a person would: the link, the code and the PIN, the disclosures, the forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from consents.actions.invitations import invite
from consents.models import FormText, SigningCode, SigningRequest, Visit
from consents.secrets import code_for, link_token
from consents.vocabulary import IdentityCheck
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import Signer
from tests import lives
from tests.lives import Life, Program

PIN, GUARDIANS_PIN = "482913", "750264"


def invited(life: Life, at: datetime, signer: Signer = Signer.REGISTRANT, pin: str = PIN, **given: object) -> Way:
    """Invite a signer and give their way, not begun."""
    request = invite(
        registrant=life.registrant,
        signer=signer,
        pin=pin,
        identity_check=IdentityCheck.PHOTO_ID,
        by=life.program.clinic,
        at=at,
        **given,
    )
    return Way(request, pin)


def an_adult(program: Program, at: datetime, **given: object) -> Way:
    """Someone of age who has signed nothing yet."""
    return invited(lives.registered(program, at, **given), at)


def a_minor(program: Program, at: datetime, *, born_on: date | None = None) -> tuple[Way, Way]:
    """A registrant under age and their guardian, each with an address of their own."""
    today = program_day(at)
    life = lives.registered(program, at, born_on=born_on or today.replace(year=today.year - 16, day=1))
    change = {"guardian_name": "Gale Reyes", "guardian_email": "gale@patients.example"}
    changed = lives.registrants.change_contact(registrant=life.registrant, contact=change, by=program.clinic, at=at)
    life = Life(program, changed)
    return invited(life, at), invited(life, at, Signer.GUARDIAN, GUARDIANS_PIN)


@dataclass
class Way:
    """One signer's link and browser."""

    request: SigningRequest
    pin: str = PIN
    client: Client = field(default_factory=Client)

    @property
    def token(self) -> str:
        """What the mailed link ends in."""
        return link_token(self.request.nonce, self.request.link_digest)

    @property
    def visit(self) -> Visit:
        """The newest visit."""
        return Visit.objects.filter(request=self.request)[0]

    def address(self, name: str, /, *args: object) -> str:
        """The address of one of the pages."""
        return reverse(f"sign-{name}", args=[self.token, *args])

    def get(self, name: str, /, *args: object) -> HttpResponse:
        """Open a page."""
        return self.client.get(self.address(name, *args))

    def post(self, name: str, /, *args: object, **typed: object) -> HttpResponse:
        """Send a page's form."""
        return self.client.post(self.address(name, *args), typed)

    def code(self) -> str:
        """Ask for a code, and read it as the mail would say it."""
        assert self.post("door", send="code").status_code == 303
        return self.newest_code()

    def newest_code(self) -> str:
        """The code of the newest mail."""
        code = SigningCode.objects.filter(request=self.request)[0]
        return code_for(code.nonce, code.digest)

    def come_in(self) -> Way:
        """Prove who this is."""
        answer = self.post("code", code=self.code(), pin=self.pin)
        assert (answer.status_code, answer["Location"]) == (303, self.address("records"))
        return self

    def read_disclosures(self) -> Way:
        """Open the document, find the code in it, type it and agree."""
        printed = re.search(r'class="reading-code">(\w+)<', self.get("document").content.decode())
        assert printed is not None
        answer = self.post("records", reading_code=printed[1].lower())
        assert (answer.status_code, answer["Location"]) == (303, self.address("forms"))
        return self

    def texts(self) -> list[FormText]:
        """What the list of forms shows as left."""
        return [left.text for left in self.get("forms").context["left"]]

    def initial_all(self, text: FormText, *, but: tuple[int, ...] = ()) -> Way:
        """Initial each statement on its page."""
        for number in range(1, len(text.body["statements"]) + 1):
            if number not in but:
                assert self.post("statement", text.pk, number, initials="RR").status_code == 303, number
        return self

    def sign(self, text: FormText, **typed: object) -> HttpResponse:
        """Send the signature, with the name that the clinic has unless another is typed."""
        name = "Gale Reyes" if self.request.signer == Signer.GUARDIAN else "Robin Reyes"
        return self.post("signature", text.pk, **{"name": name, **typed})

    def at_the_forms(self) -> Way:
        """Go as far as the list of forms."""
        return self.come_in().read_disclosures()
