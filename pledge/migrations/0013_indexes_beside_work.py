"""Indexes on tables that pharmacies write to all day: built beside their work, and again where building broke off."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# One that broke off leaves an index that is not valid and has the name.
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
        ("pledge", "0012_reported_dispenses"),
    ]

    operations = [
        migrations.RunSQL(BEFORE, AFTER),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS authorization_status_idx", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="authorization",
            index=models.Index(fields=["pharmacy", "status", "-id"], name="authorization_status_idx"),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS authorization_reference_idx", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="authorization",
            index=models.Index(
                condition=models.Q(("client_reference", ""), _negated=True),
                fields=["pharmacy", "client_reference", "-id"],
                name="authorization_reference_idx",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="dispense",
                    name="report_number",
                    field=models.CharField(blank=True, max_length=20, null=True, unique=True),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE pledge_dispense DROP CONSTRAINT IF EXISTS pledge_dispense_report_number_uniq",
                    migrations.RunSQL.noop,
                ),
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY IF EXISTS pledge_dispense_report_number_uniq",
                    migrations.RunSQL.noop,
                ),
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY pledge_dispense_report_number_uniq"
                    " ON pledge_dispense (report_number)",
                    migrations.RunSQL.noop,
                ),
                migrations.RunSQL(
                    "ALTER TABLE pledge_dispense ADD CONSTRAINT pledge_dispense_report_number_uniq"
                    " UNIQUE USING INDEX pledge_dispense_report_number_uniq",
                    "ALTER TABLE pledge_dispense DROP CONSTRAINT pledge_dispense_report_number_uniq",
                ),
            ],
        ),
        migrations.RunSQL(AFTER, BEFORE),
    ]
