"""Writing the words of a form: a field for each part, the languages side by side."""

import re
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField

from consents.vocabulary import STATEMENTS, Language
from pledge.admin.party_steps import StaffStep
from pledge.rules.vocabulary import ConsentForm

PARAGRAPHS = "An empty line begins a new paragraph."
CHARACTERS_A_LINE = 60
LONGEST_PART = 4000


class Words(NamedTuple):
    """Fields that are filled in side by side: one part of the text in each language."""

    part: str
    fields: list[BoundField]


class WordsStep(StaffStep):
    """A step in which the words of a form are written: a field for each statement, in one language or in all."""

    template_name_div = "consents/admin/forms/fields.html"
    written: ConsentForm
    languages: tuple[Language, ...]

    def write(self, form: ConsentForm, bodies: dict[Language, dict[str, Any]]) -> None:
        """Make the fields for a form, filled with the words as they stand."""
        self.written, self.languages = form, tuple(bodies)
        for language, body in bodies.items():
            for part, words in self._parts(body):
                self.fields[f"{language.value}_{part}"] = _field(part, words, language)

    def words(self) -> list[Words]:
        """Give the fields of the words, in the order in which they are read."""
        parts = ["title", "introduction", *self._statements(), "closing"]
        return [
            Words(_label(part), [self[f"{language.value}_{part}"] for language in self.languages]) for part in parts
        ]

    def other_fields(self) -> list[BoundField]:
        """Give the fields that are no words."""
        words = {field.name for _, fields in self.words() for field in fields}
        return [field for field in self if field.name not in words]

    def body_in(self, language: Language) -> dict[str, Any]:
        """Give the words that were filled in, as a text's body."""

        def said(part: str) -> str:
            return str(self.cleaned_data[f"{language.value}_{part}"])

        return {
            "title": _line(said("title")),
            "introduction": _paragraphs(said("introduction")),
            "statements": [_line(said(part)) for part in self._statements()],
            "closing": _paragraphs(said("closing")),
        }

    def _statements(self) -> list[str]:
        return [f"statement_{number}" for number in range(1, STATEMENTS[self.written] + 1)]

    def _parts(self, body: dict[str, Any]) -> list[tuple[str, str]]:
        statements = zip(self._statements(), body["statements"], strict=True)
        introduction, closing = ("\n\n".join(body[part]) for part in ("introduction", "closing"))
        return [("title", body["title"]), ("introduction", introduction), *statements, ("closing", closing)]


def _label(part: str) -> str:
    return part.replace("_", " ").capitalize()


def _field(part: str, words: str, language: Language) -> forms.CharField:
    lines = sum(1 + len(line) // CHARACTERS_A_LINE for line in words.split("\n"))
    widget = forms.Textarea(attrs={"rows": lines + 1, "lang": language.value})
    several = part in {"introduction", "closing"}
    label, about = f"{_label(part)} ({language.label})", PARAGRAPHS if several else ""
    return forms.CharField(label=label, initial=words, widget=widget, help_text=about, max_length=LONGEST_PART)


def _line(said: str) -> str:
    return " ".join(said.split())


def _paragraphs(said: str) -> list[str]:
    return [_line(paragraph) for paragraph in re.split(r"\n\s*\n", said.replace("\r\n", "\n").strip())]
