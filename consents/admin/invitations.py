"""Steps about links and PINs: who signs is invited at the clinic, where someone looks at who chooses the PIN (R23)."""

from typing import Any

from django import forms
from django.utils import timezone

from consents.actions.invitations import invite, revoke_link
from consents.admin.signers import SIGN_BY_LINK, has_pin, newest_link, to_sign
from consents.links import state_of
from consents.models import SigningRequest
from consents.vocabulary import IdentityCheck, LinkState
from pledge.admin.fields import WordField
from pledge.admin.steps import ENROLLMENT, Scene, Step, step
from pledge.models import Registrant
from pledge.rules.enrollment import is_minor
from pledge.rules.vocabulary import Scope, Signer

PIN = forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "new-password", "maxlength": 6})


def state_now(scene: Scene, signer: Signer) -> LinkState | None:
    """Give what has become of a signer's newest link; None where there is none."""
    request = newest_link(scene.subject, signer)
    return state_of(request, timezone.now()) if request is not None else None


class AboutASigner(Step):
    """A step about one of those who sign by link."""

    group, scope = ENROLLMENT, Scope.ENROLLMENT

    signer = WordField(Signer, only=SIGN_BY_LINK, label="Who")

    @classmethod
    def signers(cls, scene: Scene) -> list[Signer]:
        """Give those about whom the step makes sense now."""
        return to_sign(scene)

    @classmethod
    def offered(cls, scene: Scene) -> bool:
        return bool(cls.signers(scene))

    def prepare(self) -> None:
        them = self.signers(self.scene)
        if them:
            self.initial.setdefault("signer", them[0])
        if not is_minor(self.scene.subject.born_on, self.scene.on) and Signer.GUARDIAN not in them:
            self.fields["signer"].choices = [(Signer.REGISTRANT.value, Signer.REGISTRANT.label)]  # type: ignore[attr-defined]


class Inviting(AboutASigner):
    """What an invitation asks where a PIN is chosen with it."""

    act = staticmethod(invite)

    identity_check = WordField(IdentityCheck, label="How you made sure who this is", required=False)
    pin = forms.CharField(
        label="PIN, typed by the signer",
        required=False,
        widget=PIN,
        help_text="Six digits that only they know: no run, no repeated digit, no date of birth.",
    )
    pin_again = forms.CharField(label="PIN once more", required=False, widget=PIN)
    same_address_because = forms.CharField(
        label="Why both have the same address",
        max_length=200,
        required=False,
        help_text="A registrant and a parent or guardian sign at two addresses, unless there is a reason.",
    )

    def prepare(self) -> None:
        super().prepare()
        registrant = self.scene.subject
        shared = registrant.email and registrant.email.casefold() == registrant.guardian_email.casefold()
        if not shared:
            del self.fields["same_address_because"]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("pin", "") != said.get("pin_again", ""):
            self.add_error("pin_again", "The two are not the same. Let the signer type both again.")
        if said.get("pin") and not said.get("identity_check"):
            self.add_error("identity_check", "Say how you made sure who chooses this PIN.")
        if not said.get("pin") and self.needs_pin(said.get("signer")):
            self.add_error("pin", "There is no PIN yet: let the signer choose one.")
        return said

    def needs_pin(self, signer: Signer | None) -> bool:
        """Tell whether a PIN must be chosen now."""
        return signer is None or not has_pin(self.scene.subject, signer)

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "signer": said["signer"],
            "pin": said["pin"] or None,
            "identity_check": said["identity_check"] if said["pin"] else None,
            "same_address_because": said.get("same_address_because", ""),
        }

    def done(self, outcome: Any) -> str:
        return "Invited. The link leaves by e-mail within a minute."


@step(Registrant)
class InviteToSign(Inviting):
    """Invites a signer: PIN, identity, link."""

    slug, title, button = "invite-to-sign", "Invite to sign", "Send the link"
    explanation = (
        "The link is mailed to the signer's own address. It opens nothing by itself: to sign they need a code that is "
        "mailed when they ask for it, and the PIN that they choose now, with you."
    )

    @classmethod
    def signers(cls, scene: Scene) -> list[Signer]:
        done = {LinkState.OPEN, LinkState.WITHDRAWN}
        return [signer for signer in to_sign(scene) if state_now(scene, signer) not in done]


@step(Registrant)
class SendLinkAgain(AboutASigner):
    """Mails the link once more; the PIN stays."""

    slug, title, button = "send-link-again", "Send the link again", "Send it"
    explanation = (
        "The link is mailed once more to the address on record. One that expired, or went to an address that was "
        "changed since, is closed and a new one is mailed. The PIN stays, and so does what was initialed."
    )
    act = staticmethod(invite)

    @classmethod
    def signers(cls, scene: Scene) -> list[Signer]:
        sent = {LinkState.OPEN, LinkState.EXPIRED, LinkState.REVOKED}
        them = [signer for signer in to_sign(scene) if state_now(scene, signer) in sent]
        return [signer for signer in them if has_pin(scene.subject, signer)]

    def given(self) -> dict[str, Any]:
        signer = self.cleaned_data["signer"]
        before = newest_link(self.scene.subject, signer)
        return {"signer": signer, "same_address_because": before.same_address_because if before else ""}

    def done(self, outcome: Any) -> str:
        return "The link leaves by e-mail within a minute."


@step(Registrant)
class SetNewPin(Inviting):
    """Lets a signer choose a new PIN."""

    slug, title, button = "set-pin", "Set a new PIN", "Set it and send a new link"
    explanation = (
        "For a signer who forgot their PIN, or whose link was closed after wrong ones. Make sure who it is. A new link "
        "is mailed with it, and the one before is closed."
    )

    @classmethod
    def signers(cls, scene: Scene) -> list[Signer]:
        them = [signer for signer in to_sign(scene) if state_now(scene, signer) is not LinkState.WITHDRAWN]
        return [signer for signer in them if has_pin(scene.subject, signer)]

    def needs_pin(self, signer: Signer | None) -> bool:
        return True

    def prepare(self) -> None:
        super().prepare()
        for name in ("identity_check", "pin", "pin_again"):
            self.fields[name].required = True

    def done(self, outcome: Any) -> str:
        return "The new PIN is set. A new link leaves by e-mail within a minute."


@step(Registrant)
class CloseLink(AboutASigner):
    """Closes a link that is open."""

    slug, title, button = "close-link", "Close a link", "Close it"
    explanation = "Whoever has the link can no longer use it. What was signed stands."
    act = staticmethod(revoke_link)
    subject_as = ""
    grave = True

    because = forms.CharField(label="Why", max_length=200)

    @classmethod
    def signers(cls, scene: Scene) -> list[Signer]:
        return [signer for signer in SIGN_BY_LINK if state_now(scene, signer) is LinkState.OPEN]

    def clean_signer(self) -> Signer:
        """Take only a signer who has an open link."""
        signer: Signer = self.cleaned_data["signer"]
        if signer not in self.signers(self.scene):
            raise forms.ValidationError("They have no open link.")
        return signer

    def given(self) -> dict[str, Any]:
        request: SigningRequest | None = newest_link(self.scene.subject, self.cleaned_data["signer"])
        return {"request": request, "because": self.cleaned_data["because"]}

    def done(self, outcome: Any) -> str:
        return "The link is closed."
