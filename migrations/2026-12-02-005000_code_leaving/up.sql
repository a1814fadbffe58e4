-- Why somebody left a seat is a code of the vocabulary list `leaving_reason`, so that it can be counted; what else was said
-- of it stands beside as the explanation. What was written until now is taken over: a text that is the name of a code, or
-- one of the two that were written when a term ended, becomes that code, any other becomes `other` and stays as it was.
-- The images that imports and merges keep for taking them back are rows of seats and follow.
CREATE FUNCTION leaving_code(told text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE btrim(told) WHEN '届满' THEN 'term_end' WHEN '任期届满换届' THEN 'term_end'
        WHEN '任期结束' THEN 'term_end' WHEN '辞职' THEN 'resigned' WHEN '调任' THEN 'transferred' WHEN '不胜任调整' THEN 'removed_unfit'
        WHEN '罢免' THEN 'recalled' WHEN '受处分' THEN 'discipline' WHEN '去世' THEN 'deceased' ELSE 'other' END
$$;
CREATE FUNCTION leaving_rest(told text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE WHEN leaving_code(told) = 'other' AND btrim(told) <> '其他' THEN told END
$$;
CREATE FUNCTION code_leaving(seat jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN seat ? 'leaving_reason' THEN seat || jsonb_build_object(
        'leaving_reason', leaving_code(seat ->> 'leaving_reason'),
        'leaving_explanation', leaving_rest(seat ->> 'leaving_reason')) ELSE seat END
$$;

ALTER TABLE seats
    DROP CONSTRAINT seats_leaving_reason_length,
    ADD leaving_explanation text;
-- The same is said as before: no figure changes, and no record.
ALTER TABLE seats DISABLE TRIGGER USER;
UPDATE seats SET leaving_reason = leaving_code(leaving_reason), leaving_explanation = leaving_rest(leaving_reason)
WHERE leaving_reason IS NOT NULL;
ALTER TABLE seats ENABLE TRIGGER USER;
ALTER TABLE seats
    ADD CONSTRAINT seats_leaving_reason_known CHECK (leaving_reason IN ('term_end', 'resigned', 'transferred',
        'removed_unfit', 'recalled', 'discipline', 'deceased', 'other')),
    ADD CONSTRAINT seats_leaving_explanation_length CHECK (char_length(leaving_explanation) BETWEEN 1 AND 200),
    ADD CONSTRAINT seats_explanation_of_leaving CHECK (leaving_explanation IS NULL OR leaving_reason IS NOT NULL);
COMMENT ON COLUMN seats.leaving_reason IS 'Why the post was left: vocabulary list `leaving_reason`.';
COMMENT ON COLUMN seats.leaving_explanation IS 'What else is said of why the post was left, in words.';

UPDATE import_traces t SET images = (
    SELECT jsonb_agg(jsonb_set(i.one, '{image}', code_leaving(i.one -> 'image')) ORDER BY i.number)
    FROM jsonb_array_elements(t.images) WITH ORDINALITY AS i (one, number))
WHERE t.relation = 'seats' AND jsonb_path_exists(t.images, '$[*].image.leaving_reason');
UPDATE person_merge_rows SET before = code_leaving(before), after = code_leaving(after)
WHERE relation = 'seats' AND (before ? 'leaving_reason' OR after ? 'leaving_reason');

DROP FUNCTION code_leaving;
DROP FUNCTION leaving_rest;
DROP FUNCTION leaving_code;
