"""When a notice is tried again and why it did not leave; and the nights that are done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns and a table."""

    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Night",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("done_at", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
            ],
            options={"ordering": ["-day"]},
        ),
        migrations.AddField(
            model_name="notice",
            name="not_before",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="problem",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_address", "There is no address"),
                    ("address_refused", "The address was refused"),
                    ("not_taken_yet", "The mail server did not take it yet"),
                    ("given_up", "The mail server did not take it in three days"),
                ],
                db_default="",
                default="",
                max_length=24,
            ),
        ),
    ]
