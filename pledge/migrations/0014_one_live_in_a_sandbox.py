from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledge", "0013_indexes_beside_work"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="sandboxauthorization",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "issued")),
                fields=("pharmacy", "registrant_number"),
                name="at_most_one_live_authorization_in_a_sandbox",
            ),
        ),
    ]
