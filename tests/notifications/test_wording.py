"""A mail tells its reader to look, and tells whoever reads over their shoulder nothing."""

import re
import string
from datetime import date

import pytest

from notifications.kinds import Kind, Reader
from notifications.signing_texts import WITH_A_LINK
from notifications.wording import ALLOWED, LANGUAGES, TEXTS, THE_DAY, day_in_words, words_for
from notifications.words import Enclosed, Words, page_of

# The drug, what it asks for, what it is for, where, and what people are made to do about it; in both languages.
DENIED = re.compile(
    r"isotretin|accutane|absorica|claravis|retino|drug|medic|pill|capsule|dose|prescri|pharmac|rems|ipledge"
    r"|pregnan|embaraz|contracep|anticoncep|birth|nacim|fetus|feto|baby|beb[eé]|condom|period|menstr|abstin|sex"
    r"|\btests?\b|prueba|examen|\blab|urin|orina|blood|sangre|result|specimen|muestra|positiv|negativ"
    r"|derma|skin|piel|acne|acn[eé]|doctor|m[eé]dic|farmac|receta|tratam|treatm|patient|pacient",
    re.IGNORECASE,
)
EVERY_DAY = dict.fromkeys((*THE_DAY, "first_day"), "2026-11-26")
CODE, LINK = "204817", "https://clinic.example/sign/q8Zr2vLk5NwXy7Tb3Hd9Jm4Pc6Gf1Qs0/"
EVERY_TEXT = [
    *((reader, kind, language, Enclosed(code=CODE)) for reader, kind in TEXTS for language in LANGUAGES),
    *((Reader.GUARDIAN, kind, language, Enclosed(link=LINK)) for kind in WITH_A_LINK for language in LANGUAGES),
]
TOLD = [
    *((Reader.REGISTRANT, kind) for kind in (
        Kind.ADDRESS_CONFIRMATION, Kind.INVITATION_TO_SIGN, Kind.SIGNING_CODE, Kind.SIGNING_LINK_CLOSED,
        Kind.CONSENT_COPY, Kind.TEST_DUE, Kind.QUESTIONS_READY, Kind.WINDOW_OPEN,
        Kind.WINDOW_CLOSING, Kind.WINDOW_MISSED, Kind.LOCKED_OUT, Kind.LOCKOUT_ENDED,
        Kind.POST_TREATMENT_TEST_DUE, Kind.POST_TREATMENT_TEST_OVERDUE,
    )),
    *((Reader.GUARDIAN, kind) for kind in (
        Kind.INVITATION_TO_SIGN, Kind.SIGNING_CODE, Kind.SIGNING_LINK_CLOSED, Kind.CONSENT_COPY,
    )),
    *((Reader.PRESCRIBER, kind) for kind in (
        Kind.CONFIRMATION_DUE, Kind.WINDOW_MISSED, Kind.METHODS_DIFFER, Kind.URGENT_RESULT, Kind.ADDRESS_FAILED,
        Kind.CERTIFICATION_EXPIRING, Kind.SIGNING_LINK_CLOSED, Kind.SIGNING_WITHDRAWN,
    )),
    *((Reader.PHARMACY, kind) for kind in (
        Kind.AUTHORIZATION_LAPSED, Kind.AUTHORIZATION_REVOKED, Kind.AUTHORIZATION_SUSPENDED,
        Kind.AUTHORIZATION_RESUMED, Kind.CERTIFICATION_EXPIRING, Kind.GUESSING, Kind.WEBHOOK_TURNED_OFF,
    )),
    *((Reader.PROGRAM, kind) for kind in (Kind.URGENT_RESULT, Kind.DEVIATION, Kind.NONCOMPLIANCE, Kind.GUESSING)),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "kind", "language", "enclosed"), EVERY_TEXT)
class TestEveryText:
    def test_names_nothing_that_it_must_not(
        self, reader: Reader, kind: Kind, language: str, enclosed: Enclosed
    ) -> None:
        for on in (date(2026, 11, 1), date(2026, 12, 1)):
            words = words_for(reader, kind, language, EVERY_DAY, on, enclosed)
            assert DENIED.findall(f"{words.subject} {words.text} {words.button}") == []

    def test_takes_nothing_but_days_and_a_code(
        self, reader: Reader, kind: Kind, language: str, enclosed: Enclosed
    ) -> None:
        words = (WITH_A_LINK[kind] if enclosed.link else TEXTS[reader, kind])[language]
        named = {name for part in words for _, name, _, _ in string.Formatter().parse(part) if name is not None}
        assert named <= ALLOWED
        assert ("code" in named) == (kind is Kind.SIGNING_CODE)

    def test_is_whole(self, reader: Reader, kind: Kind, language: str, enclosed: Enclosed) -> None:
        words = words_for(reader, kind, language, EVERY_DAY, date(2026, 11, 1), enclosed)
        assert words.text.endswith(".")
        assert len(words.subject) <= 60
        assert not set("{}\r\n") & set(words.subject + words.text + words.button)
        assert bool(words.button) == bool(words.link) == bool(enclosed.link)


class TestTheTexts:
    def test_are_there_for_everything_that_is_told(self) -> None:
        assert set(TEXTS) == set(TOLD)

    def test_are_there_in_both_languages(self) -> None:
        assert {frozenset(said) for said in TEXTS.values()} == {frozenset(LANGUAGES)}

    def test_name_the_day_of_a_task(self) -> None:
        words = words_for(Reader.REGISTRANT, Kind.WINDOW_CLOSING, "en", {"last_day": "2026-11-26"}, date(2026, 11, 23))
        assert words.text.startswith("You have a task to finish by Thursday, November 26.")

    def test_say_that_a_task_waits_once_its_day_has_passed(self) -> None:
        days = {"supply_ends_on": "2026-11-26"}
        assert "by Thursday" in words_for(Reader.REGISTRANT, Kind.TEST_DUE, "en", days, date(2026, 11, 26)).text
        assert "since Thursday" in words_for(Reader.REGISTRANT, Kind.TEST_DUE, "en", days, date(2026, 11, 27)).text

    def test_name_the_day_a_waiting_time_ends(self) -> None:
        days = {"first_day": "2026-05-01", "last_day": "2026-05-13"}
        words = words_for(Reader.REGISTRANT, Kind.LOCKED_OUT, "es", days, date(2026, 5, 2))
        assert "miércoles 13 de mayo" in words.text

    def test_refuse_to_leave_a_day_out(self) -> None:
        with pytest.raises(KeyError):
            words_for(Reader.REGISTRANT, Kind.WINDOW_CLOSING, "en", {}, date(2026, 11, 23))

    @pytest.mark.parametrize(
        ("language", "subject"), [("es-MX", "Una tarea le espera"), ("fr", "A task is waiting for you")]
    )
    def test_are_in_the_readers_language_or_in_english(self, language: str, subject: str) -> None:
        days = {"asked_on": "2026-11-26"}
        kind = Kind.POST_TREATMENT_TEST_OVERDUE
        assert words_for(Reader.REGISTRANT, kind, language, days, date(2026, 11, 29)).subject == subject


class TestACode:
    def test_is_in_the_text_and_not_in_the_subject(self) -> None:
        words = words_for(Reader.REGISTRANT, Kind.SIGNING_CODE, "es", {}, date(2026, 11, 23), Enclosed(code=CODE))
        assert CODE in words.text
        assert CODE not in words.subject

    def test_is_never_left_out(self) -> None:
        with pytest.raises(KeyError):
            words_for(Reader.REGISTRANT, Kind.SIGNING_CODE, "en", {}, date(2026, 11, 23))


class TestThePage:
    def test_has_one_link_and_its_address_in_full(self) -> None:
        page = page_of(Words("Subject", "Text.", "Read and sign", LINK))
        assert re.findall(r'href="([^"]*)"', page) == [LINK]
        assert page.count(LINK) == 2

    def test_has_no_link_where_there_is_none(self) -> None:
        assert "<a" not in page_of(Words("Subject", "Text."))

    def test_lets_no_word_speak_html(self) -> None:
        assert "<b>" not in page_of(Words("<b>", "<b>", "<b>", "https://clinic.example/<b>"))


@pytest.mark.parametrize(
    ("day", "language", "said"),
    [
        (date(2026, 11, 26), "en", "Thursday, November 26"),
        (date(2028, 2, 29), "en", "Tuesday, February 29"),
        (date(2026, 8, 1), "es", "sábado 1 de agosto"),
        (date(2027, 1, 6), "es", "miércoles 6 de enero"),
    ],
)
def test_a_day_is_said_as_people_say_it(day: date, language: str, said: str) -> None:
    assert day_in_words(day, language) == said
