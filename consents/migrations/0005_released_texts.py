"""The words of the forms that come with the release, in every language; each is approved with it and published."""

from datetime import UTC, datetime

from django.db import migrations

from consents.released import released_texts

RELEASED_AT = datetime(2026, 11, 15, 5, tzinfo=UTC)  # the first instant of the 2026 edition
VERSIONS = ("2021", "2026")  # a later version is written in the admin, or comes with a migration of its own
RELEASED_BY = "Pledge, with its release"


def add_texts(apps, schema_editor):
    """Enter the texts and publish the versions that have them."""
    form_version, form_text = (apps.get_model("consents", name) for name in ("FormVersion", "FormText"))
    for text in (text for text in released_texts() if text.version in VERSIONS):
        version = form_version.objects.get(form=text.form, version=text.version)
        form_text.objects.create(
            form_version=version, language=text.language, body=text.body, digest=text.digest,
            drafted_at=RELEASED_AT, drafted_by=RELEASED_BY, approved_at=RELEASED_AT, approved_by=RELEASED_BY,
        )
    form_version.objects.update(published_at=RELEASED_AT, published_by=RELEASED_BY)


def remove_texts(apps, schema_editor):
    """Take the texts back, which the database refuses once one is signed."""
    apps.get_model("consents", "FormText").objects.filter(drafted_by=RELEASED_BY).delete()


class Migration(migrations.Migration):
    """Texts."""

    dependencies = [("consents", "0004_signing")]

    operations = [migrations.RunPython(add_texts, remove_texts)]
