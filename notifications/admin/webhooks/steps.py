"""Steps of a pharmacy's authorized representative about where its software is told."""

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse

from notifications.actions import webhooks
from notifications.webhooks.addresses import LONGEST_ADDRESS
from pledge.admin.steps import Step
from pledge.admin.visitor import Role

IN_PERSON = frozenset({Role.REPRESENTATIVE})


class OwnWebhook(Step):
    """A step about an address of the representative's own pharmacy."""

    roles = IN_PERSON
    subject_as = "webhook"
    form_template = "notifications/admin/address.html"

    def leads_to(self, outcome: Any) -> str:
        return reverse("admin:webhooks")


class AddWebhook(OwnWebhook):
    """Tells the software at an address from now on."""

    slug, title, button = "add", "Add an address of our software", "Add the address"
    explanation = (
        "From now on your software is told there, within a minute, of whatever is also told by e-mail. It must be on "
        "the public internet and begin with https://. The secret with which your software checks where a message comes "
        "from is shown once, on the next page."
    )
    subject_as = "pharmacy"
    outcome_template = "notifications/admin/secret.html"
    act = staticmethod(webhooks.add_webhook)

    address = forms.CharField(
        label="Address", max_length=LONGEST_ADDRESS, help_text="Such as https://hooks.pharmacy.example/pledge",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )  # fmt: skip


class RotateSecret(OwnWebhook):
    """Gives an address another secret."""

    slug, title, button = "change-secret", "Change the secret", "Change the secret"
    explanation = (
        f"The new secret is shown once, on the next page. For {settings.WEBHOOK_OVERLAP_HOURS} hours every message is "
        "signed with both, so that nothing is lost while your software takes the new one over."
    )
    outcome_template = "notifications/admin/secret.html"
    act = staticmethod(webhooks.rotate_webhook_secret)


class RemoveWebhook(OwnWebhook):
    """Tells the software at an address no more."""

    slug, title, button = "remove", "Remove this address", "Remove it now"
    explanation = (
        "At once: nothing more is sent there, not even what still waits. What is told by e-mail goes on, and your "
        "software can read every message with its key."
    )
    grave = True
    act = staticmethod(webhooks.remove_webhook)

    def done(self, outcome: Any) -> str:
        return "Removed. Nothing more is sent there."


class Resend(Step):
    """Sends a message again."""

    slug, title, button = "resend", "Send it again", "Send it again"
    explanation = "Within a minute, under the id that it had: software that has it already can tell."
    roles = IN_PERSON
    subject_as = "delivery"
    form_template = "notifications/admin/resend.html"
    act = staticmethod(webhooks.resend_delivery)

    def done(self, outcome: Any) -> str:
        return "It is on its way again."

    def leads_to(self, outcome: Any) -> str:
        return reverse("admin:webhook", args=[outcome.endpoint_id])


OWN_STEPS: dict[str, type[OwnWebhook]] = {taken.slug: taken for taken in (RotateSecret, RemoveWebhook)}
NEW_STEPS: dict[str, type[OwnWebhook]] = {AddWebhook.slug: AddWebhook}
