"""A file between its check and its import: it travels in the form, signed, and is stored nowhere."""

import hashlib
from typing import NamedTuple

from django.conf import settings
from django.core import signing

SALT = "pledge.admin.exchange.importing"


class Kept(NamedTuple):
    """A file between its check and its import: what was checked, by whom and for whom, signed by this service."""

    text: str
    prescriber: int
    user: int

    def sealed(self) -> str:
        """Give it as a form's hidden field carries it: nothing of it is stored here."""
        return signing.dumps(list(self), salt=SALT, compress=True)

    @property
    def digest(self) -> str:
        """The SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def unsealed(sealed: str, user: int) -> Kept | None:
    """Give back what was kept; None where it is too old, another's, or not ours."""
    try:
        kept = Kept(*signing.loads(sealed, salt=SALT, max_age=settings.IMPORT_WAITS_MINUTES * 60))
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return kept if kept.user == user else None
