"""How many calls a pharmacy may make, and how many wrong names it may give: counted by the database, so that all
processes count together and none too late (trust-bar R49).

These are an operator's bounds and no rule of the program; their numbers are in the settings.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.utils.crypto import salted_hmac

from pledge.models import CallRate, WrongGuess

SECONDS = 60
GUESSES_COUNT_FOR = timedelta(days=1)
REMEMBERED_SECONDS = 10  # of a refusal, by the process that gave it; a pharmacy let in again waits no longer
_REMEMBERED_MOST = 1000
# Of two hosts whose clocks differ the later one begins a minute, and the other begins none again.
_COUNT = """
    INSERT INTO pledge_callrate AS rate (pharmacy_id, sandbox, minute, calls) VALUES (%s, %s, %s, %s)
    ON CONFLICT (pharmacy_id, sandbox) DO UPDATE
       SET calls = CASE WHEN EXCLUDED.minute > rate.minute THEN 0 ELSE rate.calls END + EXCLUDED.calls,
           minute = GREATEST(rate.minute, EXCLUDED.minute)
    RETURNING calls, slowed_until
"""
_COUNT_AND_WRITE = """
    WITH counted AS ({count}), written AS (
        {writing} FROM counted WHERE calls <= %s AND (slowed_until IS NULL OR slowed_until <= %s)
    )
    SELECT calls, slowed_until FROM counted
"""
# Wherever the lock on the pharmacy's row is not held, this counts too few.
_NOTE_GUESSES = """
    INSERT INTO pledge_wrongguess AS guess (pharmacy_id, digest, at)
    SELECT %s::bigint, named, %s::timestamptz FROM unnest(%s::text[]) AS named
    ON CONFLICT (pharmacy_id, digest) DO UPDATE SET at = EXCLUDED.at WHERE guess.at <= %s
"""
_GUESSES = "SELECT count(*) FROM pledge_wrongguess WHERE pharmacy_id = %s AND at > %s"
_SLOW_DOWN = "UPDATE pledge_callrate SET slowed_until = %s WHERE pharmacy_id = %s AND NOT sandbox"


Writing = tuple[str, list[Any]]  # an INSERT … SELECT up to its FROM, and its values


class Allowance(NamedTuple):
    """What is left to a pharmacy: how many calls a minute, how many of them now, and the seconds until all are back.

    ``guesses`` is how many wrong names it gave within a day, where the call gave one.
    """

    most: int
    left: int
    seconds: int
    guesses: int = 0


class TooManyCalls(Exception):
    """The pharmacy has made all the calls that it may make for now; ``allowance`` says when it may again.

    ``paused`` where it is slowed down for its guesses: then it may still ask about what is its own.
    """

    def __init__(self, allowance: Allowance, *, paused: bool = False) -> None:
        """Take what is left, which is nothing."""
        super().__init__("too many calls")
        self.allowance = allowance
        self.paused = paused


class GuessedTooOften(Exception):
    """The pharmacy has named so many wrong ones within a day that it is to be suspended."""

    def __init__(self, pharmacy_id: int) -> None:
        """Take whose calls they were."""
        super().__init__("guessed too often")
        self.pharmacy_id = pharmacy_id


class _Weighed(NamedTuple):
    """How many wrong names a pharmacy gave within a day, and what follows for the call that gave the last of them."""

    guesses: int = 0
    refused_for: timedelta | None = None
    suspends: bool = False


def wrong_naming(*named: str) -> str:
    """Give the keyed digest under which a naming that found nothing is counted: asked again, it is the same."""
    return salted_hmac("pledge.guesses", "\n".join(named), algorithm="sha256").hexdigest()


def count_calls(
    pharmacy_id: int,
    at: datetime,
    *,
    calls: int = 1,
    sandbox: bool = False,
    missed: Collection[str] = (),
    names: bool = True,
    writing: Writing | None = None,
) -> Allowance:
    """Count calls of a pharmacy and give what is left to it.

    Where nothing was named wrongly this is one statement. Otherwise the row that it locks stays locked until the
    wrong names are counted, so that of any number of tries at once each is judged after all that went before.

    :param calls: how many; a batch counts each of its checks.
    :param missed: what was named and not found, as :func:`wrong_naming` gives it.
    :param names: whether it names anything that is not the pharmacy's own, which is refused while it is slowed down.
    :param writing: a row that the same statement writes, unless the call is one too many.
    :raises TooManyCalls: where more were made than may be, this one included, or the pharmacy is slowed down; what it
        named wrongly is then not told, and so not counted. Also where this call names more wrong ones than may be told
        at once; those are counted.
    :raises GuessedTooOften: where it has named too many wrong ones, though it was slowed down and told of before.
    """
    minute, second = divmod(int(at.timestamp()), SECONDS)
    counting = [pharmacy_id, sandbox, minute, calls]
    weighed = _Weighed()
    if sandbox or not missed:
        counted, slowed_until = _counted(counting, writing, at)
    else:
        with transaction.atomic():
            counted, slowed_until = _counted(counting, writing, at)
            if counted <= settings.API_CALLS_A_MINUTE and not is_slowed(slowed_until, at):
                weighed = _weigh(pharmacy_id, missed, at)
    most = settings.API_CALLS_A_MINUTE
    allowance = Allowance(most, max(most - counted, 0), SECONDS - second, weighed.guesses)
    if counted > most:
        raise TooManyCalls(allowance)
    if weighed.suspends:
        raise GuessedTooOften(pharmacy_id)
    if weighed.refused_for is not None:
        slowed_until = at + weighed.refused_for
    if names and slowed_until is not None and is_slowed(slowed_until, at):
        raise pause_of(allowance, slowed_until, at)
    return allowance


def is_slowed(slowed_until: datetime | None, at: datetime) -> bool:
    """Tell whether a pharmacy pauses at an instant."""
    return slowed_until is not None and slowed_until > at


def is_paused(pharmacy_id: int, at: datetime) -> bool:
    """Tell the same of a pharmacy whose row was not read with the call."""
    return CallRate.objects.filter(pharmacy_id=pharmacy_id, sandbox=False, slowed_until__gt=at).exists()


def pause_of(allowance: Allowance, slowed_until: datetime, at: datetime) -> TooManyCalls:
    """Give the refusal of a call by a pharmacy that pauses until an instant later than this one."""
    seconds = -(-(slowed_until - at) // timedelta(seconds=1))
    return TooManyCalls(allowance._replace(left=0, seconds=seconds), paused=True)


def forget_guesses(at: datetime, *, dry_run: bool = False) -> int:
    """Delete the wrong guesses that count no longer at an instant, and give how many; the nightly work calls it.

    :param dry_run: only count them.
    """
    old = WrongGuess.objects.filter(at__lte=at - GUESSES_COUNT_FOR)
    return old.count() if dry_run else old.delete()[0]


def count_anew(pharmacy_id: int) -> None:
    """Forget what a pharmacy named wrongly, and let it call at once."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pledge_callrate SET slowed_until = NULL WHERE pharmacy_id = %s", [pharmacy_id])
    WrongGuess.objects.filter(pharmacy_id=pharmacy_id).delete()


def guesses_by_pharmacy(at: datetime) -> dict[int, int]:
    """Give how many wrong ones each pharmacy named within a day, for those of which the program is told."""
    recent = WrongGuess.objects.filter(at__gt=at - GUESSES_COUNT_FOR).order_by().values("pharmacy_id")
    counted = recent.annotate(guesses=Count("id")).filter(guesses__gte=settings.GUESSES_ALERTED)
    return {row["pharmacy_id"]: row["guesses"] for row in counted}


class Refusals:
    """What one process remembers of keys that were refused: until when, so that a flood does not reach the database.

    It holds digests of keys and nothing else, for a short time and not many.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._until: dict[str, tuple[datetime, datetime, Allowance]] = {}

    def remember(self, digest: str, allowance: Allowance, at: datetime) -> None:
        """Remember that a key was refused at an instant."""
        if len(self._until) >= _REMEMBERED_MOST:
            self._until.clear()
        seconds = min(allowance.seconds, REMEMBERED_SECONDS)
        self._until[digest] = (at, at + timedelta(seconds=seconds), allowance)

    def check(self, digest: str, at: datetime) -> None:
        """Refuse a key again while its refusal is remembered.

        :raises TooManyCalls: with what is left of the wait.
        """
        known = self._until.get(digest)
        if known is None:
            return
        since, until, allowance = known
        if since <= at < until:
            waited = int((at - since).total_seconds())
            raise TooManyCalls(allowance._replace(seconds=max(1, allowance.seconds - waited)))
        self._until.pop(digest, None)


def _counted(counting: list[int], writing: Writing | None, at: datetime) -> tuple[int, datetime | None]:
    statement, values = _COUNT, list[Any](counting)
    if writing is not None:
        statement = _COUNT_AND_WRITE.format(count=_COUNT, writing=writing[0])
        values = [*counting, *writing[1], settings.API_CALLS_A_MINUTE, at]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        calls, slowed_until = cursor.fetchone()
    return calls, slowed_until


def _weigh(pharmacy_id: int, missed: Collection[str], at: datetime) -> _Weighed:
    """Note what was named wrongly, slow the pharmacy down where it is new, and give what follows for this call.

    Of several wrong ones in one call none is told once they are more than may be told without a pause; and none at all
    by as many as suspend. The refusal is as long however many they are, so that its length tells nothing.
    """
    since, named = at - GUESSES_COUNT_FOR, sorted(set(missed))
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_GUESSES, [pharmacy_id, at, named, since])
        new = cursor.rowcount
        cursor.execute(_GUESSES, [pharmacy_id, since])
        guesses: int = cursor.fetchone()[0]
        is_warned = guesses - new >= max(settings.GUESSES_SLOWED, settings.GUESSES_ALERTED)
        if new and is_warned and guesses >= settings.GUESSES_SUSPENDED:
            return _Weighed(guesses, suspends=True)
        further = guesses - settings.GUESSES_SLOWED
        refused = guesses >= settings.GUESSES_SUSPENDED or (further > 0 and len(named) > 1)
        seconds = settings.GUESS_PAUSE_SECONDS_MOST
        if not refused:
            seconds = min(settings.GUESS_PAUSE_SECONDS * 2 ** max(0, min(further, 30)), seconds)
        pause = timedelta(seconds=seconds)
        if new and further >= 0:
            cursor.execute(_SLOW_DOWN, [at + pause, pharmacy_id])
    return _Weighed(guesses, pause if refused else None)
