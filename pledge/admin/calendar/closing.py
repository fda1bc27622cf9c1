"""What is left to do before a window closes, in the few words of a calendar; the worklist says the same at length."""

from datetime import date

from pledge.admin.next_steps import NEED_A_TEST
from pledge.admin.whereabouts import CAN, gate_today, held_today
from pledge.rules.history import Record, Window
from pledge.rules.monthly import answer_refusals, counseling_confirmed
from pledge.rules.refusals import RefusalCode


def left_to_do(record: Record, window: Window, on: date) -> str:
    """Say what is left to do in a window that has not closed by a program day."""
    if not counseling_confirmed(record, window):
        return "Window closes; the month is to be confirmed anew"
    waiting = {refusal.code for refusal in answer_refusals(window)} if window.category == CAN else set()
    if RefusalCode.CONTRACEPTION_MISMATCH in waiting:
        return "Window closes; the methods differ"
    if waiting:
        return "Window closes; answers are missing"
    return _to_dispense(record, on) if window.is_open(on) else "Window closes"


def _to_dispense(record: Record, on: date) -> str:
    judged = held_today(record, on) or gate_today(record, on)
    codes = {refusal.code for refusal in judged.refusals}
    if RefusalCode.PRESCRIBER_NOT_CERTIFIED in codes:
        return "Window closes; the prescriber is not certified"
    if codes & NEED_A_TEST:
        return "Window closes; a new test is needed"
    return "Window closes; something stops it" if codes else "Last day to dispense"
