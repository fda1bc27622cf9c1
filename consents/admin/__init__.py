"""Consents in the admin: forms and their texts, who still has to sign what, countersigning."""

from consents.admin import documents, forms, invitations, panel, signatures  # noqa: F401 - registers with the site
