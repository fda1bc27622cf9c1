"""What the steps share: finding people and parties, who is acting, refusing, revoking."""

from datetime import date, datetime

from . import oracle_windows as windows
from .oracle_history import Authorization, Person, Window
from .oracle_month import status
from .oracle_notices import Told, suspension_notices
from .oracle_standing import Party
from .oracle_words import Answer, Reasons


class Steps:
    """The state of an Oracle, and the words its steps are written with."""

    seq: int
    at: datetime
    today: date
    people: dict[str, Person]
    parties: dict[str, Party]
    numbers: int
    told: Told
    answer: Answer

    def reject(self) -> None:
        """The input itself cannot be true."""
        self.answer.outcome = "rejected"

    def deny(self, said: Reasons) -> None:
        """Section 9: every reason, and the earliest day each can clear where that is known."""
        self.answer.outcome = "denied"
        self.answer.codes = set(said)
        self.answer.clears_on = {code: day for code, day in said.items() if day}

    def person(self, args: dict) -> Person | None:
        return self.people.get(args.get("registrant", "R1"))

    def own(self, args: dict) -> Person | None:
        """Section 13, Standing: the person named, if they are the actor's."""
        person = self.person(args)
        return person if person and self.acts_for(person, args) else None

    def pharmacy(self, args: dict) -> Party | None:
        found = self.parties.get(args.get("pharmacy", "A"))
        return found if found and found.kind == "pharmacy" else None

    def acts_for(self, person: Person, args: dict) -> bool:
        """Section 13, Standing: a registrant who is not the actor's is not there."""
        by = args.get("by", person.prescriber)
        actor = self.parties.get(by)
        return by == person.prescriber or bool(actor and person.prescriber in actor.serves)

    def actor_reasons(self, person: Person, args: dict) -> Reasons:
        """Sections 1 and 13, Standing: an unattested designee is refused."""
        said = Reasons()
        actor = self.parties.get(args.get("by", person.prescriber))
        if actor and actor.kind == "designee" and not actor.certified(self.at):
            said.name("designee_not_attested")
        return said

    def is_designee(self, args: dict) -> bool:
        actor = self.parties.get(args.get("by", ""))
        return bool(actor and actor.kind == "designee")

    def status(self, person: Person, auth: Authorization) -> str:
        return status(person, auth, self.parties[auth.pharmacy], self.at)

    def live(self, person: Person) -> list[Authorization]:
        """Section 7: issued, and not dispensed, reversed, revoked or past its date; suspended ones too."""
        return [a for a in person.authorizations if self.status(person, a) == "issued"]

    def revoke(self, person: Person) -> None:
        """Section 7: revoke what is live, and tell the pharmacy."""
        for auth in self.live(person):
            auth.revoked_at = self.at
            self.told.tell(auth.pharmacy, "authorization_revoked", auth.number)

    def tell_suspensions(self, prescriber: str) -> None:
        """Section 10: suspended and resumed, on the event."""
        for person in self.people.values():
            if person.prescriber == prescriber:
                for auth in self.live(person):
                    suspension_notices(self.told, person, auth, self.parties, self.at)

    def show(self, person: Person, window: Window | None) -> None:
        if window:
            self.answer.window = windows.days_of(person, window)
