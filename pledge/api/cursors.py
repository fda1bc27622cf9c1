"""Where a list goes on: a text that only this service can have made, and only for this pharmacy and this list."""

from django.core.signing import BadSignature, Signer

from pledge.api.problems import FieldError, Malformed


def cursor_at(position: str, *, of: str, pharmacy_id: int) -> str:
    """Give the cursor that goes on after a position.

    :param position: what finds it again; it can be read off the cursor, so nothing that is not the pharmacy's to know.
    :param of: the list's own name.
    """
    return _signer(of, pharmacy_id).sign_object(position)


def position_of(cursor: str, *, of: str, pharmacy_id: int) -> str:
    """Give the position that a cursor was made for.

    :raises Malformed: naming ``/cursor``, where it was not made here for this list and pharmacy.
    """
    try:
        return str(_signer(of, pharmacy_id).unsign_object(cursor))
    except BadSignature:
        raise Malformed([FieldError("/cursor", "is none of this list's; begin without one")]) from None


def _signer(of: str, pharmacy_id: int) -> Signer:
    return Signer(salt=f"pledge.api.cursors.{of}.{pharmacy_id}")
