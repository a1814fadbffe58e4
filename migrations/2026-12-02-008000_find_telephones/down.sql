UPDATE person_merge_rows SET before = before - 'mobile_mac' - 'telephone_mac' WHERE relation = 'people' AND before ? 'mobile_mac';
UPDATE import_traces t SET images = (
    SELECT jsonb_agg(CASE WHEN i.one ? 'image'
        THEN jsonb_set(i.one, '{image}', (i.one -> 'image') - 'mobile_mac' - 'telephone_mac') ELSE i.one END ORDER BY i.place)
    FROM jsonb_array_elements(t.images) WITH ORDINALITY AS i (one, place))
WHERE t.relation = 'people' AND jsonb_array_length(t.images) > 0;
DROP INDEX people_mobile_mac_idx;
DROP INDEX people_telephone_mac_idx;
ALTER TABLE people
    DROP CONSTRAINT people_mobile_mac_shape,
    DROP CONSTRAINT people_mobile_mac_sealed,
    DROP CONSTRAINT people_telephone_mac_shape,
    DROP CONSTRAINT people_telephone_mac_sealed,
    DROP mobile_mac,
    DROP telephone_mac;
