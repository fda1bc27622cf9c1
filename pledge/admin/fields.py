"""Form fields that several steps share."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from pledge.models import Prescriber, Registrant
from pledge.rules.calendar import ONE_DAY, birthday
from pledge.rules.editions import EDITIONS
from pledge.rules.vocabulary import PRIMARY_METHODS, Method, Word

FIRST_DAY = EDITIONS[0].effective_on


class DayField(forms.DateField):
    """A calendar day, no earlier than the program itself unless ``first`` says otherwise."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, *, first: date = FIRST_DAY, last: date | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(MinValueValidator(first, f"Enter a day on or after {first.isoformat()}."))
        if last is not None:
            self.validators.append(MaxValueValidator(last, f"Enter a day on or before {last.isoformat()}."))


class BirthField(DayField):
    """A date of birth."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Date of birth")
        super().__init__(first=date(1900, 1, 1), **kwargs)


class WordField(forms.TypedChoiceField):
    """One of the program's words, chosen by radio buttons; None where it is not required and not chosen."""

    def __init__(self, words: type[Word], *, only: Iterable[Word] | None = None, **kwargs: Any) -> None:
        chosen = list(only) if only is not None else list(words)
        kwargs.setdefault("widget", forms.RadioSelect)
        choices = [(word.value, word.label) for word in chosen]
        super().__init__(choices=choices, coerce=words, empty_value=None, **kwargs)


class MethodsField(forms.TypedMultipleChoiceField):
    """Methods of contraception, by check boxes under primary, secondary and abstinence."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        alone = [Method.ABSTINENCE]
        secondary = [m for m in Method if m not in PRIMARY_METHODS and m not in alone]
        primary = [m for m in Method if m in PRIMARY_METHODS]
        groups = (("Primary", primary), ("Secondary", secondary), ("Alone", alone))
        choices = [(title, [(m.value, m.label) for m in methods]) for title, methods in groups]
        super().__init__(choices=choices, coerce=Method, **kwargs)


class NpiField(forms.CharField):
    """A prescriber named by NPI; gives the prescriber."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "NPI of the prescriber")
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        npi = super().clean(value)
        prescriber = Prescriber.objects.filter(npi=npi).first()
        if npi and prescriber is None:
            raise ValidationError("No prescriber in the program has this NPI.")
        return prescriber


class LogInField(forms.CharField):
    """A log-in named by its user name; gives the log-in, which must be no one's yet, or None where none is named."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "User name of their log-in")
        kwargs.setdefault("help_text", "One that is nobody's yet. One log-in belongs to one person.")
        super().__init__(max_length=150, **kwargs)

    def clean(self, value: Any) -> Any:
        name = super().clean(value)
        if not name:
            return None
        free = {
            "prescriber": None,
            "designee": None,
            "pharmacist": None,
            "groups": None,
            "is_superuser": False,
            "is_active": True,
        }
        user = get_user_model().objects.filter(username=name, **free).first()
        if user is None:
            raise ValidationError("There is no unused log-in of this name.")
        return user


def year_from(on: date) -> date:
    """Give the last day of a certification that begins on a program day: it lasts one year (section 1)."""
    return birthday(on, 1) - ONE_DAY


def specimens_to_choose(registrant: Registrant, newest: int | None = None) -> list[tuple[str, str]]:
    """Give the specimen days on record, newest first, as choices; all tests of one day are one specimen.

    :param newest: how many; all without it.
    """
    days: dict[str, str] = {}
    for test in registrant.tests.in_force().order_by("-specimen_on", "-id"):
        said = f"{test.specimen_on:%b} {test.specimen_on.day}, {test.specimen_on.year} · {test.get_result_display()}"
        days.setdefault(test.specimen_on.isoformat(), f"{said} · {test.get_setting_display()}")
    return list(days.items())[:newest]
