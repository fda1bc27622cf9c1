"""What the database itself refuses: to change a signature."""

from django.db import migrations


class Migration(migrations.Migration):
    """The triggers that keep the trail keep signatures too."""

    dependencies = [("consents", "0002_form_versions"), ("pledge", "0002_trail_protection")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER consents_signedconsent_is_kept BEFORE UPDATE OR DELETE ON consents_signedconsent "
            "FOR EACH ROW EXECUTE FUNCTION pledge_is_kept();"
            "CREATE TRIGGER consents_signedconsent_is_not_emptied BEFORE TRUNCATE ON consents_signedconsent "
            "FOR EACH STATEMENT EXECUTE FUNCTION pledge_is_kept();",
            "DROP TRIGGER consents_signedconsent_is_kept ON consents_signedconsent;"
            "DROP TRIGGER consents_signedconsent_is_not_emptied ON consents_signedconsent;",
        )
    ]
