-- One text again: the name of the code, and what else was said; an explanation of `other` is the whole text.
CREATE FUNCTION leaving_text(code text, explanation text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN code = 'other' AND explanation IS NOT NULL THEN explanation ELSE left(
        CASE code WHEN 'term_end' THEN '届满' WHEN 'resigned' THEN '辞职' WHEN 'transferred' THEN '调任'
            WHEN 'removed_unfit' THEN '不胜任调整' WHEN 'recalled' THEN '罢免' WHEN 'discipline' THEN '受处分'
            WHEN 'deceased' THEN '去世' WHEN 'other' THEN '其他' END || coalesce('：' || explanation, ''), 200) END
$$;
CREATE FUNCTION tell_leaving(seat jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN seat ? 'leaving_reason' THEN seat || jsonb_build_object('leaving_reason',
        leaving_text(seat ->> 'leaving_reason', seat ->> 'leaving_explanation')) ELSE seat END - 'leaving_explanation'
$$;

ALTER TABLE seats
    DROP CONSTRAINT seats_leaving_reason_known,
    DROP CONSTRAINT seats_leaving_explanation_length,
    DROP CONSTRAINT seats_explanation_of_leaving;
ALTER TABLE seats DISABLE TRIGGER USER;
UPDATE seats SET leaving_reason = leaving_text(leaving_reason, leaving_explanation) WHERE leaving_reason IS NOT NULL;
ALTER TABLE seats ENABLE TRIGGER USER;
ALTER TABLE seats
    DROP leaving_explanation,
    ADD CONSTRAINT seats_leaving_reason_length CHECK (char_length(leaving_reason) BETWEEN 1 AND 200);
COMMENT ON COLUMN seats.leaving_reason IS 'Why the post was left, in words.';

UPDATE import_traces t SET images = (
    SELECT jsonb_agg(jsonb_set(i.one, '{image}', tell_leaving(i.one -> 'image')) ORDER BY i.number)
    FROM jsonb_array_elements(t.images) WITH ORDINALITY AS i (one, number))
WHERE t.relation = 'seats' AND jsonb_path_exists(t.images, '$[*].image.leaving_reason');
UPDATE person_merge_rows SET before = tell_leaving(before), after = tell_leaving(after)
WHERE relation = 'seats' AND (before ? 'leaving_reason' OR after ? 'leaving_reason');

DROP FUNCTION tell_leaving;
DROP FUNCTION leaving_text;
