"""What a mail carries and a notice never keeps: a link or a code, derived when it leaves (docs/decisions/0015)."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from consents.links import can_be_made_again, state_of
from consents.models import SigningCode, SigningRequest
from consents.secrets import code_for, link_token
from consents.vocabulary import LinkState
from notifications.kinds import Kind
from notifications.models import Notice
from notifications.words import Enclosed


def enclosed_with(notice: Notice, at: datetime) -> Enclosed:
    """Give what the mail of a notice carries.

    :raises ImproperlyConfigured: where a link is to be mailed and nobody said where the service is reached.
    """
    about, number = notice.occasion.split(":")[:2]
    if notice.kind == Kind.SIGNING_CODE:
        code = SigningCode.objects.get(pk=number)
        return Enclosed(code=code_for(code.nonce, code.digest))
    if notice.kind in {Kind.INVITATION_TO_SIGN, Kind.LINK_AGAIN} and about == "request":
        return Enclosed(link=link_of(SigningRequest.objects.get(pk=number)))
    if notice.kind == Kind.CONSENT_COPY:
        newest = (
            SigningRequest.objects.select_related("registrant")
            .filter(registrant=notice.registrant, signer=notice.reader)
            .first()
        )
        if newest is not None and state_of(newest, at) is LinkState.OPEN and can_be_made_again(newest):
            return Enclosed(link=link_of(newest))
    return Enclosed()


def link_of(request: SigningRequest) -> str:
    """Give the address that a signer opens.

    :raises ImproperlyConfigured: where nobody said where the service is reached.
    """
    if not settings.PUBLIC_ADDRESS:
        raise ImproperlyConfigured("PUBLIC_ADDRESS is not set: no link can be mailed")
    return f"{settings.PUBLIC_ADDRESS}/sign/{link_token(request.nonce, request.link_digest)}/"
