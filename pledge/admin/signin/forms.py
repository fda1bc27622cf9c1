"""The forms of signing in; each asks one thing in plain words."""

from typing import Any

from django import forms

LONGEST = 4096  # of a password; hashing a longer one would cost us more than it costs them
LONGEST_NAME = 150


class PasswordForm(forms.Form):
    """User name and password."""

    username = forms.CharField(
        label="User name",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = forms.CharField(
        strip=False, max_length=LONGEST, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    """The second factor."""

    code = forms.CharField(
        label="Code from your authenticator app",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none", "autofocus": True}
        ),
        help_text="Six digits; they change every half minute. A recovery code is taken here too.",
    )


class SetUpForm(forms.Form):
    """The first code of a new authenticator."""

    code = forms.CharField(
        label="Code that the app shows now",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        help_text="Six digits.",
    )


def plainly(form: Any) -> Any:
    """Give a form with labels as we write them."""
    form.label_suffix = ""
    return form
