-- Telephone numbers are found by keyed MAC, as citizen IDs are. The keys stand outside of the database: `cadre keys index`
-- fills what is empty, and whoever writes a number writes its MAC.
ALTER TABLE people
    ADD mobile_mac bytea,
    ADD telephone_mac bytea,
    ADD CONSTRAINT people_mobile_mac_shape CHECK (octet_length(mobile_mac) = 33),
    ADD CONSTRAINT people_mobile_mac_sealed CHECK (mobile_mac IS NULL OR mobile_cipher IS NOT NULL),
    ADD CONSTRAINT people_telephone_mac_shape CHECK (octet_length(telephone_mac) = 33),
    ADD CONSTRAINT people_telephone_mac_sealed CHECK (telephone_mac IS NULL OR telephone_cipher IS NOT NULL);
CREATE INDEX people_mobile_mac_idx ON people (county_id, mobile_mac) WHERE mobile_mac IS NOT NULL;
CREATE INDEX people_telephone_mac_idx ON people (county_id, telephone_mac) WHERE telephone_mac IS NOT NULL;
COMMENT ON COLUMN people.mobile_mac IS 'Keyed MAC of the mobile number, by which it is found; empty until it is filled for numbers from before it was kept.';
COMMENT ON COLUMN people.telephone_mac IS 'Keyed MAC of the telephone number, by which it is found; empty until it is filled for numbers from before it was kept.';
-- What a merge noted before has no MAC: taking it back empties the column, which would else keep that of the other number.
UPDATE person_merge_rows SET before = before || '{"mobile_mac": null, "telephone_mac": null}'
WHERE relation = 'people' AND before ? 'mobile_cipher';
