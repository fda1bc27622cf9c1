"""An index on all the notices that ever went out: built beside their delivery, and again where building broke off."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

BEFORE = """
SET statement_timeout = 0;
SET lock_timeout = 0;
"""
AFTER = """
RESET statement_timeout;
RESET lock_timeout;
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("notifications", "0005_pharmacies"),
    ]

    operations = [
        migrations.RunSQL(BEFORE, AFTER),
        # One that broke off leaves an index that is not valid and has the name.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS notice_to_pharmacy_idx", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("reader", "pharmacy")), fields=["id"], name="notice_to_pharmacy_idx"
            ),
        ),
        migrations.RunSQL(AFTER, BEFORE),
    ]
