"""The forms of signing in; each asks one thing in plain words."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

LONGEST = 4096  # of a password; hashing a longer one would cost us more than it costs them
LONGEST_NAME = 150
PLAIN = {"autocapitalize": "none", "spellcheck": "false"}
ONE_TIME = {**PLAIN, "autocomplete": "one-time-code"}


def _password(label: str, kind: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": kind})
    return forms.CharField(label=label, strip=False, max_length=LONGEST, widget=widget, **more)


def _code(label: str, help_text: str = "", **attributes: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={**ONE_TIME, **attributes})
    return forms.CharField(label=label, max_length=40, widget=widget, help_text=help_text)


class Plain(forms.Form):
    """A form whose labels end as they are written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def reject(self, field: str, message: str) -> None:
        """Say beside a field what an action said."""
        self.add_error(field if field in self.fields else None, message[:1].upper() + message[1:] + ".")


class PasswordForm(Plain):
    """User name and password."""

    username = forms.CharField(
        label="User name",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={**PLAIN, "autocomplete": "username", "autofocus": True}),
    )
    password = _password("Password", "current-password")


class CodeForm(Plain):
    """The second factor."""

    code = _code(
        "Code from your authenticator app",
        "Six digits that change every half minute. Without your phone, type one of your recovery codes here.",
        autofocus=True,
    )


class SetUpForm(Plain):
    """The first code of a new authenticator."""

    code = _code("Code that the app shows now", "Six digits.", inputmode="numeric")


class Twice(Plain):
    """A new password, typed twice."""

    new_password = _password(
        "New password",
        "new-password",
        help_text="At least 15 characters; a few words in a row are good.",
    )
    again = _password("The same again", "new-password")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, again = said.get("new_password"), said.get("again")
        if first and again and first != again:
            self.add_error("again", "This is not the same as above.")
        elif first and again:
            try:
                validate_password(first)
            except ValidationError as weak:
                self.add_error("new_password", weak)
        return said


class WayBackForm(Twice):
    """What someone who was let back in brings."""

    username = forms.CharField(
        label="User name", max_length=LONGEST_NAME, widget=forms.TextInput(attrs={**PLAIN, "autocomplete": "username"})
    )
    code = forms.CharField(
        label="The code that you were told",
        max_length=40,
        widget=forms.TextInput(attrs={**PLAIN, "autocomplete": "off"}),
        help_text="Twelve letters and digits; hyphens and capitals do not matter.",
    )
    field_order = ["username", "code"]


class AgainForm(Plain):
    """Password and code of someone who is logged in, before they change how they log in."""

    password = _password("Your password", "current-password")
    code = _code("Code from your authenticator app", "Or one of your recovery codes.")


class ChangePasswordForm(AgainForm, Twice):
    """The same, and a new password."""

    field_order = ["password", "code", "new_password", "again"]


class ChangeAuthenticatorForm(AgainForm):
    """The same, and the first code of another authenticator."""

    code = _code("Code from the authenticator that you have now", "Or one of your recovery codes.")
    new_code = _code("Code that the new one shows", "Six digits.", inputmode="numeric")
