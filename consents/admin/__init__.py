"""Consents in the admin: forms and their texts, who still has to sign what, countersigning."""

from consents.admin import documents, forms, invitations, panel, signatures, work  # noqa: F401 - registers with the site
from consents.admin.waiting import forms_to_approve, records_not_sealed
from pledge.admin.oversight.tasks import TASKS

TASKS.extend([forms_to_approve, records_not_sealed])
