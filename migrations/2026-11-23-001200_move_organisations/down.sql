REVOKE UPDATE ON organisation_parents FROM cadre_web;
DROP POLICY organisation_parents_end ON organisation_parents;
