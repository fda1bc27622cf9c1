"""The only door to rows for interfaces: a row that is not the actor's is not there."""

from datetime import date

from django.db.models import QuerySet

from pledge.models import Authorization, Pharmacy, PharmacyKey, Prescriber, Registrant
from pledge.rules.refusals import Rejected
from pledge.trail import By


class NotThere(Rejected):
    """The row does not exist, or not for this actor; the two cannot be told apart."""


def registrants_for(by: By) -> QuerySet[Registrant]:
    """Give the registrants an actor may see: a prescriber's own, a designee's prescribers'; all for the program.

    An auditor reads all of them too; no action takes an auditor's word. Whose enrollment was entered by mistake and
    taken back has left the clinic; the program goes on reading them.
    """
    rows = Registrant.objects.not_merged()
    if by.kind in {"program", "auditor"}:
        return rows
    if by.prescriber is not None:
        return rows.of_prescriber(by.prescriber).not_withdrawn()
    if by.registrant is not None:
        return rows.filter(pk=by.registrant.pk)
    return rows.none()


def registrant_for(by: By, number: str) -> Registrant:
    """Give one of the actor's registrants by number.

    :raises NotThere: where there is none, or another's.
    """
    registrant = registrants_for(by).filter(number=number).first()
    if registrant is None:
        raise NotThere("registrant", "there is no such registrant among yours")
    return registrant


def registrant_named(number: str, born_on: date) -> Registrant:
    """Give a registrant by number and date of birth, as a pharmacy names one (section 7).

    :raises NotThere: where no record bears both.
    """
    registrant = Registrant.objects.not_merged().filter(number=number, born_on=born_on).first()
    if registrant is None:
        raise NotThere("registrant_number", "no registrant has this number and date of birth")
    return registrant


def authorization_for(by: By, rma_number: str) -> Authorization:
    """Give one of a pharmacy's own authorizations.

    :raises NotThere: where there is none, or another pharmacy's.
    """
    rows = Authorization.objects.filter(pharmacy=by.pharmacy) if by.pharmacy else Authorization.objects.none()
    authorization = rows.filter(rma_number=rma_number).first()
    if authorization is None:
        raise NotThere("rma_number", "this pharmacy has no such authorization")
    return authorization


def represents(by: By, pharmacy: Pharmacy) -> bool:
    """Tell whether someone is a pharmacy's authorized representative now, come in by their own log-in.

    Software with the pharmacy's key never is, whichever pharmacist it names.
    """
    if by.pharmacist is None:
        return False
    return pharmacy.pharmacists.active().filter(pk=by.pharmacist.pk, is_representative=True).exists()


def pharmacies_for(by: By) -> QuerySet[Pharmacy]:
    """Give the pharmacies whose keys an actor may mind: the program every one's, a representative their own."""
    if by.kind == "program":
        return Pharmacy.objects.all()
    if by.pharmacy is not None and represents(by, by.pharmacy):
        return Pharmacy.objects.filter(pk=by.pharmacy.pk)
    return Pharmacy.objects.none()


def keys_for(by: By) -> QuerySet[PharmacyKey]:
    """Give the keys that an actor may mind."""
    return PharmacyKey.objects.filter(pharmacy__in=pharmacies_for(by))


def prescribers_of(by: By, on: date) -> QuerySet[Prescriber]:
    """Give the prescribers an actor may act for on a program day."""
    if by.designee is not None:
        return Prescriber.objects.filter(designations__in=by.designee.designations.in_force(on))
    if by.prescriber is not None:
        return Prescriber.objects.filter(pk=by.prescriber.pk)
    return Prescriber.objects.all() if by.kind == "program" else Prescriber.objects.none()
