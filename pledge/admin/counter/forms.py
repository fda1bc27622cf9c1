"""What is typed at the counter: forgiving about blanks, hyphens and how a date is written."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pledge.admin.fields import BirthField
from pledge.rules.vocabulary import ReversalReason

MOST_DAYS = 999
USUAL_DAYS = 30  # what is asked for where nothing else is typed
DAYS_AS_WRITTEN = ("%Y-%m-%d", "%m-%d-%Y", "%b-%d-%Y", "%B-%d-%Y", "%d-%b-%Y", "%d-%B-%Y")
BETWEEN = re.compile(r"[\s./,-]+")
RUN_TOGETHER = re.compile(r"(\d\d)(\d\d)(\d{4})")
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
HOW_TO_WRITE = "Write it as 4/2/1998: month, day, and the year with four digits."


class TypedBirthField(BirthField):
    """A date of birth as people type one: the month first, whatever stands between, or as one run of eight digits."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={**PLAIN, "placeholder": "4/2/1998"})
        super().__init__(input_formats=DAYS_AS_WRITTEN, widget=widget, **kwargs)
        self.error_messages["invalid"] = f"This is not a date. {HOW_TO_WRITE}"

    def to_python(self, value: Any) -> Any:
        typed = str(value or "").strip() if not isinstance(value, date) else value.isoformat()
        together = RUN_TOGETHER.fullmatch(typed)
        return super().to_python("-".join(together.groups()) if together else BETWEEN.sub("-", typed).strip("-"))


class NumberField(forms.CharField):
    """A number as it stands on a letter or a bottle: blanks and hyphens in it do not matter."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={**PLAIN, "inputmode": "numeric"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        return re.sub(r"[\s-]+", "", super().to_python(value) or "")


class CounterForm(forms.Form):
    """A form of the counter, whose labels end as they are written."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class AskForm(CounterForm):
    """Whom it is about, and for how many days."""

    number = NumberField(label="Registrant number", error_messages={"required": "Type the registrant's number."})
    born_on = TypedBirthField(
        label="Date of birth", error_messages={"required": f"Type the date of birth. {HOW_TO_WRITE}"}
    )
    days_supply = forms.IntegerField(
        label="Days' supply",
        min_value=1,
        max_value=MOST_DAYS,
        initial=USUAL_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].widget.attrs["autofocus"] = True


class GiveForm(AskForm):
    """The same, sent again from a page that answered yes; ``seen`` is the pharmacy's newest number for them then."""

    seen = forms.IntegerField(min_value=0, required=False)


class ReverseForm(CounterForm):
    """Why a number is given back."""

    reason = forms.TypedChoiceField(
        label="Why",
        choices=[("", "Choose why"), *ReversalReason.choices()],
        coerce=ReversalReason,
        error_messages={"required": "Choose why it is given back."},
    )


class FindForm(CounterForm):
    """A number of the pharmacy's own."""

    rma_number = NumberField(label="RMA number", error_messages={"required": "Type the RMA number."})

    def clean_rma_number(self) -> str:
        """Give what can be a number of ours.

        :raises ValidationError: where it cannot.
        """
        typed: str = self.cleaned_data["rma_number"]
        if not (typed.isascii() and typed.isdigit()):
            raise ValidationError("An RMA number has digits only.")
        return typed
