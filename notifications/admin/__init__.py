"""Notices in the admin: their list, and their place in a registrant's timeline."""

from notifications.admin import nights, notices, timeline, waiting, webhooks, work  # noqa: F401 - register with the core
