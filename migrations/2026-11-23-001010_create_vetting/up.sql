CREATE TABLE vetting_departments (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    position integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT vetting_departments_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT vetting_departments_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT vetting_departments_code_key UNIQUE (county_id, code),
    CONSTRAINT vetting_departments_code_shape CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT vetting_departments_name_length CHECK (char_length(name) BETWEEN 2 AND 50),
    CONSTRAINT vetting_departments_position_sensible CHECK (position BETWEEN 1 AND 99)
);
COMMENT ON TABLE vetting_departments IS 'Who answers for candidates in a county: discipline, court, police and so on. The list is the county''s own.';
COMMENT ON COLUMN vetting_departments.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN vetting_departments.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN vetting_departments.code IS 'Short code, as the API and checklists name it.';
COMMENT ON COLUMN vetting_departments.name IS 'Its Chinese name.';
COMMENT ON COLUMN vetting_departments.position IS 'Its place in lists and on the sheet.';
COMMENT ON COLUMN vetting_departments.created_at IS 'When it was entered.';
COMMENT ON COLUMN vetting_departments.created_by IS 'Who entered it.';
COMMENT ON COLUMN vetting_departments.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN vetting_departments.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE vetting_members (
    county_id uuid NOT NULL,
    department_id uuid NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT vetting_members_pkey PRIMARY KEY (county_id, department_id, account_id),
    CONSTRAINT vetting_members_department_fkey FOREIGN KEY (county_id, department_id) REFERENCES vetting_departments (county_id, id),
    CONSTRAINT vetting_members_account_fkey FOREIGN KEY (county_id, account_id) REFERENCES accounts (county_id, id)
);
CREATE INDEX vetting_members_account_idx ON vetting_members (county_id, account_id);
COMMENT ON TABLE vetting_members IS 'Accounts that answer for a department: they see and give the verdicts of that department, and no other.';
COMMENT ON COLUMN vetting_members.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN vetting_members.department_id IS 'The department.';
COMMENT ON COLUMN vetting_members.account_id IS 'The account.';
COMMENT ON COLUMN vetting_members.created_at IS 'When it was entered.';
COMMENT ON COLUMN vetting_members.created_by IS 'Who entered it.';

CREATE TABLE vetting_checklists (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    from_day date NOT NULL,
    to_day date,
    name text NOT NULL,
    is_demanded boolean NOT NULL,
    days_to_answer integer NOT NULL,
    months_valid integer NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT vetting_checklists_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT vetting_checklists_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT vetting_checklists_period CHECK (from_day < to_day),
    CONSTRAINT vetting_checklists_name_length CHECK (char_length(name) BETWEEN 2 AND 100),
    CONSTRAINT vetting_checklists_days_to_answer_sensible CHECK (days_to_answer BETWEEN 1 AND 365),
    CONSTRAINT vetting_checklists_months_valid_sensible CHECK (months_valid BETWEEN 1 AND 60),
    CONSTRAINT vetting_checklists_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT vetting_checklists_no_overlap EXCLUDE USING gist
        (county_id WITH =, daterange(from_day, to_day) WITH &&)
);
COMMENT ON TABLE vetting_checklists IS 'What a county vets candidates for (the negative list), one row per version, never edited; a term is vetted by the version in force on the day of the proposal.';
COMMENT ON COLUMN vetting_checklists.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN vetting_checklists.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN vetting_checklists.from_day IS 'First day in force.';
COMMENT ON COLUMN vetting_checklists.to_day IS 'First day no longer in force; empty: still in force.';
COMMENT ON COLUMN vetting_checklists.name IS 'Its title, as printed on the sheet.';
COMMENT ON COLUMN vetting_checklists.is_demanded IS 'Whether nobody is appointed without a filed check; otherwise it is a finding.';
COMMENT ON COLUMN vetting_checklists.days_to_answer IS 'Within how many days of the proposal all departments answer.';
COMMENT ON COLUMN vetting_checklists.months_valid IS 'For how many months a completed check holds.';
COMMENT ON COLUMN vetting_checklists.source IS 'The decision that it rests on.';
COMMENT ON COLUMN vetting_checklists.created_at IS 'When it was entered.';
COMMENT ON COLUMN vetting_checklists.created_by IS 'Who entered it.';

CREATE TABLE vetting_items (
    county_id uuid NOT NULL,
    checklist_id uuid NOT NULL,
    number integer NOT NULL,
    text text NOT NULL,
    severity text NOT NULL,
    department_id uuid NOT NULL,
    CONSTRAINT vetting_items_pkey PRIMARY KEY (county_id, checklist_id, number),
    CONSTRAINT vetting_items_checklist_fkey FOREIGN KEY (county_id, checklist_id) REFERENCES vetting_checklists (county_id, id),
    CONSTRAINT vetting_items_department_fkey FOREIGN KEY (county_id, department_id)
        REFERENCES vetting_departments (county_id, id),
    CONSTRAINT vetting_items_number_sensible CHECK (number BETWEEN 1 AND 99),
    CONSTRAINT vetting_items_text_length CHECK (char_length(text) BETWEEN 2 AND 300),
    CONSTRAINT vetting_items_severity_known CHECK (severity IN ('block', 'flag'))
);
CREATE INDEX vetting_items_department_idx ON vetting_items (county_id, department_id);
COMMENT ON TABLE vetting_items IS 'The items of a checklist.';
COMMENT ON COLUMN vetting_items.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN vetting_items.checklist_id IS 'The version of the list.';
COMMENT ON COLUMN vetting_items.number IS 'Its number on the list.';
COMMENT ON COLUMN vetting_items.text IS 'What must not be the case.';
COMMENT ON COLUMN vetting_items.severity IS 'block: whoever is caught by it cannot be filed; flag: it must be explained.';
COMMENT ON COLUMN vetting_items.department_id IS 'The department that answers.';

CREATE TABLE candidate_checks (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    village_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    sort_key text NOT NULL COLLATE "C",
    committee_kind text NOT NULL,
    term_ordinal integer NOT NULL,
    post text NOT NULL COLLATE "C",
    person_id uuid NOT NULL,
    checklist_id uuid NOT NULL,
    state text NOT NULL,
    proposed_on date NOT NULL,
    due_on date NOT NULL,
    vetted_on date,
    valid_until date,
    filed_on date,
    filing_number text,
    ended_on date,
    withdrawal_reason text,
    decision_cipher bytea,
    seat_id uuid,
    note text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT candidate_checks_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT candidate_checks_village_fkey FOREIGN KEY (county_id, village_id) REFERENCES organisations (county_id, id),
    CONSTRAINT candidate_checks_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT candidate_checks_checklist_fkey FOREIGN KEY (county_id, checklist_id) REFERENCES vetting_checklists (county_id, id),
    CONSTRAINT candidate_checks_seat_fkey FOREIGN KEY (county_id, seat_id) REFERENCES seats (county_id, id),
    CONSTRAINT candidate_checks_checklist_key UNIQUE (county_id, id, checklist_id),
    CONSTRAINT candidate_checks_committee_kind_known CHECK (committee_kind IN ('village_party', 'village_committee',
        'supervision_committee')),
    CONSTRAINT candidate_checks_term_ordinal_sensible CHECK (term_ordinal BETWEEN 1 AND 99),
    CONSTRAINT candidate_checks_post_shape CHECK (post ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT candidate_checks_state_known CHECK (state IN ('proposed', 'vetted', 'filed', 'in_post', 'rejected', 'withdrawn',
        'expired')),
    CONSTRAINT candidate_checks_due_after_proposal CHECK (proposed_on <= due_on),
    CONSTRAINT candidate_checks_vetted_after_proposal CHECK (proposed_on <= vetted_on),
    CONSTRAINT candidate_checks_vetted_with_state CHECK (vetted_on IS NOT NULL OR state IN ('proposed', 'rejected', 'withdrawn')),
    CONSTRAINT candidate_checks_validity_with_vetting CHECK ((vetted_on IS NULL) = (valid_until IS NULL)),
    CONSTRAINT candidate_checks_filed_after_vetting CHECK (vetted_on <= filed_on),
    CONSTRAINT candidate_checks_filed_with_state CHECK (filed_on IS NOT NULL OR state NOT IN ('filed', 'in_post')),
    CONSTRAINT candidate_checks_filing_number_with_day CHECK ((filed_on IS NULL) = (filing_number IS NULL)),
    CONSTRAINT candidate_checks_filing_number_length CHECK (char_length(filing_number) BETWEEN 2 AND 50),
    CONSTRAINT candidate_checks_ended_with_state CHECK ((ended_on IS NOT NULL) = (state IN ('rejected', 'withdrawn', 'expired'))),
    CONSTRAINT candidate_checks_seat_with_state CHECK ((seat_id IS NOT NULL) = (state = 'in_post')),
    CONSTRAINT candidate_checks_reason_with_withdrawal CHECK ((withdrawal_reason IS NOT NULL) = (state = 'withdrawn')),
    CONSTRAINT candidate_checks_withdrawal_reason_length CHECK (char_length(withdrawal_reason) BETWEEN 1 AND 500),
    CONSTRAINT candidate_checks_reason_with_rejection CHECK (decision_cipher IS NOT NULL OR state <> 'rejected'),
    CONSTRAINT candidate_checks_note_length CHECK (char_length(note) BETWEEN 1 AND 500),
    CONSTRAINT candidate_checks_version_positive CHECK (version > 0)
);
CREATE UNIQUE INDEX candidate_checks_open_key ON candidate_checks
    (county_id, village_id, committee_kind, term_ordinal, person_id) WHERE state IN ('proposed', 'vetted', 'filed');
CREATE INDEX candidate_checks_path_idx ON candidate_checks (county_id, path, due_on, id);
CREATE INDEX candidate_checks_village_idx ON candidate_checks (county_id, village_id, committee_kind, term_ordinal);
CREATE INDEX candidate_checks_person_idx ON candidate_checks (county_id, person_id);
CREATE INDEX candidate_checks_checklist_idx ON candidate_checks (county_id, checklist_id);
CREATE INDEX candidate_checks_seat_idx ON candidate_checks (county_id, seat_id);
COMMENT ON TABLE candidate_checks IS 'The vetting of one candidate for one term of a committee of a village. What departments say stands in candidate_verdicts, which few may read.';
COMMENT ON COLUMN candidate_checks.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN candidate_checks.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN candidate_checks.village_id IS 'The village or community.';
COMMENT ON COLUMN candidate_checks.path IS 'Path of that village.';
COMMENT ON COLUMN candidate_checks.sort_key IS 'Pinyin of the name, by which he is found.';
COMMENT ON COLUMN candidate_checks.committee_kind IS 'Vocabulary list `committee_kind`.';
COMMENT ON COLUMN candidate_checks.term_ordinal IS 'The term that it is for, as counted there; it need not have begun.';
COMMENT ON COLUMN candidate_checks.post IS 'Vocabulary list `post`.';
COMMENT ON COLUMN candidate_checks.person_id IS 'The candidate.';
COMMENT ON COLUMN candidate_checks.checklist_id IS 'The version of the list that he is vetted by.';
COMMENT ON COLUMN candidate_checks.state IS 'Vocabulary list `candidate_check_state`; past valid_until a check is expired, whether or not that was written down.';
COMMENT ON COLUMN candidate_checks.proposed_on IS 'The day of the proposal.';
COMMENT ON COLUMN candidate_checks.due_on IS 'The day by which all departments answer.';
COMMENT ON COLUMN candidate_checks.vetted_on IS 'The day of the last answer.';
COMMENT ON COLUMN candidate_checks.valid_until IS 'The last day on which the check holds.';
COMMENT ON COLUMN candidate_checks.filed_on IS 'The day of filing.';
COMMENT ON COLUMN candidate_checks.filing_number IS 'The number under which it was filed.';
COMMENT ON COLUMN candidate_checks.ended_on IS 'The day on which it was rejected, withdrawn or found expired.';
COMMENT ON COLUMN candidate_checks.withdrawal_reason IS 'Why it was withdrawn.';
COMMENT ON COLUMN candidate_checks.decision_cipher IS 'Why it was filed in spite of a flag, or rejected; encrypted, for those who vet.';
COMMENT ON COLUMN candidate_checks.seat_id IS 'The seat that he took.';
COMMENT ON COLUMN candidate_checks.note IS 'Free text of the proposal.';
COMMENT ON COLUMN candidate_checks.version IS 'Rises by one with every change, verdicts too; the ETag.';
COMMENT ON COLUMN candidate_checks.created_at IS 'When it was entered.';
COMMENT ON COLUMN candidate_checks.created_by IS 'Who entered it.';
COMMENT ON COLUMN candidate_checks.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN candidate_checks.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE candidate_verdicts (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    check_id uuid NOT NULL,
    checklist_id uuid NOT NULL,
    item_number integer NOT NULL,
    revision integer NOT NULL,
    department_id uuid NOT NULL,
    verdict_cipher bytea NOT NULL,
    answered_by text NOT NULL,
    answered_on date NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT candidate_verdicts_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT candidate_verdicts_check_fkey FOREIGN KEY (county_id, check_id, checklist_id)
        REFERENCES candidate_checks (county_id, id, checklist_id),
    CONSTRAINT candidate_verdicts_item_fkey FOREIGN KEY (county_id, checklist_id, item_number)
        REFERENCES vetting_items (county_id, checklist_id, number),
    CONSTRAINT candidate_verdicts_department_fkey FOREIGN KEY (county_id, department_id)
        REFERENCES vetting_departments (county_id, id),
    CONSTRAINT candidate_verdicts_revision_key UNIQUE (county_id, check_id, item_number, revision),
    CONSTRAINT candidate_verdicts_revision_positive CHECK (revision > 0),
    CONSTRAINT candidate_verdicts_answered_by_length CHECK (char_length(answered_by) BETWEEN 2 AND 50)
);
CREATE INDEX candidate_verdicts_check_idx ON candidate_verdicts (county_id, check_id, checklist_id);
CREATE INDEX candidate_verdicts_item_idx ON candidate_verdicts (county_id, checklist_id, item_number);
CREATE INDEX candidate_verdicts_department_idx ON candidate_verdicts (county_id, department_id);
COMMENT ON TABLE candidate_verdicts IS 'What departments say of candidates, item by item. A correction is a new row of a higher revision; none is ever changed.';
COMMENT ON COLUMN candidate_verdicts.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN candidate_verdicts.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN candidate_verdicts.check_id IS 'The check.';
COMMENT ON COLUMN candidate_verdicts.checklist_id IS 'The version of the list.';
COMMENT ON COLUMN candidate_verdicts.item_number IS 'The item.';
COMMENT ON COLUMN candidate_verdicts.revision IS '1, and one more with every correction; the highest holds.';
COMMENT ON COLUMN candidate_verdicts.department_id IS 'The department that answers for the item.';
COMMENT ON COLUMN candidate_verdicts.verdict_cipher IS 'Result and evidence, encrypted for this row.';
COMMENT ON COLUMN candidate_verdicts.answered_by IS 'Who answered for the department.';
COMMENT ON COLUMN candidate_verdicts.answered_on IS 'When.';
COMMENT ON COLUMN candidate_verdicts.created_at IS 'When it was entered.';
COMMENT ON COLUMN candidate_verdicts.created_by IS 'Who entered it.';

ALTER TABLE vetting_departments ENABLE ROW LEVEL SECURITY;
ALTER TABLE vetting_departments FORCE ROW LEVEL SECURITY;
ALTER TABLE vetting_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE vetting_members FORCE ROW LEVEL SECURITY;
ALTER TABLE vetting_checklists ENABLE ROW LEVEL SECURITY;
ALTER TABLE vetting_checklists FORCE ROW LEVEL SECURITY;
ALTER TABLE vetting_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE vetting_items FORCE ROW LEVEL SECURITY;
ALTER TABLE candidate_checks ENABLE ROW LEVEL SECURITY;
ALTER TABLE candidate_checks FORCE ROW LEVEL SECURITY;
ALTER TABLE candidate_verdicts ENABLE ROW LEVEL SECURITY;
ALTER TABLE candidate_verdicts FORCE ROW LEVEL SECURITY;
-- Everybody in the county reads what is asked and of whom; only who acts for the whole county sets it.
CREATE POLICY vetting_departments_read ON vetting_departments FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY vetting_departments_insert ON vetting_departments FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY vetting_departments_update ON vetting_departments FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY vetting_members_read ON vetting_members FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY vetting_members_insert ON vetting_members FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY vetting_members_delete ON vetting_members FOR DELETE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY vetting_checklists_read ON vetting_checklists FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY vetting_checklists_insert ON vetting_checklists FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY vetting_checklists_update ON vetting_checklists FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY vetting_items_read ON vetting_items FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY vetting_items_insert ON vetting_items FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY candidate_checks_scope ON candidate_checks TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
-- Nobody sees a verdict whom the transaction does not name: `county` for who vets for the whole county, or an account, for
-- the departments that it answers for. Ordinary reads name nobody.
CREATE POLICY candidate_verdicts_named ON candidate_verdicts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM candidate_checks k
            WHERE k.county_id = candidate_verdicts.county_id AND k.id = candidate_verdicts.check_id)
        AND (current_setting('cadre.vetting', true) = 'county'
            OR EXISTS (SELECT FROM vetting_members m WHERE m.county_id = candidate_verdicts.county_id
                AND m.department_id = candidate_verdicts.department_id
                AND m.account_id::text = current_setting('cadre.vetting', true))));
GRANT SELECT, INSERT, UPDATE ON vetting_departments, vetting_checklists, candidate_checks TO cadre_web;
GRANT SELECT, INSERT ON vetting_items, candidate_verdicts TO cadre_web;
GRANT SELECT, INSERT, DELETE ON vetting_members TO cadre_web;
