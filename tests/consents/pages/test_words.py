"""Every word of the signers' pages has its Spanish, and what Django reads is what was written."""

import re
from pathlib import Path

import pytest

from consents.pages import words
from consents.vocabulary import Meaning, SigningMethod
from tests.words import COMPILED, TEMPLATES, Message, compiled, gathered, kept, messages_in

PLACES = re.compile(r"%\((\w+)\)[ds]|</?\w+>")


def name(path: Path) -> str:
    return path.name


class TestTheWords:
    def test_are_all_kept(self) -> None:
        written = {message.id for message in kept() if message.id}
        assert written == set(gathered())

    def test_are_gathered_inside_f_strings_too(self) -> None:
        source = "said = f\"{_('Lost.')} {tries} {ngettext('%(n)d try', '%(n)d tries', n)}\"\nsaid = _('Found.')\n"
        assert {said for _, said in messages_in(source)} == {"Lost.", ("%(n)d try", "%(n)d tries"), "Found."}

    @pytest.mark.parametrize("said", gathered(), ids=str)
    def test_have_spanish(self, said: Message) -> None:
        message = kept().get(said if isinstance(said, str) else said[0])
        spanish = [message.string] if isinstance(message.string, str) else list(message.string)
        english = [said] if isinstance(said, str) else list(said)
        assert len(spanish) == len(english)
        assert all(spanish)
        assert not message.fuzzy
        assert set(PLACES.findall(spanish[-1])) == set(PLACES.findall(english[-1]))

    def test_are_compiled(self) -> None:
        assert COMPILED.read_bytes() == compiled(kept())

    @pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=name)
    def test_are_marked_wherever_a_page_says_any(self, path: Path) -> None:
        source = re.sub(r"\{% blocktranslate.*?%\}.*?\{% endblocktranslate %\}", "", path.read_text(), flags=re.DOTALL)
        source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<(style|script|code).*?</\1>|<!doctype html>", "", source)
        said = set(re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>", " ", source)))
        assert said <= {"Pledge", "English", "Español", "UTC"}

    def test_of_meanings_and_methods_are_those_of_the_record(self) -> None:
        said = {**words.MEANINGS, **words.METHODS}
        assert {word: str(sentence) for word, sentence in said.items()} == {
            word: word.label for word in [*Meaning, *SigningMethod]
        }
