"""Steps about parties, enrollment, consent, categories, transfers and endings (sections 1, 3 and 8)."""

from . import oracle_consent as consent
from . import oracle_windows as windows
from .oracle_history import Course, Person, Signature
from .oracle_standing import Party
from .oracle_steps import Steps
from .oracle_words import BASES, CAN, CANNOT, DEFAULT_BORN, Reasons, turns_18, year_less_a_day


class EnrollmentSteps(Steps):
    def step_enroll_prescriber(self, args: dict) -> None:
        self.certify_new(args, "prescriber", "certified_through")

    def step_enroll_pharmacy(self, args: dict) -> None:
        self.certify_new(args, "pharmacy", "certified_through")

    def step_enroll_designee(self, args: dict) -> None:
        """Section 1: acts for one or more prescribers."""
        prescriber = self.parties.get(args.get("prescriber", "P1"))
        if prescriber is None or prescriber.kind != "prescriber":
            return self.reject()
        self.certify_new(args, "designee", "attested_through").serves.add(prescriber.id)

    def certify_new(self, args: dict, kind: str, key: str) -> Party:
        party = Party(args["id"], kind)
        end = args.get(key) or year_less_a_day(self.today)
        if args["id"] in self.parties or end < self.today:
            self.reject()
            return party
        self.parties[args["id"]] = party
        party.words.append((self.seq, self.at, "certified", end))
        return party

    def step_certify(self, args: dict) -> None:
        self.standing(args, "certified", args.get("certified_through") or year_less_a_day(self.today))

    def step_suspend(self, args: dict) -> None:
        self.standing(args, "suspended", self.today)

    def step_reinstate(self, args: dict) -> None:
        self.standing(args, "reinstated", self.today)

    def standing(self, args: dict, word: str, end) -> None:
        """Section 13, Standing: certifying again ends a suspension, reinstating restores the old end day."""
        party = self.parties.get(args["id"])
        if party is None or (word == "certified" and end < self.today):
            return self.reject()
        if word != "certified" and (party.said_last == "suspended") == (word == "suspended"):
            return self.reject()
        own = [a for p in self.people.values() for a in self.live(p) if a.pharmacy == party.id]
        party.words.append((self.seq, self.at, word, end))
        if party.kind == "prescriber":
            self.tell_suspensions(party.id)
        if word == "suspended":
            # Section 13, Standing: a suspended pharmacy's live authorizations are revoked from that instant;
            # section 10: where its activation merely ran out, the next sweep tells.
            for auth in own:
                self.told.tell(party.id, "authorization_revoked", auth.number)

    def step_enroll(self, args: dict) -> None:
        """Section 3.1; section 13, Categories and Endings."""
        person = self.person(args)
        prescriber = self.parties.get(args.get("prescriber", "P1"))
        category = args.get("category", CAN)
        born = args.get("born") or (person.born if person else DEFAULT_BORN)
        if prescriber is None or prescriber.kind != "prescriber" or (person and not person.ended):
            return self.reject()
        if category not in (CAN, CANNOT) or born > self.today or (person and born != person.born):
            return self.reject()
        said = self.category_reasons(category, args)
        if not prescriber.certified(self.at):
            said.name("prescriber_not_certified")
        if said:
            return self.deny(said)
        if person is None:
            person = self.people[args.get("registrant", "R1")] = Person(args.get("registrant", "R1"), born)
        person.born = born
        person.courses.append(Course(self.seq, self.today, "enroll"))
        person.categories.append((self.seq, category))
        person.prescribers.append((self.seq, prescriber.id))
        self.told.tell(person.id, "address_confirmation", self.seq)
        self.invite(person)

    def invite(self, person: Person) -> None:
        """Section 10: whoever has to sign is asked to; a minor's guardian too (section 3)."""
        self.told.tell(person.id, "invitation_to_sign", self.seq)
        if self.today < turns_18(person.born):
            self.told.tell("guardian", "invitation_to_sign", person.id, self.seq)

    def category_reasons(self, category: str, args: dict) -> Reasons:
        """Section 13, Categories: a basis that is one, or nothing is recorded."""
        said = Reasons()
        if category == CANNOT and args.get("basis") not in BASES:
            said.name("category_unconfirmed")
        return said

    def step_sign(self, args: dict) -> None:
        """Section 3.2; section 13, Consent."""
        person = self.person(args)
        form, signer = args["form"], args.get("signer", "registrant")
        if person is None or form not in (consent.INFORMED, consent.BIRTH_DEFECTS):
            return self.reject()
        if person.ended and (signer != "prescriber" or self.acts_for(person, args)):
            return self.deny(Reasons(treatment_ended=None))
        if signer == "prescriber":
            if not self.acts_for(person, args):
                return self.reject()
            said = consent.countersigning_reasons(person, form, self.today)
            said.update(self.countersigner_reasons(person, args))
            if said:
                return self.deny(said)
        elif signer == "guardian" and not consent.guardian_signs(person, form, self.today):
            return self.reject()
        self.put_signature(person, form, signer)

    def countersigner_reasons(self, person: Person, args: dict) -> Reasons:
        """Section 1: certified; section 13, Standing: in person."""
        said = self.actor_reasons(person, args)
        if not self.parties[person.prescriber].certified(self.at):
            said.name("prescriber_not_certified")
        if self.is_designee(args):
            said.name("consent_missing")
        return said

    def put_signature(self, person: Person, form: str, signer: str) -> None:
        """Record a signature; `consent_copy` when it was the last (section 13, Notices)."""
        if signer in consent.text_being_signed(person, form, self.today):
            return
        person.signatures.append(Signature(self.seq, self.today, form, signer))
        there = consent.signatures(person, form)
        if there.get(signer) is not person.signatures[-1]:
            there = consent.newer_text(person, form, there)
        if consent.is_complete(person, there, self.today):
            self.told.tell(person.id, "consent_copy", form, there["prescriber"].seq)
            if "guardian" in there:
                self.told.tell("guardian", "consent_copy", person.id, form, there["prescriber"].seq)

    def step_sign_all(self, args: dict) -> None:
        person = self.person(args)
        if person is None:
            return self.reject()
        if person.ended:
            return self.deny(Reasons(treatment_ended=None))
        for form in consent.required_forms(person):
            for signer in ("registrant", "guardian", "prescriber"):
                if signer == "guardian" and not consent.guardian_signs(person, form, self.today):
                    continue
                said = self.countersigner_reasons(person, args) if signer == "prescriber" else Reasons()
                if said:
                    return self.deny(said)
                self.put_signature(person, form, signer)

    def step_change_category(self, args: dict) -> None:
        """Section 8; section 13, Categories."""
        person = self.own(args)
        category = args.get("category")
        if person is None or category not in (CAN, CANNOT):
            return self.reject()
        said = self.category_reasons(category, args)
        if not said and not person.ended and category == person.category:
            return self.reject()
        said.update(self.actor_reasons(person, args))
        if person.ended:
            said.name("treatment_ended")
        if said:
            return self.deny(said)
        if category == CAN and person.category == CANNOT:
            self.revoke(person)
            person.courses.append(Course(self.seq, self.today, "change"))
        person.categories.append((self.seq, category))
        if category == CAN and consent.consent_reasons(person, self.today):
            self.invite(person)

    def step_transfer(self, args: dict) -> None:
        """Section 8: to another certified prescriber; number, consents, history and open window stay."""
        person, prescriber = self.own(args), self.parties.get(args["prescriber"])
        if (
            person is None
            or prescriber is None
            or prescriber.kind != "prescriber"
            or prescriber.id == person.prescriber
        ):
            return self.reject()
        said = self.actor_reasons(person, args)
        if person.ended:
            said.name("treatment_ended")
        if not prescriber.certified(self.at):
            said.name("prescriber_not_certified")
        if said:
            return self.deny(said)
        person.prescribers.append((self.seq, prescriber.id))
        self.tell_suspensions(prescriber.id)
        if windows.open_window(person, self.today):
            self.told.tell(prescriber.id, "confirmation_due", person.id, self.seq)

    def step_end_treatment(self, args: dict) -> None:
        self.end(args)

    def step_discontinue(self, args: dict) -> None:
        self.end(args)

    def end(self, args: dict) -> None:
        """Section 13, Endings: revoke, and ask for T4 and T5 where anything was ever dispensed."""
        person = self.own(args)
        last_dose = args.get("last_dose", self.today)
        if person is None or last_dose > self.today:
            return self.reject()
        said = self.actor_reasons(person, args)
        if person.ended:
            said.name("treatment_ended")
        if said:
            return self.deny(said)
        self.revoke(person)
        can = person.category == CAN
        handed_out = [a for a in person.authorizations if a.dispensed_at and (can or a.category == CAN)]
        reported = [r for r in person.reported if can or r[4] == CAN]
        person.endings.append((self.seq, last_dose, bool(handed_out or reported), self.today))
