"""The two components of a signature: the code that was mailed and the PIN that was chosen (21 CFR 11.200, 11.300)."""

import re
from datetime import date, datetime
from itertools import pairwise

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.utils.crypto import salted_hmac

from consents.actions.steps import record_misuse
from consents.models import SigningCode, SigningPin, SigningRequest
from consents.secrets import same_code
from consents.vocabulary import Proof
from pledge.models import EventType
from pledge.rows import update
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, record

PIN_DIGITS = 6
_BIRTH_DATES = ("%m%d%y", "%d%m%y", "%y%m%d", "%m%Y", "%Y%m")
_PIN = "consents.pin"


def refuse_weak(pin: str, born_on: date) -> None:
    """Reject a PIN that others would try first.

    :raises Rejected: naming ``pin``.
    """
    if not re.fullmatch(rf"[0-9]{{{PIN_DIGITS}}}", pin):
        raise Rejected("pin", f"the PIN has {PIN_DIGITS} digits")
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        raise Rejected("pin", "choose a PIN that is neither one digit repeated nor a run such as 123456")
    if pin in {born_on.strftime(spelling) for spelling in _BIRTH_DATES}:
        raise Rejected("pin", "choose a PIN other than the date of birth")


def kept_pin(pin: str) -> str:
    """Give what is kept of a PIN: hashed under the service's key, so that a stolen row cannot be guessed from."""
    return make_password(_keyed(pin, settings.SECRET_KEY))


def judge_code(request: SigningRequest, code: str, *, act: str, by: By, at: datetime) -> SigningCode | None:
    """Give the newest code of a locked request where it is the one typed and can be used; else count and record."""
    newest = SigningCode.objects.filter(request=request).first()
    usable = newest is not None and newest.used_at is None and at < newest.expires_at
    if newest is None or not usable or newest.bad_tries >= settings.SIGNING_CODE_TRIES:
        record_misuse(request, Proof.WRONG_CODE, act=act, by=by, at=at)
        return None
    if same_code(code, newest.nonce, newest.digest):
        return newest
    counted = changed(newest, bad_tries=newest.bad_tries + 1)
    record_misuse(request, Proof.WRONG_CODE, counted, act=act, by=by, at=at)
    return None


def judge_pin(request: SigningRequest, pin: str, *, act: str, by: By, at: datetime) -> int | None:
    """Judge a PIN against a locked request: None where it is right, else how many tries are left.

    The last wrong one closes the link. Nothing typed is no try.
    """
    left = settings.SIGNING_PIN_TRIES - request.bad_pins
    if not pin:
        return left
    kept = SigningPin.objects.filter(registrant=request.registrant, signer=request.signer, superseded_at=None).first()
    if kept is not None and _same_pin(pin, kept.hashed):
        if request.bad_pins:
            request.bad_pins = 0
            update(request, ["bad_pins"])
        return None
    counted = changed(request, bad_pins=request.bad_pins + 1)
    record_misuse(request, Proof.WRONG_PIN, counted, act=act, by=by, at=at)
    if left == 1:
        record(EventType.SIGNING_LINK_CLOSED, act=act, by=by, at=at, registrant=request.registrant, about=request,
               changes=[changed(request, closed_at=at)])  # fmt: skip
    return left - 1


def _same_pin(pin: str, hashed: str) -> bool:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(check_password(_keyed(pin, key), hashed) for key in keys)


def _keyed(pin: str, key: str) -> str:
    return salted_hmac(_PIN, pin, secret=key, algorithm="sha256").hexdigest()
