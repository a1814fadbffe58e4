CREATE TABLE team_counts (
    county_id uuid NOT NULL,
    village_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    definition text NOT NULL COLLATE "C",
    counts integer[] NOT NULL,
    CONSTRAINT team_counts_pkey PRIMARY KEY (county_id, village_id, quarter),
    CONSTRAINT team_counts_village_fkey FOREIGN KEY (county_id, village_id) REFERENCES organisations (county_id, id),
    CONSTRAINT team_counts_quarter_shape CHECK (quarter ~ '^[0-9]{4}Q[1-4]$'),
    CONSTRAINT team_counts_definition_shape CHECK (definition ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE team_counts IS 'What one village adds to the team pictures of those above it: derived from its committees, made again when they change.';
COMMENT ON COLUMN team_counts.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN team_counts.village_id IS 'The village or community.';
COMMENT ON COLUMN team_counts.quarter IS 'The open quarter on whose last day it was counted.';
COMMENT ON COLUMN team_counts.definition IS 'Digest of what was counted, in hexadecimal: rows of another one are out of date.';
COMMENT ON COLUMN team_counts.counts IS 'One number for each part of the figures, without the people who sit in several villages.';

CREATE TABLE team_wanderers (
    county_id uuid NOT NULL,
    person_id uuid NOT NULL,
    CONSTRAINT team_wanderers_pkey PRIMARY KEY (county_id, person_id),
    CONSTRAINT team_wanderers_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id)
);
COMMENT ON TABLE team_wanderers IS 'People with seats in several villages, whom no row of team_counts counts: each is one person of all of them.';
COMMENT ON COLUMN team_wanderers.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN team_wanderers.person_id IS 'The person.';

CREATE TABLE team_changes (
    county_id uuid NOT NULL,
    village_id uuid NOT NULL,
    transaction_number bigint NOT NULL,
    CONSTRAINT team_changes_pkey PRIMARY KEY (county_id, village_id, transaction_number),
    CONSTRAINT team_changes_village_fkey FOREIGN KEY (county_id, village_id) REFERENCES organisations (county_id, id)
);
COMMENT ON TABLE team_changes IS 'Villages whose row of team_counts no longer holds, since a transaction changed what it was counted from.';
COMMENT ON COLUMN team_changes.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN team_changes.village_id IS 'The village or community.';
COMMENT ON COLUMN team_changes.transaction_number IS 'The transaction: each makes its own row, so that none waits for another.';

-- Bookkeeping, no rule: whatever changes what a team is counted from says so in its own transaction, by whichever way it
-- came. Beyond row-level security, since somebody may sit in villages that the writer does not see.
CREATE FUNCTION mark_team() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    of_county uuid := coalesce(NEW.county_id, OLD.county_id);
    villages uuid[];
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'committees' THEN
            villages := ARRAY[NEW.village_id];
        WHEN 'people' THEN
            villages := ARRAY(SELECT c.village_id FROM seats s
                JOIN committees c ON c.county_id = s.county_id AND c.id = s.committee_id
                WHERE s.county_id = of_county AND s.person_id = NEW.id);
        WHEN 'committee_terms', 'seats' THEN
            villages := ARRAY(SELECT c.village_id FROM committees c
                WHERE c.county_id = of_county AND c.id IN (NEW.committee_id, OLD.committee_id));
        WHEN 'seat_sources' THEN
            villages := ARRAY(SELECT c.village_id FROM seats s
                JOIN committees c ON c.county_id = s.county_id AND c.id = s.committee_id
                WHERE s.county_id = of_county AND s.id IN (NEW.seat_id, OLD.seat_id));
        WHEN 'committee_posts', 'elections' THEN
            villages := ARRAY(SELECT c.village_id FROM committee_terms t
                JOIN committees c ON c.county_id = t.county_id AND c.id = t.committee_id
                WHERE t.county_id = of_county AND t.id IN (NEW.term_id, OLD.term_id));
        WHEN 'election_ballots' THEN
            villages := ARRAY(SELECT c.village_id FROM elections e
                JOIN committee_terms t ON t.county_id = e.county_id AND t.id = e.term_id
                JOIN committees c ON c.county_id = t.county_id AND c.id = t.committee_id
                WHERE e.county_id = of_county AND e.id IN (NEW.election_id, OLD.election_id));
    END CASE;
    INSERT INTO team_changes (county_id, village_id, transaction_number)
    SELECT of_county, village, pg_current_xact_id()::text::bigint FROM unnest(villages) AS village
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION mark_team FROM PUBLIC;
CREATE TRIGGER committees_mark_team AFTER INSERT ON committees FOR EACH ROW EXECUTE FUNCTION mark_team();
CREATE TRIGGER committee_terms_mark_team AFTER INSERT OR UPDATE OR DELETE ON committee_terms
    FOR EACH ROW EXECUTE FUNCTION mark_team();
CREATE TRIGGER committee_posts_mark_team AFTER INSERT OR UPDATE OR DELETE ON committee_posts
    FOR EACH ROW EXECUTE FUNCTION mark_team();
CREATE TRIGGER seats_mark_team AFTER INSERT OR UPDATE OR DELETE ON seats FOR EACH ROW EXECUTE FUNCTION mark_team();
CREATE TRIGGER seat_sources_mark_team AFTER INSERT OR UPDATE OR DELETE ON seat_sources
    FOR EACH ROW EXECUTE FUNCTION mark_team();
CREATE TRIGGER elections_mark_team AFTER INSERT OR UPDATE OR DELETE ON elections
    FOR EACH ROW EXECUTE FUNCTION mark_team();
CREATE TRIGGER election_ballots_mark_team AFTER INSERT OR UPDATE OR DELETE ON election_ballots
    FOR EACH ROW EXECUTE FUNCTION mark_team();
CREATE TRIGGER people_mark_team AFTER UPDATE OF sex, ethnicity, birth_date ON people
    FOR EACH ROW WHEN ((OLD.sex, OLD.ethnicity, OLD.birth_date) IS DISTINCT FROM (NEW.sex, NEW.ethnicity, NEW.birth_date))
    EXECUTE FUNCTION mark_team();

ALTER TABLE team_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE team_counts FORCE ROW LEVEL SECURITY;
ALTER TABLE team_wanderers ENABLE ROW LEVEL SECURITY;
ALTER TABLE team_wanderers FORCE ROW LEVEL SECURITY;
ALTER TABLE team_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE team_changes FORCE ROW LEVEL SECURITY;
-- Only who acts for the whole county sees and makes them again.
CREATE POLICY team_counts_county ON team_counts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY team_wanderers_county ON team_wanderers TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY team_changes_county ON team_changes TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY team_counts_report ON team_counts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY team_wanderers_report ON team_wanderers FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY team_changes_report ON team_changes FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON team_counts, team_wanderers TO cadre_web;
GRANT SELECT, DELETE ON team_changes TO cadre_web;
GRANT SELECT ON team_counts, team_wanderers, team_changes TO cadre_report;
