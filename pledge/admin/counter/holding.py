"""What a pharmacy holds at this instant: what waits to be handed over, and what must go back to stock (section 7)."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q

from pledge.eligibility import Shown
from pledge.holdings import judged
from pledge.models import Authorization, Pharmacy
from pledge.rules.calendar import days_after, program_day
from pledge.rules.editions import edition_on
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus

MOST_SHOWN = 100  # of each list; the oldest first


class Row(NamedTuple):
    """One that is held, as it is judged, and the last day on which it may be handed over."""

    authorization: Authorization
    status: AuthorizationStatus
    last_day: date


class Held(NamedTuple):
    """Both lists, with how many there are of each; the lists themselves may be shorter."""

    waiting: list[Row]
    back: list[Row]
    waiting_count: int
    back_count: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more to take back than are listed."""
        return self.back_count > len(self.back)


def held_by(pharmacy: Pharmacy, at: datetime) -> Held:
    """Give what a pharmacy holds, judged at this instant, in as many statements for many as for one.

    What is not used up is judged, of which there is never more than some weeks'. What is settled and never put back
    may grow for years: it is counted, and only what is listed is read.
    """
    own, on = Authorization.objects.of_pharmacy(pharmacy).select_related("registrant").order_by("pk"), program_day(at)
    revoked = Q(status=AuthorizationStatus.REVOKED, returned_to_stock_at=None)
    settled = own.filter(revoked | Q(status=AuthorizationStatus.LAPSED))
    rows = [Row(one.authorization, one.status, last_day(one.authorization, on)) for one in judged(list(own.live()), at)]
    waiting = [one for one in rows if one.status in LIVE_STATUSES]
    dead = [one for one in rows if one.status not in LIVE_STATUSES]
    listed = [Row(row, AuthorizationStatus(row.status), last_day(row, on)) for row in settled[:MOST_SHOWN]]
    waiting.sort(key=lambda one: (one.last_day, one.authorization.pk))
    back = sorted([*dead, *listed], key=lambda one: one.authorization.pk)
    return Held(waiting[:MOST_SHOWN], back[:MOST_SHOWN], len(waiting), len(dead) + settled.count())


def last_day(authorization: Authorization, on: date) -> date:
    """Give the last day on which an authorization may be handed over: its printed one, or until it lapses."""
    if authorization.do_not_dispense_after is not None:
        return authorization.do_not_dispense_after
    return days_after(authorization.issued_on, edition_on(on).windowless_lapse_days)


def goes_back(shown: Shown) -> bool:
    """Tell whether what an authorization was for must still go back to stock."""
    if shown.status == AuthorizationStatus.REVOKED:
        return shown.authorization.returned_to_stock_at is None
    return shown.status == AuthorizationStatus.LAPSED
