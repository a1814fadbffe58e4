-- An organisation may get another one above: the place that held until then ends that day.
CREATE POLICY organisation_parents_end ON organisation_parents FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid AND EXISTS (
        SELECT FROM organisations o WHERE o.county_id = organisation_parents.county_id
            AND o.id = organisation_parents.organisation_id
            AND o.path >= current_setting('cadre.path_from', true) AND o.path < current_setting('cadre.path_to', true)));
GRANT UPDATE ON organisation_parents TO cadre_web;
