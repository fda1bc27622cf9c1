"""What a pharmacy holds at this instant: what waits to be handed over, and what must go back to stock (section 7)."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from pledge.eligibility import Shown
from pledge.holdings import judged
from pledge.models import Authorization, Pharmacy
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus

MOST_SHOWN = 100  # of each list; the oldest first


class Held(NamedTuple):
    """Both lists, with how many there are of each; the lists themselves may be shorter."""

    waiting: list[Shown]
    back: list[Shown]
    waiting_count: int
    back_count: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more to take back than are listed."""
        return self.back_count > len(self.back)


def held_by(pharmacy: Pharmacy, at: datetime) -> Held:
    """Give what a pharmacy holds, judged at this instant, in as many statements for many as for one."""
    rows = judged(list(_unsettled(pharmacy).order_by("pk")), at)
    waiting = [one for one in rows if one.status in LIVE_STATUSES]
    back = [one for one in rows if one.status not in LIVE_STATUSES]
    waiting.sort(key=lambda one: (one.authorization.do_not_dispense_after or date.max, one.authorization.pk))
    return Held(waiting[:MOST_SHOWN], back[:MOST_SHOWN], len(waiting), len(back))


def goes_back(shown: Shown) -> bool:
    """Tell whether what an authorization was for must still go back to stock."""
    if shown.status == AuthorizationStatus.REVOKED:
        return shown.authorization.returned_to_stock_at is None
    return shown.status == AuthorizationStatus.LAPSED


def _unsettled(pharmacy: Pharmacy) -> QuerySet[Authorization]:
    lapsed, revoked = Q(status=AuthorizationStatus.LAPSED), Q(status=AuthorizationStatus.REVOKED)
    open_ones = Q(status__in=LIVE_STATUSES) | lapsed | (revoked & Q(returned_to_stock_at=None))
    return Authorization.objects.of_pharmacy(pharmacy).filter(open_ones).select_related("registrant")
