"""A signer at a real browser: goes from page to page by what the pages show, in either language."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.consents.pages.ways import Way

HEAVIEST_PAGE = 100_000
PICTURES = os.environ.get("SIGNING_PICTURES")  # a folder, where pictures of the pages are wanted

LOCALES = {"en": "en-US", "es": "es-US"}
WORDS = {
    "en": {
        "send": "Send me a code", "code": "Code from the e-mail", "pin": "PIN that you chose at the clinic",
        "on": "Go on", "open": "Open the document", "reading": "Code that is printed in the document",
        "agree": "I agree, go on", "begin": "Begin", "initials": "Your initials", "initial": "Agree and go on",
        "name": "Your full name", "sign": "Sign this form", "signed": "Signed", "next": "Go to the next form",
        "see": "See what you have signed", "forms": "Your forms", "copies": "Your copies", "read": "Read and sign",
    },
    "es": {
        "send": "Envíenme un código", "code": "Código del correo electrónico", "pin": "PIN que eligió en la clínica",
        "on": "Continuar", "open": "Abrir el documento", "reading": "Código impreso en el documento",
        "agree": "Acepto, continuar", "begin": "Empezar", "initials": "Sus iniciales",
        "initial": "Estoy de acuerdo, continuar", "name": "Su nombre completo", "sign": "Firmar este formulario",
        "signed": "Firmado", "next": "Ir al formulario siguiente", "see": "Ver lo que firmó",
        "forms": "Sus formularios", "copies": "Sus copias", "read": "Leer y firmar",
    },
}  # fmt: skip


@dataclass
class SignerAtBrowser:
    """One window, one signer; ``seen`` holds the bytes of each page with all that it loads."""

    page: Page
    way: Way
    language: str = "en"
    initials: str = "RR"
    full_name: str = "Robin Reyes"
    taken: set[str] = field(default_factory=set)

    def word(self, name: str) -> str:
        """The words of a button, a label or a heading in the language that is read."""
        return WORDS[self.language][name]

    def look(self, name: str) -> None:
        """Take a picture of the page, where pictures are wanted, once for each name."""
        if PICTURES and name not in self.taken:
            self.taken.add(name)
            width = (self.page.viewport_size or {}).get("width", 0)
            path = Path(PICTURES) / f"{name}-{self.language}-{width}.png"
            self.page.screenshot(path=path, full_page=True, animations="disabled")

    def press(self, name: str) -> None:
        """Press the button of that word, and wait for the page that answers."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=self.word(name), exact=True).click()

    def follow(self, name: str) -> None:
        """Follow the first link that begins with that word, and wait for where it leads."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=self.word(name)).first.click()

    def fill(self, name: str, typed: str) -> None:
        """Type into the field of that label."""
        self.page.get_by_label(self.word(name), exact=True).fill(typed)

    def come_in(self) -> None:
        """Open the link, ask for the code, type it and the PIN."""
        self.page.goto(self.way.address("door"))
        self.look("door")
        self.press("send")
        expect(self.page.get_by_label(self.word("code"))).to_be_visible()
        self.look("code")
        self.fill("code", self.way.newest_code())
        self.fill("pin", self.way.pin)
        self.press("on")

    def open_document(self) -> None:
        """Open the document, which comes in a window of its own."""
        self.page.get_by_role("link", name=self.word("open")).click()

    def read_disclosures(self) -> None:
        """Open the document in its own window, read the code in it, type it and agree."""
        expect(self.page.get_by_label(self.word("reading"))).to_be_visible()
        self.look("records")
        with self.page.context.expect_page() as opened:
            self.open_document()
        document = opened.value
        printed = document.locator(".reading-code").inner_text()
        document.close()
        self.fill("reading", printed)
        self.press("agree")
        expect(self.page.get_by_role("heading", level=1, name=self.word("forms"))).to_be_visible()
        self.look("forms")

    def initial_all(self) -> None:
        """Begin the first form that is left and initial every statement of it."""
        self.follow("read")
        self.initial_from_introduction()

    def initial_from_introduction(self) -> None:
        """Initial every statement of the form whose introduction is shown."""
        self.look("form")
        self.follow("begin")
        for number in range(1, 40):
            if self.page.url.endswith("/sign/"):
                return
            self.look(f"statement-{number}" if number < 3 else "statement-later")
            self.fill("initials", self.initials)
            self.press("initial")
        raise AssertionError("the statements have no end")

    def sign(self, *, with_pin: bool = False) -> None:
        """Type the name, and the PIN where it is asked for, and sign."""
        self.fill("name", self.full_name)
        if with_pin:
            self.fill("pin", self.way.pin)
        self.look("signature-pin" if with_pin else "signature")
        self.press("sign")
        expect(self.page.get_by_role("heading", level=1, name=self.word("signed"), exact=True)).to_be_visible()
        self.look("signed")

    def go_all_the_way(self) -> None:
        """From the link to the copies."""
        self.come_in()
        self.read_disclosures()
        self.initial_all()
        self.sign()
        self.follow("next")
        self.initial_from_introduction()
        self.sign(with_pin=True)
        self.follow("see")
        expect(self.page.get_by_role("heading", level=1, name=self.word("copies"))).to_be_visible()
        self.look("copies")
