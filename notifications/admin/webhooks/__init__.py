"""The addresses of pharmacies' software: the representative's own pages, and lists for the program."""

from notifications.admin.webhooks import lists, pages  # noqa: F401 - register with the core
