"""What was made ready under an authorization and may not be handed over goes back to stock (section 7)."""

from datetime import datetime

from pledge.actions.steps import settle_dead
from pledge.facts import record_of
from pledge.frame import action
from pledge.models import Authorization, EventType, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import AuthorizationStatus
from pledge.trail import By, changed, record


@action
def return_to_stock(*, authorization: Authorization, by: By, at: datetime) -> Authorization:
    """Record that what a revoked authorization was for is back in stock; one that lapsed is reversed instead.

    :raises Rejected: for another pharmacy's, one that is not revoked, or one that is back already.
    """
    registrant = Registrant.objects.locked(authorization.registrant_id)
    if registrant.merged_into_id is None:
        settle_dead(record_of(registrant, program_day(at)), at=at)
    row = Authorization.objects.select_for_update(of=("self",), no_key=True).get(pk=authorization.pk)
    if by.pharmacy is None or by.pharmacy.pk != row.pharmacy_id:
        raise Rejected("authorization", "this pharmacy has no such authorization")
    if row.status != AuthorizationStatus.REVOKED:
        raise Rejected("authorization", "it was not revoked; one that is not handed over is reversed")
    if row.returned_to_stock_at is not None:
        raise Rejected("authorization", "it is back in stock already")
    changes = changed(row, returned_to_stock_at=at)
    record(EventType.STOCK_RETURNED, act="stock.return_to_stock", by=by, at=at, registrant=registrant, about=row,
           changes=[changes])  # fmt: skip
    return row
