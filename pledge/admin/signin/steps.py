"""Steps about log-ins: made, changed, switched off and on; and letting someone back in, for whoever may."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db.models import Model

from pledge.actions import log_ins, ways_back
from pledge.actions.tries import has_failed
from pledge.admin.steps import Scene, Step, step
from pledge.admin.visitor import AUDITORS, PROGRAM_ADMINISTRATORS, STAFF, Role
from pledge.models import Designee, Pharmacist, Prescriber

LOG_IN = "Log-in"
GROUPS = (
    (PROGRAM_ADMINISTRATORS, "Program administrators: certify, suspend, look at everything"),
    (AUDITORS, "Auditors: read the record and change nothing"),
)


def log_in_of(scene: Scene) -> User | None:
    """Give the log-in that a step is about: the row itself, or the one that a party is linked to."""
    return scene.subject if isinstance(scene.subject, User) else getattr(scene.subject, "user", None)


class AboutLogIn(Step):
    """A step about somebody's log-in, taken from its own page or from its owner's."""

    roles = STAFF
    group = LOG_IN
    subject_as = ""

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        user = log_in_of(scene)
        return user is not None and cls.makes_sense(user)

    @classmethod
    def makes_sense(cls, user: User) -> bool:
        """Tell whether the step is of use to this log-in now."""
        return user.is_active

    def concerned(self) -> list[Model]:
        user = log_in_of(self.scene)
        return list({*super().concerned(), *([user] if user is not None else [])})

    def given(self) -> dict[str, Any]:
        return {**super().given(), "user": log_in_of(self.scene)}


@step(User)
@step(Prescriber)
@step(Designee)
@step(Pharmacist)
class LetBackIn(AboutLogIn):
    """Gives a code with which someone chooses a new password and a new authenticator."""

    slug, title, button = "let-back-in", "Let back in", "Show the code"
    explanation = (
        "For someone who has lost their phone, forgotten their password, or is locked out. Make sure that it is really "
        "them: see them, or call them at a number that you know. You are shown a code once, and tell it to them by "
        "hand. With it they choose a new password and set up a new authenticator; what they had before ends then."
    )
    act = staticmethod(ways_back.give_return_code)
    roles = STAFF | {Role.PRESCRIBER, Role.REPRESENTATIVE}
    outcome_template = "pledge/admin/signin/way_back_given.html"


@step(User)
@step(Prescriber)
@step(Designee)
@step(Pharmacist)
class Unlock(AboutLogIn):
    """Lets someone try again who failed too often."""

    slug, title, button = "unlock", "Unlock", "Unlock"
    explanation = (
        "They failed to log in too often and would have to wait. Password and authenticator stay as they are: where "
        "either is lost, let them back in instead."
    )
    act = staticmethod(log_ins.unlock_log_in)
    roles = STAFF | {Role.PRESCRIBER, Role.REPRESENTATIVE}

    @classmethod
    def makes_sense(cls, user: User) -> bool:
        return user.is_active and has_failed(user.pk, user.get_username())


@step(User)
@step(Prescriber)
@step(Designee)
class Deactivate(AboutLogIn):
    """Switches a log-in off."""

    slug, title, button, grave = "switch-off", "Switch the log-in off", "Switch it off", True
    explanation = (
        "At once: whoever is logged in with it is out at the next click, the calendar feed and an unused code to get "
        "back in are dead. The log-in is kept, since the trail names it."
    )
    act = staticmethod(log_ins.deactivate_log_in)


@step(User)
@step(Prescriber)
@step(Designee)
class Reactivate(AboutLogIn):
    """Switches a log-in on again."""

    slug, title, button = "switch-on", "Switch the log-in on", "Switch it on"
    explanation = "With the password and authenticator that it had. The calendar feed is made anew by its owner."
    act = staticmethod(log_ins.reactivate_log_in)

    @classmethod
    def makes_sense(cls, user: User) -> bool:
        return not user.is_active


class Person(forms.Form):
    """Whose log-in it is, and what it is in the program."""

    first_name = forms.CharField(label="First name", max_length=150, required=False)
    last_name = forms.CharField(label="Last name", max_length=150)
    email = forms.EmailField(label="E-mail", required=False)
    groups = forms.MultipleChoiceField(
        label="In the program",
        choices=GROUPS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None for someone of a clinic or pharmacy: who they are is said at their own page.",
    )
    is_superuser = forms.BooleanField(
        label="Superuser: a program administrator who also looks after log-ins", required=False
    )


@step(User)
class MakeLogIn(Person, Step):
    """Makes a log-in, whose owner is told a code by hand."""

    slug, title, button, about_new = "new", "Make a log-in", "Make it and show the code", True
    explanation = (
        "You are shown a code once, and tell it to them by hand. With it they choose a password and set up their "
        "authenticator. User names are never given to another person, nor changed."
    )
    act = staticmethod(log_ins.make_log_in)
    roles = STAFF
    outcome_template = "pledge/admin/signin/way_back_given.html"
    username = forms.CharField(
        label="User name",
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text="As they will type it.",
    )
    field_order = ["username"]


@step(User)
class ChangeLogIn(Person, AboutLogIn):
    """Changes name, e-mail address and standing."""

    slug, title, button = "change", "Change the log-in", "Keep the changes"
    act = staticmethod(log_ins.change_log_in)
    of_record = ("first_name", "last_name", "email")

    def prepare(self) -> None:
        user = log_in_of(self.scene)
        if user is not None:
            for name in (*self.of_record, "is_superuser"):
                self.fields[name].initial = getattr(user, name)
            self.fields["groups"].initial = list(user.groups.values_list("name", flat=True))
