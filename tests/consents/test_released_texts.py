"""The texts that come with the release: they never change, say the same in both languages, and can be read."""

import re
from collections.abc import Iterator

import pytest

from consents.disclosures import FOLDER, disclosures_in
from consents.models import FormText
from consents.released import Released, released_texts
from consents.vocabulary import STATEMENTS, Language
from pledge.rules.vocabulary import ConsentForm

# A released text never changes, since someone may have signed it: write a new version instead.
DIGESTS = {
    "birth_defects_consent.2021.en": "305035b2b3bee864ccbb1929b863856eb11aefc77fa3d2e9cda256962c763520",
    "birth_defects_consent.2021.es": "5d65c30663d95f861c16c01af44d2492f388830b099f3402344631f091b863bf",
    "birth_defects_consent.2026.en": "660fcefecba0b6a0329704de0fc524095968650af9b75124750cf222cfd18867",
    "birth_defects_consent.2026.es": "7e7011f6bbd41dadd5a971b7f24fdbfae7d8f5bd775ba7312d227b9831ce5ad0",
    "informed_consent.2021.en": "e316d73fefd7726f3422d2f0624f29dcff1dd482e79765d8f6ba3beb9dea019e",
    "informed_consent.2021.es": "2a416a0d5deac8618114a02c00a004f46331e36c413599bdc85274f8a03fcbc1",
}
DISCLOSURE_DIGESTS = {
    "en": "04a165f7d734649bd7a110814d57998d587045a2ab86a1ed1e60d07255724ba7",
    "es": "fd50556a03206f04b1512cfccac298055413dbf21c7e18034542980581433781",
}
RENEWED = {9, 13}  # the statements of the birth-defects form that say where a test is done
GRADE = 8
HARDEST_STATEMENT = 9
# Common in one language and no word of the other.
SPANISH = {
    "el",
    "la",
    "los",
    "que",
    "de",
    "mi",
    "y",
    "con",
    "para",
    "una",
    "un",
    "por",
    "se",
    "es",
    "en",
    "su",
    "si",
    "hay",
}
ENGLISH = {
    "the",
    "and",
    "my",
    "i",
    "of",
    "to",
    "is",
    "am",
    "will",
    "it",
    "that",
    "this",
    "for",
    "or",
    "you",
    "your",
    "if",
}


def name(text: Released) -> str:
    return f"{text.form}.{text.version}.{text.language}"


TEXTS = {name(text): text for text in released_texts()}
EACH_TEXT = pytest.mark.parametrize("text", TEXTS.values(), ids=name)
EACH_LANGUAGE = pytest.mark.parametrize("language", [language.value for language in Language])


def sentences(text: Released) -> Iterator[str]:
    body = text.body
    yield from (body["title"] + ".", *body["introduction"], *body["statements"], *body["closing"])


def words_in(said: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", said.lower())


def syllables(word: str) -> int:
    """Count groups of vowels, less a silent e at the end."""
    found = len(re.findall(r"[aeiouy]+", word))
    return max(found - (found > 1 and word.endswith("e") and not word.endswith(("le", "ee"))), 1)


def grade(said: str) -> float:
    """The Flesch-Kincaid grade: the American school year in which a text is understood."""
    words, ends = words_in(said), len(re.findall(r"[.?!](?=\s|$)", said))
    return 0.39 * len(words) / ends + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def share(said: str, common: set[str]) -> float:
    words = words_in(said)
    return sum(word in common for word in words) / len(words)


class TestTheReleasedTexts:
    def test_are_all_there_and_never_change(self) -> None:
        assert {each: text.digest for each, text in TEXTS.items()} == DIGESTS

    @pytest.mark.django_db
    def test_are_what_the_database_serves(self) -> None:
        served = FormText.objects.served().select_related("form_version")
        kept = {f"{text.form_version.form}.{text.form_version.version}.{text.language}": text for text in served}
        assert {each: text.digest for each, text in kept.items()} == DIGESTS
        assert {each: text.body for each, text in kept.items()} == {each: text.body for each, text in TEXTS.items()}

    @EACH_TEXT
    def test_have_the_statements_of_their_form(self, text: Released) -> None:
        assert len(text.body["statements"]) == STATEMENTS[ConsentForm(text.form)]

    @EACH_TEXT
    def test_say_something_everywhere(self, text: Released) -> None:
        assert set(text.body) == {"title", "introduction", "statements", "closing"}
        for said in sentences(text):
            assert said == said.strip()
            assert re.search(r"\w{3}.*[.]$", said), said

    @EACH_TEXT
    def test_have_no_statement_twice(self, text: Released) -> None:
        assert len(set(text.body["statements"])) == len(text.body["statements"])

    @EACH_TEXT
    def test_are_in_every_language_alike(self, text: Released) -> None:
        for language in Language:
            other = TEXTS[f"{text.form}.{text.version}.{language.value}"]
            for part in ("introduction", "statements", "closing"):
                assert len(other.body[part]) == len(text.body[part])
            numbers = [sorted(re.findall(r"\d+", said)) for said in text.body["statements"]]
            assert numbers == [sorted(re.findall(r"\d+", said)) for said in other.body["statements"]]


class TestTheNewEdition:
    @EACH_LANGUAGE
    def test_changes_where_tests_are_done_and_nothing_else(self, language: str) -> None:
        old, new = (TEXTS[f"birth_defects_consent.{version}.{language}"].body for version in ("2021", "2026"))
        pairs = zip(old["statements"], new["statements"], strict=True)
        assert {number for number, (before, after) in enumerate(pairs, 1) if before != after} == RENEWED
        assert {**old, "statements": []} == {**new, "statements": []}

    @pytest.mark.parametrize(("language", "laboratory"), [("en", "in a lab"), ("es", "en un laboratorio")])
    def test_asks_for_no_laboratory(self, language: str, laboratory: str) -> None:
        old, new = (TEXTS[f"birth_defects_consent.{version}.{language}"].body for version in ("2021", "2026"))
        said = {number for number, statement in enumerate(old["statements"], 1) if laboratory in statement}
        assert said == RENEWED
        assert laboratory not in " ".join(new["statements"])

    @pytest.mark.parametrize(("language", "home"), [("en", "at home if my prescriber"), ("es", "en casa si mi médico")])
    def test_lets_only_later_tests_be_done_at_home(self, language: str, home: str) -> None:
        statements = TEXTS[f"birth_defects_consent.2026.{language}"].body["statements"]
        assert [number for number, said in enumerate(statements, 1) if home in said] == [13]


class TestReading:
    @pytest.mark.parametrize("text", [text for text in TEXTS.values() if text.language == "en"], ids=name)
    def test_asks_for_eight_years_of_school(self, text: Released) -> None:
        assert grade(" ".join(sentences(text))) <= GRADE
        hard = {number: round(grade(said), 1) for number, said in enumerate(text.body["statements"], 1)}
        assert {number: year for number, year in hard.items() if year > HARDEST_STATEMENT} == {}

    def test_of_the_disclosures_does_too(self) -> None:
        assert grade(" ".join(disclosures_in("en").paragraphs)) <= GRADE

    def test_would_be_seen_to_be_hard(self) -> None:
        label = "Contraceptive counseling necessitates simultaneous utilization of pharmaceutical alternatives."
        assert grade(label) > GRADE
        assert grade("I will not give blood. I will call at once.") < 3

    @EACH_TEXT
    def test_is_in_the_language_that_it_says(self, text: Released) -> None:
        own, other = (SPANISH, ENGLISH) if text.language == "es" else (ENGLISH, SPANISH)
        for said in [*text.body["introduction"], *text.body["statements"], *text.body["closing"]]:
            assert share(said, own) > 0.1, said
            assert share(said, other) == 0, said

    @pytest.mark.parametrize("text", [text for text in TEXTS.values() if text.language == "es"], ids=name)
    def test_in_spanish_is_polite(self, text: Released) -> None:
        words = set(words_in(" ".join(sentences(text))))
        assert words & {"usted", "lea", "ponga"}
        assert not words & {"tú", "tu", "tus", "ti", "te", "vosotros", "vuestro"}


class TestTheDisclosures:
    def test_never_change(self) -> None:
        assert {each.value: disclosures_in(each).digest for each in Language} == DISCLOSURE_DIGESTS

    def test_have_one_file_for_each_version_and_language(self) -> None:
        assert {path.name for path in FOLDER.iterdir()} == {f"2026.{language.value}.toml" for language in Language}

    # 15 USC 7001(c)(1): paper, withdrawal and its effect, scope, contact, paper copies and their fee, what is needed.
    @pytest.mark.parametrize(
        ("english", "spanish"),
        [
            ("same forms on paper", "mismos formularios en papel"),
            ("withdraw from signing", "dejar de firmar"),
            ("What you signed before you withdrew still counts", "Lo que usted firmó antes sigue siendo válido"),
            ("It covers the consent forms", "Se aplica a los formularios de consentimiento"),
            ("give them the new one", "deles el nuevo"),
            ("ask your clinic for a paper copy", "pedir a su clínica una copia en papel"),
            ("There is no fee for it", "No tiene ningún costo"),
            ("an app that opens PDF files", "una aplicación que abra archivos PDF"),
            ("If what you need changes", "Si lo que se necesita cambia"),
            ("There is a code in it", "Dentro hay un código"),
        ],
    )
    def test_say_what_the_law_asks_for(self, english: str, spanish: str) -> None:
        assert english in " ".join(disclosures_in("en").paragraphs)
        assert spanish in " ".join(disclosures_in("es").paragraphs)

    @EACH_LANGUAGE
    def test_have_words_under_every_heading(self, language: str) -> None:
        disclosures = disclosures_in(language)
        assert disclosures.language == language
        assert len(disclosures.sections) == len(disclosures_in("en").sections)
        assert all(heading and paragraphs for heading, paragraphs in disclosures.sections)
        assert all(said.strip().endswith(".") for said in disclosures.paragraphs)

    def test_in_an_unknown_language_are_not_there(self) -> None:
        with pytest.raises(ValueError, match="fr"):
            disclosures_in("fr")
