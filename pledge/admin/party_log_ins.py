"""Steps of program administrators that give a prescriber or designee a log-in: a new one, or one that was made."""

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator

from pledge.actions import log_ins, participants
from pledge.admin.fields import LogInField
from pledge.admin.party_steps import StaffStep
from pledge.admin.steps import Scene, step
from pledge.models import Designee, Prescriber


class WithoutLogIn(StaffStep):
    """A step about someone who has no log-in yet."""

    group, subject_as = "Log-in", "party"

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return scene.subject.user_id is None


@step(Prescriber)
@step(Designee)
class MakeTheirLogIn(WithoutLogIn):
    """Makes their log-in, whose owner is told a code by hand."""

    slug, title, button = "make-log-in", "Make their log-in", "Make it and show the code"
    explanation = (
        "You are shown a code once, and tell it to them by hand: see them, or call them at a number that you know. "
        "With it they choose a password and set up their authenticator, and come in as this person. A user name "
        "is never given to another person, nor changed."
    )
    act = staticmethod(log_ins.make_clinic_log_in)
    outcome_template = "pledge/admin/signin/way_back_given.html"

    username = forms.CharField(
        label="User name", max_length=150, validators=[UnicodeUsernameValidator()], help_text="As they will type it."
    )


@step(Prescriber)
@step(Designee)
class LinkLogIn(WithoutLogIn):
    """Gives someone who is enrolled already a log-in that was made and is nobody's yet."""

    slug, title, button = "link-log-in", "Link a log-in that is made already", "Link it"
    explanation = (
        "Whoever logs in with it acts as this person from then on, and sees what this person sees. Where none was made "
        "for them, choose Make their log-in instead."
    )
    act = staticmethod(participants.link_log_in)

    user = LogInField()

    def done(self, outcome: Any) -> str:
        return "The log-in is linked."
