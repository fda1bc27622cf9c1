"""A full waiting room: what Dr. Prescott's clinic finds on its worklist this morning, beside everyone else's story."""

from collections.abc import Callable

from config.demo.beginnings import enrolled, indeterminate, signed_by, started, tested
from config.demo.courses import on_treatment
from config.demo.person import Person
from config.demo.stage import Arc
from pledge.rules.vocabulary import Method, Signer

SHOT_AND_CONDOM = (Method.HORMONAL_SHOT, Method.MALE_CONDOM)


def mornings_work(who: Callable[[str], Person]) -> list[Arc]:
    """Give the lives of those about whom something waits; each last day is another."""
    return [
        to_confirm(who("Amelia Archer"), -31, tested_on=0),
        to_confirm(who("Brooke Barnes"), -64, -33, tested_on=-1),
        to_confirm(who("Clara Cole"), -34, tested_on=-2),
        to_confirm(who("Della Drake"), -66, -35, tested_on=-4),
        to_confirm(who("Eliza Engel"), -36, tested_on=-6),
        first_to_confirm(who("Freya Finch"), -1),
        first_to_confirm(who("Greta Green"), -5),
        enrolled(who("Holly Hart"), -1),
        to_settle(who("Iva Ivanova"), -32, confirmed_on=-1),
        signed_by(who("Josie Jones"), -1, Signer.REGISTRANT),
        signed_by(who("Karen Kaur"), -2, Signer.REGISTRANT),
        on_treatment(who("Leah Levy"), -35),
        indeterminate(who("Molly Marsh")),
        to_answer(who("Nina North"), -31),
        on_treatment(who("Odette Osei"), -27),
    ]


def to_confirm(p: Person, *days: int, tested_on: int) -> Arc:
    """On treatment, with the next month's test in order; the clinic has not confirmed."""
    yield from on_treatment(p, *days)
    yield from tested(p, tested_on)


def first_to_confirm(p: Person, tested_on: int) -> Arc:
    """The same in the first month."""
    yield from started(p, tested_on - 34)
    yield from tested(p, tested_on)


def to_answer(p: Person, *days: int) -> Arc:
    """Confirmed this morning on behalf of the prescriber; the questions are open."""
    yield from to_confirm(p, *days, tested_on=0)
    yield from p.when(0, "09:55")
    p.confirm(SHOT_AND_CONDOM, designee=True)


def to_settle(p: Person, *days: int, confirmed_on: int) -> Arc:
    """Clinic and registrant named different methods."""
    yield from to_confirm(p, *days, tested_on=confirmed_on)
    yield from p.when(confirmed_on, "10:45")
    p.confirm(SHOT_AND_CONDOM)
    yield from p.when(confirmed_on, "19:05")
    p.answer()
