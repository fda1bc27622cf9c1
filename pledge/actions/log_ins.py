"""Log-ins: made, changed, switched off and on, unlocked. None is ever deleted, and no user name given again."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import Group, User

from pledge.actions.may_let_in import OPERATOR, check_may_let_in, check_superuser, is_of_a_party
from pledge.actions.passwords import check_password_strength
from pledge.actions.tries import forget_failures, lock_log_in, of_name, of_second_factor
from pledge.actions.ways_back import Given, new_way_back, revoke_ways_back
from pledge.frame import action
from pledge.models import CalendarFeed, Designee, EventType, Prescriber
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, created, record

_LONGEST_NAME = 150  # of a last name, as Django keeps it


class MadeLogIn(NamedTuple):
    """A new log-in, and the code with which its owner comes in first where no password was given."""

    user: User
    way_in: Given | None


@action
def make_log_in(
    *,
    username: str,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    groups: Iterable[str] = (),
    is_superuser: bool = False,
    password: str | None = None,
    by: By,
    at: datetime,
) -> MadeLogIn:
    """Make a log-in; without a password its owner is given a code by hand, and chooses one.

    It opens nothing by itself: it is linked to a prescriber or designee, or is in a group of the program.

    :raises Rejected: for a name or address that someone has or had, a weak password, or who may not.
    """
    check_superuser(by)
    _check_unused("username", username)
    _check_unused("email", email)
    user = User(username=username, first_name=first_name, last_name=last_name, email=email, is_superuser=is_superuser)
    if password is not None:
        check_password_strength(password, user)
    user.set_password(password)
    user.save()
    changes = [_without_password(user), _put_into(user, groups)]
    record(EventType.LOG_IN_MADE, act="log_ins.make_log_in", by=by, at=at, about=user, changes=changes)
    if password is not None:
        return MadeLogIn(user, None)
    given, way = new_way_back(user, at)
    record(EventType.RETURN_CODE_GIVEN, act="ways_back.give_return_code", by=by, at=at, about=user, changes=way)
    return MadeLogIn(user, given)


@action
def make_clinic_log_in(*, party: Prescriber | Designee, username: str, by: By, at: datetime) -> MadeLogIn:
    """Make the log-in of a prescriber or designee who has none, and link it; its owner is given a code by hand.

    A program administrator makes it: it is in no group and never a superuser's, so it opens the clinic alone.

    :raises Rejected: for a name that someone has or had, a party that has a log-in, or who may not.
    """
    if by.kind not in {"program", OPERATOR.kind}:
        raise Rejected("by", "only a program administrator does this")
    row = type(party)._default_manager.locked(party.pk)
    if row.user_id is not None:
        raise Rejected("party", f"{row.name} has a log-in already")
    user, changes = new_log_in(username, row.name)
    record(EventType.LOG_IN_MADE, act="log_ins.make_clinic_log_in", by=by, at=at, about=user, changes=[changes])
    record(EventType.LOG_IN_LINKED, act="participants.link_log_in", by=by, at=at, about=row,
           changes=[changed(row, user=user)])  # fmt: skip
    given, way = new_way_back(user, at)
    record(EventType.RETURN_CODE_GIVEN, act="ways_back.give_return_code", by=by, at=at, about=user, changes=way)
    return MadeLogIn(user, given)


@action
def change_log_in(
    *,
    user: User,
    first_name: str,
    last_name: str,
    email: str,
    groups: Iterable[str],
    is_superuser: bool,
    by: By,
    at: datetime,
) -> User:
    """Change whose name and address a log-in carries, and what it is in the program.

    :raises Rejected: for an address that someone has, one's own standing, a clinic's in the program, or who may not.
    """
    check_superuser(by)
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if (groups or is_superuser) and is_of_a_party(row):
        raise Rejected("groups", "this is someone's of a clinic or pharmacy; who is of the program too has another")
    if by.id == str(row.pk) and not is_superuser:
        raise Rejected("is_superuser", "nobody gives up their own standing; another superuser does that")
    if email.casefold() != row.email.casefold():
        _check_unused("email", email)
    changes = changed(row, first_name=first_name, last_name=last_name, email=email, is_superuser=is_superuser)
    record(EventType.LOG_IN_CHANGED, act="log_ins.change_log_in", by=by, at=at, about=row,
           changes=[changes, _put_into(row, groups)])  # fmt: skip
    return row


@action
def deactivate_log_in(*, user: User, by: By, at: datetime) -> User:
    """Switch a log-in off: every session, its calendar feed and an unused way back in are dead on the next request.

    :raises Rejected: for one's own, one that is off already, or who may not.
    """
    check_may_let_in(by, user, at)
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not row.is_active:
        raise Rejected("user", "this log-in is switched off already")
    feeds = [changed(feed, revoked_at=at) for feed in CalendarFeed.objects.filter(user=row, revoked_at=None)]
    changes = [changed(row, is_active=False), *revoke_ways_back(row, at), *feeds]
    record(EventType.LOG_IN_DEACTIVATED, act="log_ins.deactivate_log_in", by=by, at=at, about=row, changes=changes)
    return row


@action
def reactivate_log_in(*, user: User, by: By, at: datetime) -> User:
    """Switch a log-in on again; what ended with it stays ended.

    :raises Rejected: where it is on, or who may not.
    """
    check_may_let_in(by, user, at)
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if row.is_active:
        raise Rejected("user", "this log-in is not switched off")
    record(EventType.LOG_IN_REACTIVATED, act="log_ins.reactivate_log_in", by=by, at=at, about=row,
           changes=[changed(row, is_active=True)])  # fmt: skip
    return row


@action
def unlock_log_in(*, user: User, by: By, at: datetime) -> User:
    """Let someone try again at once who failed too often; their password and authenticator stay.

    :raises Rejected: where nothing failed, or who may not.
    """
    check_may_let_in(by, user, at)
    own = [of_name(user.get_username()), of_second_factor(user.pk)]
    changes = forget_failures(lock_log_in(User.objects.filter(pk=user.pk), own, at)[1], own)
    if not changes:
        raise Rejected("user", "this log-in is not locked")
    record(EventType.LOG_IN_UNLOCKED, act="log_ins.unlock_log_in", by=by, at=at, about=user, changes=changes)
    return user


def new_log_in(username: str, name: str) -> tuple[User, dict[str, dict[str, list[object]]]]:
    """Make a log-in that is in no group and opens nothing yet, without a password; give it and what changed.

    :raises Rejected: for a name that someone has or had.
    """
    _check_unused("username", username)
    user = User(username=username, last_name=name[:_LONGEST_NAME])
    user.set_unusable_password()
    user.save()
    return user, _without_password(user)


def _check_unused(field: str, said: str) -> None:
    if said and User.objects.filter(**{f"{field}__iexact": said}).exists():
        what = "user name" if field == "username" else "e-mail address"
        raise Rejected(field, f"this {what} is or was someone's; it stays theirs")


def _put_into(user: User, names: Iterable[str]) -> dict[str, dict[str, list[object]]]:
    before = sorted(user.groups.values_list("name", flat=True))
    groups = [Group.objects.get_or_create(name=name)[0] for name in sorted(set(names))]
    user.groups.set(groups)
    after = [group.name for group in groups]
    return {f"user:{user.pk}": {"groups": [before, after]}} if before != after else {}


def _without_password(user: User) -> dict[str, dict[str, list[object]]]:
    made = created(user)
    made[f"user:{user.pk}"].pop("password", None)
    return made
