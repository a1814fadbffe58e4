-- Who had a hand in the first scores of a rating does not enter the second ones. Whoever submits, or first names a rater,
-- need not be who typed.
ALTER TABLE ratings ADD COLUMN entered_by text[] NOT NULL DEFAULT '{}';
ALTER TABLE ratings ADD CONSTRAINT ratings_entered_by_named CHECK (array_position(entered_by, NULL) IS NULL);
COMMENT ON COLUMN ratings.entered_by IS 'Whoever entered scores, evidence or a veto of it, each once: none of them enters its second scores.';
-- What was entered before: the trail knows of whole rounds, or of each subject where a call concerned several rounds; an
-- import has traces of its own.
UPDATE ratings g SET entered_by = f.names
FROM (SELECT s.county_id, s.rating_id, array_agg(DISTINCT s.name) AS names
    FROM (SELECT r.county_id, r.id AS rating_id, e.actor AS name
            FROM audit_entries e JOIN ratings r ON r.county_id = e.county_id AND r.round_id = e.subject_id
            WHERE e.action IN ('ratings.enter_scores', 'ratings.enter_rater_scores')
        UNION ALL SELECT r.county_id, r.id, e.actor
            FROM audit_entries e, jsonb_array_elements(e.details -> 'changes') c, ratings r
            WHERE e.action = 'ratings.enter_scores' AND e.subject_id IS NULL AND r.county_id = e.county_id
                AND r.subject_id = (c ->> 'subject')::uuid
        UNION ALL SELECT t.county_id, one.id, coalesce(i.committed_by, i.uploaded_by)
            FROM import_traces t JOIN imports i ON i.county_id = t.county_id AND i.id = t.import_id, unnest(t.made) AS one (id)
            WHERE t.relation = 'ratings'
        UNION ALL SELECT t.county_id, (image ->> 'owner')::uuid, coalesce(i.committed_by, i.uploaded_by)
            FROM import_traces t JOIN imports i ON i.county_id = t.county_id AND i.id = t.import_id,
                jsonb_array_elements(t.images) image
            WHERE t.relation = 'ratings') s
    GROUP BY s.county_id, s.rating_id) f
WHERE g.county_id = f.county_id AND g.id = f.rating_id;
