"""What a row of a file is judged by: the fields that enrolling by hand asks for, as a file writes them."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from pledge.admin.contact_steps import ContactFields
from pledge.admin.exchange.reading import COLUMNS
from pledge.admin.fields import BirthField
from pledge.rules.calendar import PROGRAM_ZONE
from pledge.rules.vocabulary import Basis, RiskCategory, Word

US_DAYS = ("%Y-%m-%d", "%m/%d/%Y")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class WrittenWord(forms.TypedChoiceField):
    """One of the program's words, as it is stored or as it is shown, in any case; empty where nothing is written."""

    def __init__(self, words: type[Word], **kwargs: Any) -> None:
        self.meant = {said.casefold(): word for word in words for said in (word.value, word.label)}
        super().__init__(choices=words.choices(), coerce=words, empty_value=None, required=False, **kwargs)
        self.error_messages["invalid_choice"] = f"Write one of: {', '.join(word.value for word in words)}."

    def to_python(self, value: Any) -> Any:
        said = str(value or "").strip()
        return super().to_python(self.meant.get(said.casefold(), said))


class RowForm(ContactFields):
    """A row's columns, with what is left empty filled in as the form for enrolling offers it."""

    born_on = BirthField(input_formats=US_DAYS)
    category = WrittenWord(RiskCategory)
    basis = WrittenWord(Basis)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["born_on"].error_messages["invalid"] = "Write the date of birth as 1998-04-02 or 4/2/1998."
        for name in ("language", "time_zone"):
            allowed = ", ".join(value for value, _ in self.fields[name].choices)  # type: ignore[attr-defined]
            self.fields[name].required = False
            self.fields[name].error_messages["invalid_choice"] = f"Write one of: {allowed}."

    def clean_name(self) -> str:
        """Give the name with single spaces."""
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for name in COLUMNS:
            if CONTROL.search(self.data.get(name, "")):
                self.add_error(name, ValidationError("There is a line break or another control character in it."))
        said["language"] = said.get("language") or settings.LANGUAGE_CODE
        said["time_zone"] = said.get("time_zone") or PROGRAM_ZONE.key
        said["category"] = said.get("category") or RiskCategory.CAN_BECOME_PREGNANT
        return said
