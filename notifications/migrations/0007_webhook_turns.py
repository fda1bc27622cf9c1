from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_pharmacy_messages"),
    ]

    operations = [
        migrations.AddField(
            model_name="webhookendpoint",
            name="tried_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="milliseconds",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
