"""Contraception: two methods, one of them primary, or acknowledged abstinence alone (sections 3.5 and 13)."""

from collections.abc import Iterable, Iterator

from pledge.rules.refusals import Refusal, RefusalCode
from pledge.rules.vocabulary import PRIMARY_METHODS, Method

ABSTINENCE_ALONE = frozenset({Method.ABSTINENCE})


def counted(methods: Iterable[Method]) -> frozenset[Method]:
    """Give the methods that count: abstinence beside others is ignored (section 13)."""
    named = frozenset(methods)
    return named if named == ABSTINENCE_ALONE else named - ABSTINENCE_ALONE


def method_refusals(methods: Iterable[Method], *, abstinence_acknowledged: bool) -> Iterator[Refusal]:
    """Name what is wrong with the methods the clinic enters."""
    named = counted(methods)
    if named == ABSTINENCE_ALONE:
        if not abstinence_acknowledged:
            yield Refusal(RefusalCode.ABSTINENCE_UNACKNOWLEDGED)
        return
    if not named & PRIMARY_METHODS:
        yield Refusal(RefusalCode.PRIMARY_METHOD_MISSING)
    if len(named) < 2:
        yield Refusal(RefusalCode.SECOND_METHOD_MISSING)


def methods_agree(clinic: Iterable[Method], registrant: Iterable[Method]) -> bool:
    """Tell whether both sides named the same methods, in any order (section 5)."""
    return counted(clinic) == counted(registrant)
