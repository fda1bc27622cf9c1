"""What the database itself refuses: to change an approved text, a published version, a scan, an initial, a seal."""

from django.db import migrations

FUNCTIONS = """
-- Takes the column that ends the row's freedom and those that may change even then.
CREATE FUNCTION consents_is_kept_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ended boolean := (to_jsonb(OLD) -> TG_ARGV[0]) <> 'null'::jsonb;
BEGIN
    IF NOT ended THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - TG_ARGV) = (to_jsonb(NEW) - TG_ARGV)
       AND (to_jsonb(OLD) -> TG_ARGV[0]) = (to_jsonb(NEW) -> TG_ARGV[0]) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is kept as it is once it has % (%)', TG_TABLE_NAME, TG_ARGV[0], TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

-- The signed bytes never change; seal and document are added once.
CREATE FUNCTION consents_record_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.sealed_at IS NULL
       AND (OLD.registrant_id, OLD.course_id, OLD.text_id, OLD.content, OLD.digest, OLD.completed_at)
         = (NEW.registrant_id, NEW.course_id, NEW.text_id, NEW.content, NEW.digest, NEW.completed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signed record is kept as it was written: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""
DROP_FUNCTIONS = "DROP FUNCTION consents_is_kept_once(); DROP FUNCTION consents_record_is_kept();"

KEPT = ("consents_scan", "consents_sealcertificate", "consents_initial")
KEPT_ONCE = {
    "consents_formtext": "'approved_at', 'translation_reviewed_at', 'translation_reviewed_by'",
    "consents_formversion": "'published_at', 'superseded_on'",
}


def guard(table: str, function: str) -> list[migrations.RunSQL]:
    """Give the triggers of one table."""
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION {function};"
            f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            "EXECUTE FUNCTION pledge_is_kept();",
            f"DROP TRIGGER {table}_is_kept ON {table}; DROP TRIGGER {table}_is_not_emptied ON {table};",
        )
    ]


class Migration(migrations.Migration):
    """Triggers on what is signed and on what was signed."""

    dependencies = [("consents", "0005_released_texts"), ("pledge", "0002_trail_protection")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *(one for table in KEPT for one in guard(table, "pledge_is_kept()")),
        *(one for table, columns in KEPT_ONCE.items() for one in guard(table, f"consents_is_kept_once({columns})")),
        *guard("consents_consentrecord", "consents_record_is_kept()"),
    ]
