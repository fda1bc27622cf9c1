"""Registrants and their courses of treatment (sections 1, 3 and 8)."""

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q

from pledge.models.pharmacy import Pharmacy
from pledge.models.prescriber import Prescriber
from pledge.rows import columns_of, get, row_from
from pledge.rules.vocabulary import Basis, Ending, RiskCategory

_LOCK_WITH_PARTIES = """
    SELECT c.id, {columns} FROM pledge_registrant r
      JOIN pledge_course c ON c.registrant_id = r.id AND c.is_current
      JOIN pledge_prescriber p ON p.id = r.prescriber_id
      JOIN pledge_pharmacy f ON f.id = %s
     WHERE r.id = %s
       FOR NO KEY UPDATE OF r FOR SHARE OF p, f
"""


class RegistrantQuerySet(models.QuerySet):
    """Reads of registrants."""

    def locked(self, pk):
        """Give the row with ``pk``, locked until the transaction ends; every write about a registrant starts here."""
        return get(self.model, pk, locked=True)

    def lock_with_parties(self, pk, pharmacy_pk):
        """Lock one registrant, and share the rows of their prescriber and a pharmacy, until the transaction ends.

        Whoever suspends a party waits for those who share it, and a registrant's lock comes before a party's
        everywhere: so a suspension and an authorization cannot overlook each other, nor wait for each other.

        :return: the registrant's row, the pharmacy's, and the key of the present course, as they stand under the lock;
            None without the registrant.
        """
        columns = f"{columns_of(self.model, 'r')}, {columns_of(Pharmacy, 'f')}"
        with connection.cursor() as cursor:
            cursor.execute(_LOCK_WITH_PARTIES.format(columns=columns), [pharmacy_pk, pk])
            row = cursor.fetchone()
        if row is None:
            return None
        course_id, *values = row
        own = len(self.model._meta.concrete_fields)
        return row_from(self.model, values[:own]), row_from(Pharmacy, values[own:]), course_id

    def not_merged(self):
        """Leave out records that were merged into another."""
        return self.filter(merged_into=None)

    def not_withdrawn(self):
        """Leave out those whose enrollment was entered by mistake and taken back."""
        taken_back = Course.objects.filter(registrant=OuterRef("pk"), is_current=True, ending=Ending.WITHDRAWN)
        return self.filter(~Exists(taken_back))

    def of_prescriber(self, prescriber):
        """Narrow to one prescriber's own registrants."""
        return self.filter(prescriber=prescriber)


class Registrant(models.Model):
    """A person enrolled by a prescriber.

    ``hold_since`` is the specimen day of the latest positive test or the day of the latest report while on hold.
    ``supply_through`` is the last day covered by the newest dispense.
    """

    number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200, blank=True)
    born_on = models.DateField()
    category = models.CharField(max_length=32, choices=RiskCategory.choices())
    basis = models.CharField(max_length=32, choices=Basis.choices(), blank=True)
    prescriber = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="registrants")
    email = models.EmailField(blank=True)
    guardian_name = models.CharField(max_length=200, blank=True)
    guardian_email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="America/New_York")
    registered_on = models.DateField()
    hold_since = models.DateField(null=True, blank=True)
    supply_through = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates")

    objects = RegistrantQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(category__in=list(RiskCategory)), name="registrant_category_is_known"),
            models.CheckConstraint(
                condition=Q(category=RiskCategory.CAN_BECOME_PREGNANT) | Q(basis__in=list(Basis)),
                name="registrant_who_cannot_become_pregnant_has_a_basis",
            ),
        ]
        indexes = [models.Index(fields=["supply_through"], name="registrant_supply_idx")]

    def __str__(self) -> str:
        """Give the number, which names no one."""
        return self.number

    @property
    def course(self) -> "Course":
        """The present course of treatment."""
        return self.courses.get(is_current=True)


class Course(models.Model):
    """One course of treatment; a change to ``can_become_pregnant`` and a re-enrollment each begin a new one.

    ``tests_from`` is the earliest specimen day that counts in it; ``consents_since`` the instant from which
    signatures count.
    """

    registrant = models.ForeignKey(Registrant, on_delete=models.PROTECT, related_name="courses")
    number = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    first_day = models.DateField()
    started_at = models.DateTimeField()
    tests_from = models.DateField()
    consents_since = models.DateTimeField()
    enrolled_on = models.DateField(null=True, blank=True)
    home_tests_permitted_at = models.DateTimeField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=32, choices=Ending.choices(), blank=True)
    ending_reason = models.CharField(max_length=200, blank=True)
    last_dose_on = models.DateField(null=True, blank=True)
    post_treatment_tests_asked = models.BooleanField("post-treatment tests asked", default=False)

    class Meta:
        ordering = ["registrant", "number"]
        constraints = [
            models.UniqueConstraint(fields=["registrant", "number"], name="course_number_is_unique_per_registrant"),
            models.UniqueConstraint(
                fields=["registrant"], condition=Q(is_current=True), name="registrant_has_one_present_course"
            ),
        ]
        indexes = [
            models.Index(
                fields=["last_dose_on"],
                condition=Q(post_treatment_tests_asked=True),
                name="course_post_treatment_idx",
            ),
        ]

    def __str__(self) -> str:
        """Give the registrant's number and the course's."""
        return f"{self.registrant} course {self.number}"
