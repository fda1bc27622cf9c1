"""The people and pharmacies of a scenario, by the short names its file gives them."""

from dataclasses import dataclass, field
from typing import Any

from notifications.kinds import Reader
from pledge.models import Designee, Pharmacy, Prescriber, Registrant
from pledge.rules.refusals import Refusal, RefusalCode, Refused, Rejected
from pledge.trail import By, by_designee, by_pharmacy, by_prescriber, by_program, by_registrant

PROGRAM = by_program("rehearsal")


@dataclass
class Cast:
    """Who was enrolled so far; ids are the scenario's own."""

    prescribers: dict[str, Prescriber] = field(default_factory=dict)
    designees: dict[str, Designee] = field(default_factory=dict)
    pharmacies: dict[str, Pharmacy] = field(default_factory=dict)
    registrants: dict[str, Registrant] = field(default_factory=dict)

    def registrant(self, name: str) -> Registrant:
        """Give a registrant as they stand now.

        :raises Rejected: where none of that name was enrolled.
        """
        if name not in self.registrants:
            raise Rejected("registrant", f"no registrant {name} is enrolled")
        return Registrant.objects.get(pk=self.registrants[name].pk)

    def registrant_at_counter(self, name: str) -> Registrant:
        """Give a registrant to a pharmacy.

        :raises Refused: with ``not_enrolled`` where none of that name was enrolled.
        """
        if name not in self.registrants:
            raise Refused([Refusal(RefusalCode.NOT_ENROLLED)])
        return self.registrant(name)

    def prescriber(self, name: str) -> Prescriber:
        """Give a prescriber as they stand now.

        :raises Rejected: where none of that name was enrolled.
        """
        if name not in self.prescribers:
            raise Rejected("prescriber", f"no prescriber {name} is enrolled")
        return Prescriber.objects.get(pk=self.prescribers[name].pk)

    def pharmacy(self, name: str) -> Pharmacy:
        """Give a pharmacy as it stands now.

        :raises Refused: with ``pharmacy_not_certified`` where none of that name was enrolled.
        """
        if name not in self.pharmacies:
            raise Refused([Refusal(RefusalCode.PHARMACY_NOT_CERTIFIED)])
        return Pharmacy.objects.get(pk=self.pharmacies[name].pk)

    def party(self, name: str) -> Any:
        """Give a prescriber, designee or pharmacy by its name."""
        for parties in (self.prescribers, self.designees, self.pharmacies):
            if name in parties:
                return type(parties[name]).objects.get(pk=parties[name].pk)
        raise Rejected("id", f"{name} is not enrolled")

    def new_name(self, name: str) -> str:
        """Give a name that is still free.

        :raises Rejected: where it is taken.
        """
        if name in {*self.prescribers, *self.designees, *self.pharmacies}:
            raise Rejected("id", f"{name} is enrolled already")
        return name

    def by(self, arguments: dict[str, Any]) -> By:
        """Give who acts: ``by``, by default the registrant's present prescriber."""
        registrant = self.registrants.get(arguments.get("registrant", "R1"))
        name = arguments.get("by")
        if name is None:
            if registrant is None:
                return by_prescriber(self.prescriber(arguments.get("prescriber", "P1")))
            return by_prescriber(Registrant.objects.select_related("prescriber").get(pk=registrant.pk).prescriber)
        if name in self.designees:
            return self._by_designee(self.designees[name], registrant)
        if name in self.registrants:
            return by_registrant(self.registrants[name])
        return self._by_party(name)

    def _by_party(self, name: str) -> By:
        if name in self.pharmacies:
            return by_pharmacy(self.pharmacies[name], name)
        if name in self.prescribers:
            return by_prescriber(self.prescriber(name))
        return By("stranger", "", name)  # whoever brings a positive test or a report is heard; nobody else is theirs

    def _by_designee(self, designee: Designee, registrant: Registrant | None) -> By:
        own = [designation.prescriber for designation in designee.designations.order_by("id")]
        if registrant is not None:
            present = Registrant.objects.get(pk=registrant.pk).prescriber_id
            own = [prescriber for prescriber in own if prescriber.pk == present] or own
        return by_designee(designee, own[0])

    def name_of(self, reader: str, reader_id: int) -> str:
        """Give the scenario's own name for a reader of a notice."""
        if reader == Reader.PROGRAM:
            return "program"
        if reader == Reader.GUARDIAN:
            return "guardian"
        by_reader: dict[str, dict[str, Any]] = {
            Reader.REGISTRANT: self.registrants,
            Reader.PRESCRIBER: self.prescribers,
            Reader.PHARMACY: self.pharmacies,
        }
        parties = by_reader[reader]
        return next((name for name, row in parties.items() if row.pk == reader_id), "?")
