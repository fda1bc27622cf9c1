"""Log-ins: made, changed, proved, lost and got back."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore

from pledge.actions import authenticators, log_ins, proofs, sessions, ways_back
from pledge.actions.log_in_secrets import code_at, new_secret, step_at
from pledge.actions.may_let_in import OPERATOR
from pledge.models import EventType
from pledge.trail import By
from tests import lives
from tests.pledge.actions.one_step import AT, Step

PASSPHRASE = "a long enough passphrase"
ADDRESS = "192.0.2.7"
SECRET = new_secret()


def _someone(name: str = "lee", **more: Any) -> User:
    return User.objects.create_user(f"{name}{User.objects.count()}", password=PASSPHRASE, **more)


def _with_authenticator() -> tuple[User, By]:
    user = _someone()
    by = By("program", str(user.pk), "Lee Lost")
    at = AT - timedelta(hours=1)
    authenticators.set_up_authenticator(user=user, secret=SECRET, code=code_at(SECRET, step_at(at)), by=by, at=at)
    return user, by


def _again(user: User) -> dict[str, Any]:
    return {"user": user, "password": PASSPHRASE, "code": code_at(SECRET, step_at(AT)), "address": ADDRESS}


def _prove_password(_: lives.Program) -> Step:
    given = {"username": "lee", "password": "wrong", "address": ADDRESS, "admits": lambda user: True}
    return Step(proofs.prove_password, EventType.LOG_IN_DENIED, given, By("staff", "", "someone"))


def _log_in(_: lives.Program) -> Step:
    user, by = _with_authenticator()
    given = {"user": user, "code": code_at(SECRET, step_at(AT)), "address": ADDRESS}
    return Step(proofs.log_in, EventType.LOGGED_IN, given, by)


def _set_up_authenticator(_: lives.Program) -> Step:
    given = {"user": _someone(), "secret": SECRET, "code": code_at(SECRET, step_at(AT))}
    return Step(authenticators.set_up_authenticator, EventType.AUTHENTICATOR_SET_UP, given, OPERATOR)


def _change_authenticator(_: lives.Program) -> Step:
    user, by = _with_authenticator()
    secret = new_secret()
    given = {**_again(user), "secret": secret, "new_code": code_at(secret, step_at(AT))}
    return Step(authenticators.change_authenticator, EventType.AUTHENTICATOR_SET_UP, given, by)


def _make_recovery_codes(_: lives.Program) -> Step:
    user, by = _with_authenticator()
    return Step(authenticators.make_recovery_codes, EventType.RECOVERY_CODES_MADE, _again(user), by)


def _change_password(_: lives.Program) -> Step:
    user, by = _with_authenticator()
    given = {**_again(user), "new_password": "another one that is long"}
    return Step(authenticators.change_password, EventType.PASSWORD_CHANGED, given, by)


def _give_return_code(_: lives.Program) -> Step:
    return Step(ways_back.give_return_code, EventType.RETURN_CODE_GIVEN, {"user": _someone()}, OPERATOR)


def _come_back(_: lives.Program) -> Step:
    user = _someone()
    code = ways_back.give_return_code(user=user, by=OPERATOR, at=AT).code
    given = {"username": user.username, "code": code, "password": "another one that is long", "address": ADDRESS}
    return Step(ways_back.come_back, EventType.RETURN_CODE_USED, given, By("staff", "", "someone"))


def _make_log_in(_: lives.Program) -> Step:
    given = {"username": "nova", "last_name": "Nova", "password": PASSPHRASE}
    return Step(log_ins.make_log_in, EventType.LOG_IN_MADE, given, OPERATOR)


def _make_clinic_log_in(program: lives.Program) -> Step:
    given = {"party": program.prescriber, "username": "nova"}
    return Step(log_ins.make_clinic_log_in, EventType.LOG_IN_MADE, given, program.administrator)


def _change_log_in(_: lives.Program) -> Step:
    given = {
        "user": _someone(), "first_name": "Lee", "last_name": "Lost", "email": "", "groups": [], "is_superuser": False,
    }  # fmt: skip
    return Step(log_ins.change_log_in, EventType.LOG_IN_CHANGED, given, OPERATOR)


def _deactivate_log_in(_: lives.Program) -> Step:
    return Step(log_ins.deactivate_log_in, EventType.LOG_IN_DEACTIVATED, {"user": _someone()}, OPERATOR)


def _reactivate_log_in(_: lives.Program) -> Step:
    given = {"user": _someone(is_active=False)}
    return Step(log_ins.reactivate_log_in, EventType.LOG_IN_REACTIVATED, given, OPERATOR)


def _unlock_log_in(program: lives.Program) -> Step:
    user = _someone()
    _prove_password(program).take(username=user.username)
    return Step(log_ins.unlock_log_in, EventType.LOG_IN_UNLOCKED, {"user": user}, OPERATOR)


def _end_other_sessions(_: lives.Program) -> Step:
    user = _someone()
    for number in range(2):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session.set_expiry(AT + timedelta(days=4000 + number))  # the store reads the clock itself
        session.create()
    given = {"user": user, "keeping": session.session_key}
    return Step(sessions.end_other_sessions, EventType.LOG_IN_CHANGED, given, OPERATOR)


LOG_INS = {
    "authenticators.change_authenticator": _change_authenticator,
    "authenticators.change_password": _change_password,
    "authenticators.make_recovery_codes": _make_recovery_codes,
    "authenticators.set_up_authenticator": _set_up_authenticator,
    "log_ins.change_log_in": _change_log_in,
    "log_ins.deactivate_log_in": _deactivate_log_in,
    "log_ins.make_clinic_log_in": _make_clinic_log_in,
    "log_ins.make_log_in": _make_log_in,
    "log_ins.reactivate_log_in": _reactivate_log_in,
    "log_ins.unlock_log_in": _unlock_log_in,
    "proofs.log_in": _log_in,
    "proofs.prove_password": _prove_password,
    "sessions.end_other_sessions": _end_other_sessions,
    "ways_back.come_back": _come_back,
    "ways_back.give_return_code": _give_return_code,
}
