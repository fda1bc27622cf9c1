"""The demo's mail is caught and read in the browser; its database is filled once, and nobody else's is touched."""

from __future__ import annotations

import json
import os
import smtplib
import stat
import subprocess
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.demo import pages
from config.demo.cast import LogIn
from config.demo.catcher import caught_mail
from config.demo.database import BEING_PLAYED, filled_database
from config.demo.handout import FILE, Handout
from config.demo.mailbox import Mailbox
from config.demo.signings import SignerOfDemo
from config.demo.standing import standings
from config.demo.surroundings import ENVIRONMENT, environment_written
from config.local_servers import free_port
from config.supervision import ServerFailed
from consents.actions.invitations import revoke_link
from consents.secrets import link_token
from pledge.rules.vocabulary import Signer
from tests import lives, signers
from tests.architecture.source import ROOT


def letter(to: str, subject: str = "You have a task to finish", day: int = 1) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "no-reply@pledge.example", to, subject
    mail["Date"] = datetime(2026, 12, day, 17, 0, tzinfo=UTC)
    mail.set_content(f"Words for {to}\n")
    return mail


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail")


class TestTheCatcher:
    def test_keeps_what_is_sent_to_it(self, mailbox):
        port = free_port()
        with caught_mail(mailbox.folder, port=port), smtplib.SMTP("127.0.0.1", port) as sender:
            sender.send_message(letter("robin@patients.example"))
        (kept,) = mailbox.newest(10)
        assert (kept.to, kept.subject) == ("robin@patients.example", "You have a task to finish")
        assert kept.text == "Words for robin@patients.example"

    def test_says_that_its_port_is_taken(self, mailbox):
        port = free_port()
        with (
            caught_mail(mailbox.folder, port=port),
            pytest.raises(ServerFailed, match=f"cannot listen on 127.0.0.1:{port}"),
            caught_mail(mailbox.folder, port=port),
        ):
            pass


@pytest.fixture
def browser(mailbox, monkeypatch, settings) -> Client:
    """Someone at the demo's pages."""
    settings.ROOT_URLCONF = "config.demo.urls"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [ROOT / "config" / "demo" / "templates"]}]
    settings.STATICFILES_DIRS = [ROOT / "config" / "demo" / "static"]
    monkeypatch.setattr(pages, "CAUGHT_MAIL", mailbox.folder)
    return Client()


class TestTheMailPage:
    def test_shows_the_newest_first(self, browser, mailbox):
        mailbox.keep(letter("a@patients.example", "Older", day=1).as_bytes())
        mailbox.keep(letter("b@patients.example", "Newer", day=2).as_bytes())
        page = browser.get("/demo/mail/").content.decode()
        assert page.index("Newer") < page.index("Older")

    def test_shows_only_whose_was_asked_for(self, browser, mailbox):
        for to in ("ann@patients.example", "bea@patients.example"):
            mailbox.keep(letter(to).as_bytes())
        page = browser.get("/demo/mail/", {"to": "ANN"}).content.decode()
        assert "ann@patients.example" in page
        assert "bea@patients.example" not in page

    def test_says_that_nothing_was_sent(self, browser):
        assert "Nothing was sent" in browser.get("/demo/mail/").content.decode()

    def test_opens_one(self, browser, mailbox):
        name = mailbox.keep(letter("ann@patients.example").as_bytes())
        page = browser.get(f"/demo/mail/{name}/").content.decode()
        assert "Words for ann@patients.example" in page
        assert "Tue, 01 Dec 2026 17:00:00 +0000" in page

    def test_leads_on_to_the_link_in_a_letter(self, browser, mailbox):
        mail = letter("ann@patients.example")
        mail.set_content("Please sign.\n\nRead and sign:\nhttp://127.0.0.1:8000/sign/abc/\n")
        name = mailbox.keep(mail.as_bytes())
        assert '<a href="http://127.0.0.1:8000/sign/abc/">' in browser.get(f"/demo/mail/{name}/").content.decode()

    def test_lets_no_letter_speak_html(self, browser, mailbox):
        name = mailbox.keep(letter("ann@patients.example", "<script>alert(1)</script>").as_bytes())
        for address in ("/demo/mail/", f"/demo/mail/{name}/"):
            assert "<script" not in browser.get(address).content.decode()

    @pytest.mark.parametrize("name", ["20260101T000000-00000000", "credentials", ".."])
    def test_of_no_letter_is_not_there(self, browser, name):
        assert browser.get(f"/demo/mail/{name}/").status_code == 404

    def test_asks_for_nothing_from_elsewhere(self, browser, mailbox):
        name = mailbox.keep(letter("ann@patients.example").as_bytes())
        for address in ("/", "/demo/mail/", f"/demo/mail/{name}/"):
            answer = browser.get(address)
            assert answer.status_code == 200
            assert "://" not in answer.content.decode()
            assert "style=" not in answer.content.decode()


class TestTheServiceItself:
    def test_has_no_demo_pages(self, client):
        assert client.get("/demo/mail/").status_code == 404


@pytest.mark.django_db
class TestTheDatabase:
    def fill(self, folder: Path):
        return filled_database(folder, clock=lambda: lives.UNDER_2026, address="http://demo", told=lambda _: None)

    def test_that_somebody_named_is_filled_only_when_empty(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DEMO_DATABASE", "named")
        User.objects.create(username="someone")
        with pytest.raises(ServerFailed, match="the demo fills only an empty one"):
            self.fill(tmp_path)
        assert not (tmp_path / BEING_PLAYED).exists()

    def test_of_ours_is_not_thrown_away_for_a_lost_file(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DEMO_DATABASE", "own")
        User.objects.create(username="someone")
        with pytest.raises(ServerFailed, match="make demo-reset begins anew"):
            self.fill(tmp_path)

    def test_already_filled_is_kept_with_its_log_ins(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DEMO_DATABASE", "own")
        at = lives.UNDER_2026
        program = lives.a_program(at)
        lives.ready(program, at)
        handed_out = Handout(
            [LogIn("ada", "words", "administrator", "Ada")], "Corner", lives.a_key(program.pharmacy, at), [], "test-key"
        )
        handed_out.write(tmp_path, address="http://demo", question=handed_out.question(at))
        assert self.fill(tmp_path) == (handed_out, [])


@pytest.mark.django_db
class TestTheHandout:
    def test_asks_about_someone_who_is_eligible_now(self):
        at = lives.UNDER_2026
        program = lives.a_program(at)
        lives.registered(program, at)
        life = lives.ready(program, at)
        handout = Handout([], "Corner", lives.a_key(program.pharmacy, at))
        assert handout.question(at) == {
            "registrant_number": life.number,
            "date_of_birth": life.born_on.isoformat(),
            "days_supply": 30,
            "pharmacist": "rph-17",
        }

    def test_names_the_signers_with_their_pins_and_links(self, tmp_path):
        at = lives.UNDER_2026
        program = lives.a_program(at)
        life = lives.ready(program, at)
        again = lives.registered(program, at)
        request = signers.invited(again, at)
        signer = SignerOfDemo("Robin Reyes", "registrant", "robin@patients.example", again.number, "481516")
        handout = Handout([LogIn("ada", "w", "r", "n")], "Corner", lives.a_key(program.pharmacy, at), [signer])
        said = "\n".join(handout.sentences(tmp_path, address="http://demo", question={}, caught=0, at=at))
        link = f"http://testserver/sign/{link_token(request.nonce)}/"
        assert "481516" in said
        assert "Robin Reyes  registrant  begins  PIN" in said
        assert link in said
        handout.write(tmp_path, address="http://demo", question=handout.question(at))
        assert json.loads((tmp_path / FILE).read_text())["signers"][0]["link"] == link
        assert Handout.read(tmp_path) == handout
        assert life.number != again.number

    @pytest.mark.parametrize("written", ["", "{", "[]", '{"log_ins": [{"name": 1}], "pharmacy": {}}'])
    def test_is_not_read_from_a_broken_file(self, tmp_path, written):
        (tmp_path / FILE).write_text(written)
        assert Handout.read(tmp_path) is None

    def test_of_another_database_is_not_taken(self, tmp_path):
        at = lives.UNDER_2026
        program = lives.a_program(at)
        lives.ready(program, at)
        handout = Handout([], "Corner", lives.a_key(program.pharmacy, at))
        handout.write(tmp_path, address="http://demo", question=handout.question(at))
        kept = json.loads((tmp_path / FILE).read_text())
        kept["pharmacy"]["key"] = "pledge_live_of-somewhere-else"
        (tmp_path / FILE).write_text(json.dumps(kept))
        assert Handout.read(tmp_path) is None


def standing(at: datetime, *named: tuple[str, lives.Life, str]) -> dict[str, str]:
    """Where each of these stands, in the order in which they are printed."""
    book = [SignerOfDemo(name, role, "", life.number, "481516") for name, life, role in named]
    return {one.signer.name: one.words for one in standings(book, at)}


@pytest.mark.django_db
class TestWhereSignersStand:
    def test_follows_what_each_has_signed_and_names_who_begins_first(self):
        at = lives.UNDER_2026
        program = lives.a_program(at)
        done, mine, fresh, part = (lives.registered(program, at) for _ in range(4))
        signers.signed_electronically(done, at)
        signers.signed_in(signers.visiting(part, at), at)
        signers.signs_all(mine, at)
        signers.invited(fresh, at)
        named = [("done", done), ("mine", mine), ("part", part), ("fresh", fresh)]
        said = standing(at, *((name, life, "registrant") for name, life in named))
        assert list(said.items()) == [
            ("fresh", "begins"),
            ("part", "has begun"),
            ("done", "signed by everyone"),
            ("mine", "has signed, waits for the clinic"),
        ]

    def test_of_a_minor_waits_for_the_guardian(self):
        at = lives.UNDER_2026
        life = signers.a_minor(lives.a_program(at), at)
        signers.signs_all(life, at)
        signers.invited(life, at, signer=Signer.GUARDIAN)
        said = standing(at, ("child", life, "registrant"), ("parent", life, "guardian"))
        assert list(said.items()) == [("parent", "begins"), ("child", "has signed, waits for the guardian")]

    def test_tells_links_that_are_dead(self):
        at = lives.UNDER_2026
        program = lives.a_program(at)
        paper, closed, never = (lives.registered(program, at) for _ in range(3))
        signers.withdrawn(signers.visiting(paper, at), at)
        revoke_link(request=signers.invited(closed, at), because="asked by telephone", by=program.clinic, at=at)
        named = [("paper", paper), ("closed", closed), ("never", never)]
        said = standing(at, *((name, life, "registrant") for name, life in named))
        assert said == {"paper": "on paper", "closed": "closed", "never": "closed"}
        late = lives.registered(program, at)
        request = signers.invited(late, at)
        assert standing(request.expires_at, ("late", late, "registrant")) == {"late": "expired"}


class TestTheEnvironment:
    def test_is_there_for_another_shell_while_the_demo_runs(self, tmp_path, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "it's $HOME `secret`")
        with environment_written(tmp_path):
            path = tmp_path / ENVIRONMENT
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            read = subprocess.run(
                ["/bin/sh", "-c", f". {path} && printenv SECRET_KEY"],
                env={"PATH": os.environ["PATH"]}, check=True, capture_output=True, text=True,
            )  # fmt: skip
            assert read.stdout == "it's $HOME `secret`\n"
        assert list(tmp_path.iterdir()) == []
