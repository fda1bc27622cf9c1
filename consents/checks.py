"""A check before deployment: which seal is put over the records."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register

from consents.sealing import SealUnusable, configured_seal


@register(Tags.security, deploy=True)
def check_seal_is_configured(**_: Any) -> list[CheckMessage]:
    """Tell of a seal that is self-made, and name what is wrong with one that is configured."""
    if not settings.SEAL_KEY_FILE:
        hint = "Configure one of your own: SEAL_KEY_FILE and SEAL_CERTIFICATE_FILE (docs/operations.md, The seal)."
        said = "Consent records are sealed by a self-made key and certificate, which nobody else vouches for."
        return [Info(said, hint=hint, id="consents.I001")]
    try:
        configured_seal()
    except SealUnusable as unusable:
        return [Error(f"Consent records cannot be sealed. {unusable}", id="consents.E001")]
    return []
