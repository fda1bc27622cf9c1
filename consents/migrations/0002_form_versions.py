"""The versions of the consent forms in force since the first edition (section 3.4).

The words kept here are those of the 2021 edition; earlier ones asked for the same, and no course under them is signed
anew.
"""

from datetime import date

from django.db import migrations

VERSIONS = [
    ("informed_consent", "2021", date(2006, 3, 1), None),
    ("birth_defects_consent", "2021", date(2006, 3, 1), date(2026, 11, 15)),
    # The 2026 edition lets tests be done outside a laboratory, which two of the old statements deny.
    ("birth_defects_consent", "2026", date(2026, 11, 15), None),
]


def add_versions(apps, schema_editor):
    """Enter the versions."""
    form_version = apps.get_model("consents", "FormVersion")
    for form, version, in_force_from, superseded_on in VERSIONS:
        form_version.objects.create(
            form=form, version=version, in_force_from=in_force_from, superseded_on=superseded_on
        )


def remove_versions(apps, schema_editor):
    """Take the versions back, which the database refuses once one is signed."""
    apps.get_model("consents", "FormVersion").objects.filter(version__in=["2021", "2026"]).delete()


class Migration(migrations.Migration):
    """Form versions."""

    dependencies = [("consents", "0001_initial")]

    operations = [migrations.RunPython(add_versions, remove_versions)]
