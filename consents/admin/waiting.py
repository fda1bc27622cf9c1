"""What of the forms waits for program administrators: texts to approve, versions to publish, records not sealed."""

from datetime import datetime

from django.urls import reverse

from consents.models import ConsentRecord, FormVersion
from pledge.admin.oversight.tasks import SHOWN, Task, Tasks

MOST_LOOKED_AT = 20  # drafts


def forms_to_approve(at: datetime) -> Tasks:  # noqa: ARG001 - one of several alike
    """Give the versions of forms that are not published yet, with what is missing."""
    rows = FormVersion.objects.filter(published_at=None).prefetch_related("texts").order_by("in_force_from", "pk")
    found = [_form(row) for row in rows[:MOST_LOOKED_AT]]
    return Tasks("Forms", found[:SHOWN], len(found), reverse("admin:consents_formversion_changelist"))


def _form(version: FormVersion) -> Task:
    missing = sum(text.approved_at is None for text in version.texts.all())
    day = version.in_force_from
    when = f"To be in force from {day:%B} {day.day}, {day.year}."
    texts = f"{missing} text{'' if missing == 1 else 's'} to approve, by someone who did not write them."
    said = f"{when} {texts if missing else 'Every text is approved.'}"
    title = f"{'Approve' if missing else 'Publish'} {version}"
    return Task(title, said, "Open it", reverse("admin:consents_formversion_change", args=[version.pk]))


def records_not_sealed(at: datetime) -> Tasks:  # noqa: ARG001 - one of several alike
    """Give the consent records whose document could not be made."""
    rows = ConsentRecord.objects.filter(sealed_at=None).exclude(problem="").order_by("pk")
    found = [
        Task(
            "A signed consent is not sealed yet",
            f"Registrant {row.registrant}, tried {row.attempts} times; its page says why.",
            "Look at the record",
            reverse("admin:consents_consentrecord_change", args=[row.pk]),
        )
        for row in rows.select_related("registrant").defer("content", "document")[:SHOWN]
    ]
    others = reverse("admin:consents_consentrecord_changelist") + "?sealed_at__isempty=1"
    return Tasks("Records to seal", found, rows.count(), others)
