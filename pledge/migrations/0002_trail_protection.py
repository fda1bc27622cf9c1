"""What the database itself refuses: to change the trail, or to edit a clinical fact."""

from django.db import migrations

CHAIN = """
CREATE FUNCTION pledge_chain_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One chain a registrant; events of no registrant share chain 0. The lock keeps two from following the same one.
    PERFORM pg_advisory_xact_lock(7301, COALESCE(NEW.registrant_id, 0)::int);
    -- The number is drawn under the lock, so that a chain's order is the order of its numbers.
    NEW.id := nextval(pg_get_serial_sequence('pledge_programevent', 'id'));
    -- Asked in two ways, since IS NOT DISTINCT FROM would read the trail from its end instead of the index.
    IF NEW.registrant_id IS NULL THEN
        SELECT digest INTO NEW.previous_digest FROM pledge_programevent
         WHERE registrant_id IS NULL ORDER BY id DESC LIMIT 1;
    ELSE
        SELECT digest INTO NEW.previous_digest FROM pledge_programevent
         WHERE registrant_id = NEW.registrant_id ORDER BY id DESC LIMIT 1;
    END IF;
    NEW.previous_digest := COALESCE(NEW.previous_digest, '');
    NEW.recorded_at := clock_timestamp();
    NEW.digest := pledge_event_digest(NEW);
    RETURN NEW;
END $$;

CREATE FUNCTION pledge_event_digest(event pledge_programevent) RETURNS text LANGUAGE sql STABLE AS $$
    -- An array of values, so that no text can be moved from one field into the next under the same digest.
    SELECT encode(sha256(convert_to(jsonb_build_array(
        event.previous_digest, event.id, event.type, event.act, extract(epoch FROM event.at),
        extract(epoch FROM event.recorded_at), event.registrant_id, event.subject, event.subject_id,
        event.actor_kind, event.actor_id, event.actor_name, event.on_behalf_of, event.edition,
        event.overlays, event.refusals, event.changes)::text, 'UTF8')), 'hex')
$$;

CREATE TRIGGER programevent_is_chained BEFORE INSERT ON pledge_programevent
    FOR EACH ROW EXECUTE FUNCTION pledge_chain_event();
"""

UNCHAIN = """
DROP TRIGGER programevent_is_chained ON pledge_programevent;
DROP FUNCTION pledge_chain_event();
DROP FUNCTION pledge_event_digest(pledge_programevent);
"""

KEEP = """
CREATE FUNCTION pledge_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept as it was written: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

-- Takes the columns that may change as arguments; everything else is superseded, never edited.
CREATE FUNCTION pledge_is_superseded_not_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - TG_ARGV) = (to_jsonb(NEW) - TG_ARGV) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is a clinical fact: it is superseded, not edited (%)', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""

UNKEEP = "DROP FUNCTION pledge_is_kept(); DROP FUNCTION pledge_is_superseded_not_edited();"

KEPT = ("pledge_programevent", "pledge_accessentry")
SUPERSEDED = {
    "pledge_pregnancytest": "superseded_at",
    "pledge_monthlyconfirmation": "",
    "pledge_registrantanswer": "",
    "pledge_dispense": "",
}


def guards() -> list[migrations.RunSQL]:
    """Give the triggers, one for each table."""
    made = []
    for table in KEPT:
        made.append(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION pledge_is_kept();"
                f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION pledge_is_kept();",
                f"DROP TRIGGER {table}_is_kept ON {table}; DROP TRIGGER {table}_is_not_emptied ON {table};",
            )
        )
    for table, columns in SUPERSEDED.items():
        made.append(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_is_superseded BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION pledge_is_superseded_not_edited('{columns}');"
                f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION pledge_is_kept();",
                f"DROP TRIGGER {table}_is_superseded ON {table}; DROP TRIGGER {table}_is_not_emptied ON {table};",
            )
        )
    return made


class Migration(migrations.Migration):
    """Triggers on the trail and on clinical facts."""

    dependencies = [("pledge", "0001_initial")]

    operations = [migrations.RunSQL(CHAIN, UNCHAIN), migrations.RunSQL(KEEP, UNKEEP), *guards()]
