// @generated automatically by Diesel CLI.

diesel::table! {
    /// Bearer tokens of programs.
    access_tokens (id) {
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Whose rights it carries.
        account_id -> Uuid,
        /// What it is for.
        name -> Text,
        /// SHA-256 of the token.
        token_hash -> Bytea,
        /// When it was made.
        created_at -> Timestamptz,
        /// When it ends.
        expires_at -> Timestamptz,
        /// When it was taken back.
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// People who sign in.
    accounts (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Name typed at sign-in: lower-case letters, digits, dot, underscore, hyphen.
        username -> Text,
        /// Name shown to others.
        display_name -> Text,
        /// Argon2id, in PHC form.
        password_hash -> Text,
        /// clerk, supervisor, auditor, administrator or security.
        role -> Text,
        /// The organisation whose subtree the account may act in.
        organisation_id -> Uuid,
        /// pending (its role is not granted yet), active or disabled.
        state -> Text,
        /// Wrong passwords since the last right one.
        failed_attempts -> Int4,
        /// No sign-in before this moment.
        locked_until -> Nullable<Timestamptz>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Path of the organisation, as it stands there.
        organisation_path -> Text,
        /// Name of the organisation, as it stands there.
        organisation_name -> Text,
        /// When the password was set.
        password_set_at -> Timestamptz,
        /// Somebody else set it: its owner changes it before anything else.
        password_temporary -> Bool,
        /// A password that somebody else set opens nothing after this moment.
        password_expires_at -> Nullable<Timestamptz>,
        /// Too many records were read in a short time: none is shown before this moment.
        reading_blocked_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Requests that a second person decides: what one of two people wants, and what the other said.
    approvals (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// grant (a role) or security_policy (what is demanded at sign-in).
        kind -> Text,
        /// What kind of thing is acted upon, as in the trail.
        subject_kind -> Text,
        /// The thing; at most one request of a kind waits for it.
        subject_id -> Uuid,
        /// Path of the organisation concerned: who decides stands at or above it.
        path -> Text,
        /// What is wanted, whole: the decider sees it, and nobody changes it while it waits.
        content -> Jsonb,
        /// Why it is wanted.
        reason -> Nullable<Text>,
        /// pending, approved, rejected or withdrawn.
        state -> Text,
        /// The account that wants it.
        requested_by -> Uuid,
        /// Its user name at that time.
        requester -> Text,
        /// When.
        requested_at -> Timestamptz,
        /// The account that decided: another one, unless it was withdrawn.
        decided_by -> Nullable<Uuid>,
        /// Its user name at that time.
        decider -> Nullable<Text>,
        /// When.
        decided_at -> Nullable<Timestamptz>,
        /// Why it was rejected.
        decision_reason -> Nullable<Text>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
    }
}

diesel::table! {
    /// A score that an upheld objection corrected, in the open: what it was and what it became. Never changed.
    assessment_corrections (county_id, objection_id, indicator_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The objection.
        objection_id -> Uuid,
        /// The indicator.
        indicator_id -> Uuid,
        /// The score before.
        before -> Numeric,
        /// The score since.
        after -> Numeric,
    }
}

diesel::table! {
    /// How each village stood in the assessment of a quarter: total, rank in its town, and the rotating flag.
    assessment_facts (county_id, quarter, revision, assessment_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The assessment.
        assessment_id -> Uuid,
        /// The village or community.
        village_id -> Uuid,
        /// Path of the village in the tree of that day.
        path -> Text,
        /// The town that assessed it.
        assessor_id -> Uuid,
        /// The total, of a hundred.
        total -> Numeric,
        /// Its rank among the villages of the town, by the scheme's tie rule.
        place -> Int4,
        /// How many villages the town assessed.
        units -> Int4,
        /// Its rank in the quarter before, where it was assessed.
        place_before -> Nullable<Int4>,
        /// Whether it holds the rotating flag.
        has_flag -> Bool,
        /// For how many quarters on end it has held the flag; nought without it.
        streak -> Int4,
    }
}

diesel::table! {
    /// What a version of a scheme looks at. Full marks times weight add up to 100.
    assessment_indicators (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The version of the scheme.
        scheme_id -> Uuid,
        /// Code in the API.
        code -> Text,
        /// Chinese name: the heading of its column.
        name -> Text,
        /// Place among the columns, from 1.
        position -> Int4,
        /// The highest score.
        full_marks -> Numeric,
        /// What a score is multiplied by.
        weight -> Numeric,
        /// What evidence is demanded, in words.
        evidence -> Nullable<Text>,
        /// Which place it has among the indicators that part units of equal totals, from 1; empty: none. Units that no such indicator parts share a rank.
        tie_order -> Nullable<Int4>,
    }
}

diesel::table! {
    /// What somebody raised against a published assessment within the term of notice, and how it was answered.
    assessment_objections (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The assessment.
        assessment_id -> Uuid,
        /// Path of the village.
        path -> Text,
        /// The day on which it was raised, within the notice.
        raised_on -> Date,
        /// Who raised it: a unit or a name.
        raised_by -> Text,
        /// What is objected to.
        content -> Text,
        /// Vocabulary list `objection_state`.
        state -> Text,
        /// The reason of the decision, for everybody to read.
        answer -> Nullable<Text>,
        /// Who decided.
        answered_by -> Nullable<Text>,
        /// When it was decided.
        answered_at -> Nullable<Timestamptz>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// Who made it.
        created_by -> Text,
    }
}

diesel::table! {
    /// One town assesses its villages for one quarter.
    assessment_rounds (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The version of the scheme in force in that quarter; it stays with the round.
        scheme_id -> Uuid,
        /// The town whose panel assesses.
        organisation_id -> Uuid,
        /// Path of that town.
        path -> Text,
        /// 2026Q1.
        quarter -> Text,
        /// First day of the quarter.
        first_day -> Date,
        /// Last day of the quarter: villages of the town on it are assessed.
        last_day -> Date,
        /// Vocabulary list `assessment_state`.
        state -> Text,
        /// First day of the public notice: the day of publishing.
        notice_from -> Nullable<Date>,
        /// Last day of the notice: an objection is raised by then.
        notice_to -> Nullable<Date>,
        /// Why it was sent back last.
        returned_reason -> Nullable<Text>,
        /// Who sent it back last.
        returned_by -> Nullable<Text>,
        /// When it was sent back last.
        returned_at -> Nullable<Timestamptz>,
        /// Who submitted it: he may not decide on it.
        submitted_by -> Nullable<Text>,
        /// When it was submitted.
        submitted_at -> Nullable<Timestamptz>,
        /// Who confirmed it.
        confirmed_by -> Nullable<Text>,
        /// When it was confirmed.
        confirmed_at -> Nullable<Timestamptz>,
        /// Who published it.
        published_by -> Nullable<Text>,
        /// When it was published.
        published_at -> Nullable<Timestamptz>,
        /// Rises by one with every change of the round or its scores; the ETag.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// Who made it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// How a county, or a town for itself, assesses its villages each quarter: one row per version, in force over a range of quarters. Never edited: a change is a new version from a later quarter.
    assessment_schemes (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application; names one version.
        id -> Uuid,
        /// Who set it: the county for all its towns, or a town for itself.
        organisation_id -> Uuid,
        /// Path of that organisation.
        path -> Text,
        /// Its Chinese name.
        name -> Text,
        /// What the panel enters, vocabulary list `assessment_entry`: scores, or deductions from full marks with their reasons.
        entry -> Text,
        /// How many decimals a score may have.
        decimals -> Int4,
        /// Who holds the flag where several are first after the tie rule, vocabulary list `flag_rule`.
        flag_rule -> Text,
        /// For how many days the result is on public notice, the day of publishing included.
        notice_days -> Int4,
        /// Who assesses and how, in words.
        method -> Text,
        /// First day of the first quarter in force.
        from_day -> Date,
        /// First day of the first quarter no longer in force; empty: still in force.
        to_day -> Nullable<Date>,
        /// When the row was made.
        created_at -> Timestamptz,
        /// Who made it.
        created_by -> Text,
    }
}

diesel::table! {
    /// The score of one village by one indicator.
    assessment_scores (county_id, assessment_id, indicator_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The assessment.
        assessment_id -> Uuid,
        /// The indicator.
        indicator_id -> Uuid,
        /// The score, from nought to the indicator's full marks; where deductions are entered, what they leave.
        score -> Numeric,
    }
}

diesel::table! {
    /// The assessment of one village in one round.
    assessments (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The round.
        round_id -> Uuid,
        /// The village or community that is assessed.
        village_id -> Uuid,
        /// Path of the village.
        path -> Text,
        /// Sum of score times weight, rounded half up to two decimals; empty while a score is missing.
        total -> Nullable<Numeric>,
        /// Why marks were taken off.
        deduction_note -> Nullable<Text>,
        /// What the scores rest on.
        evidence -> Nullable<Text>,
        /// Free remark.
        note -> Nullable<Text>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// Signed checkpoints as pages and reports show them; what is believed stands outside the database.
    audit_checkpoints (chain, size) {
        /// County code, or `system`.
        chain -> Text,
        /// How many entries it covers: 1 to this number.
        size -> Int8,
        /// The county; empty for `system`.
        county_id -> Nullable<Uuid>,
        /// Root of the Merkle tree (RFC 6962) over the hashes of those entries.
        root -> Bytea,
        /// Origin, size and root as a signed note (C2SP).
        note -> Text,
        /// When it was signed.
        signed_at -> Timestamptz,
    }
}

diesel::table! {
    /// One entry per action, written in its transaction; never changed.
    audit_entries (chain, sequence) {
        /// County code, or `system`.
        chain -> Text,
        /// Gapless number within the chain.
        sequence -> Int8,
        /// When it happened.
        at -> Timestamptz,
        /// The county concerned; empty for actions outside any.
        county_id -> Nullable<Uuid>,
        /// The account that acted; empty for the command line.
        account_id -> Nullable<Uuid>,
        /// User name, or `system@<os user>`.
        actor -> Text,
        /// The role at that time.
        role -> Text,
        /// web, api, command_line or import.
        door -> Text,
        /// Address that the request came from.
        source -> Nullable<Text>,
        /// Path of the organisation concerned.
        path -> Nullable<Text>,
        /// The verb.
        action -> Text,
        /// What kind of thing was acted upon.
        subject_kind -> Text,
        /// The thing, where it is one.
        subject_id -> Nullable<Uuid>,
        /// How many things.
        subject_count -> Int4,
        /// Before and after by field, reasons, purposes; identifiers never in clear.
        details -> Jsonb,
        /// When its transaction began: what rows that it wrote are stamped with; empty for entries older than this column.
        began -> Nullable<Timestamptz>,
        /// How the entry is hashed: 1, SHA-256 over encoding 1 of docs/audit-format.md.
        algorithm -> Int2,
        /// Hash over the hash of the entry before and over every other column.
        hash -> Bytea,
    }
}

diesel::table! {
    /// The last number given in each chain; its row lock orders the entries.
    audit_heads (chain) {
        /// County code, or `system`.
        chain -> Text,
        /// Number of the last entry.
        sequence -> Int8,
        /// Hash of the last entry: what the next one is hashed with.
        hash -> Bytea,
    }
}

diesel::table! {
    /// The way of an award, step by step; never edited.
    award_events (county_id, award_id, number) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The award.
        award_id -> Uuid,
        /// From 1; the version of the award after it.
        number -> Int4,
        /// Vocabulary list `award_act`.
        act -> Text,
        /// The day of the step.
        on_day -> Date,
        /// The state after it.
        state -> Text,
        /// Reason, objection or resolution, in words.
        note -> Nullable<Text>,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who took it.
        created_by -> Text,
    }
}

diesel::table! {
    /// The awards of villages by the county's primary scheme that held on the last day of a quarter, whenever they were given.
    award_facts (county_id, quarter, revision, award_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The award.
        award_id -> Uuid,
        /// The village or community.
        village_id -> Uuid,
        /// Its place in the tree of that day.
        path -> Text,
        /// Code of the kind of award.
        kind -> Text,
        /// The year that it was honoured for.
        year -> Int4,
        /// From which day the award held.
        given_on -> Date,
    }
}

diesel::table! {
    /// The kinds of award of a scheme.
    award_kinds (county_id, scheme_id, code) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The version of the scheme.
        scheme_id -> Uuid,
        /// Code in the API and in figures.
        code -> Text,
        /// Chinese name.
        name -> Text,
        /// Place in lists, from 1.
        position -> Int4,
    }
}

diesel::table! {
    /// What was objected during the public notice of an award, and what came of it.
    award_objections (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// What it is about.
        award_id -> Uuid,
        /// The day it came in, within the public notice.
        received_on -> Date,
        /// Who objected; empty: did not want to be named.
        objector -> Nullable<Text>,
        /// What was objected.
        content -> Text,
        /// Vocabulary list `objection_outcome`; empty: open.
        outcome -> Nullable<Text>,
        /// What was found.
        resolution -> Nullable<Text>,
        /// The day it was resolved.
        resolved_on -> Nullable<Date>,
        /// Who resolved it.
        resolved_by -> Nullable<Text>,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it: he may not resolve it.
        created_by -> Text,
    }
}

diesel::table! {
    /// How a county honours villages: one row per version of a scheme, in force over a range of days. Never edited: a change is a new version.
    award_schemes (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application; names one version.
        id -> Uuid,
        /// Code of the scheme, the same in all its versions.
        code -> Text,
        /// Its Chinese name.
        name -> Text,
        /// For how many working days a decision is made public before it is final.
        notice_days -> Int4,
        /// The highest mark that a member of the panel gives.
        full_marks -> Numeric,
        /// The lowest mark of the panel with which the committee may decide for it; empty: any.
        pass_mark -> Nullable<Numeric>,
        /// How many members of the panel have to give a mark.
        least_raters -> Int4,
        /// How marks become one: mean, or trimmed_mean (without one highest and one lowest).
        aggregation -> Text,
        /// Who does what, in words.
        procedure -> Text,
        /// Whether the quarterly report counts the awards of this scheme.
        is_primary -> Bool,
        /// First day in force.
        from_day -> Date,
        /// First day no longer in force; empty: still in force.
        to_day -> Nullable<Date>,
        /// When it was set.
        created_at -> Timestamptz,
        /// Who set it.
        created_by -> Text,
    }
}

diesel::table! {
    /// The mark that one member of the panel gave.
    award_scores (county_id, award_id, rater) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// What was scored.
        award_id -> Uuid,
        /// Who gave it: a unit of the panel, or its member.
        rater -> Text,
        /// From nought to the scheme's full marks.
        score -> Numeric,
    }
}

diesel::table! {
    /// The way of an award by a scheme, step after step; none is skipped.
    award_steps (county_id, scheme_id, position) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The version of the scheme.
        scheme_id -> Uuid,
        /// Place on the way, from 1.
        position -> Int4,
        /// Vocabulary list `award_step`: begins with recommend, ends with finish.
        step -> Text,
        /// What the county calls it.
        name -> Text,
        /// Whose step it is: of the town of the village, or of the county.
        level -> Text,
    }
}

diesel::table! {
    /// One village put forward for one kind of award of one year: how far it has come, and whether and from when the award holds.
    awards (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The version of the scheme in force when it was recommended; it stays with the row.
        scheme_id -> Uuid,
        /// Code of the scheme: a village has one award of a kind and year by it, whatever the version.
        scheme_code -> Text,
        /// Code of the kind of award.
        kind -> Text,
        /// The village or community.
        village_id -> Uuid,
        /// Its path.
        path -> Text,
        /// The year that it is honoured for.
        year -> Int4,
        /// Vocabulary list `award_state`.
        state -> Text,
        /// The day of the last step.
        state_on -> Date,
        /// Why it was recommended.
        reason -> Text,
        /// Who recommended it last: he may not decide on it.
        recommended_by -> Text,
        /// The mark of the panel, rounded half up to two decimals.
        mark -> Nullable<Numeric>,
        /// The day on which it was made public.
        notice_from -> Nullable<Date>,
        /// The last day of the public notice, counted in working days from the day after.
        notice_until -> Nullable<Date>,
        /// From which day the award holds.
        given_on -> Nullable<Date>,
        /// From which day it no longer holds.
        revoked_on -> Nullable<Date>,
        /// Why it was sent back, rejected or revoked last.
        ended_reason -> Nullable<Text>,
        /// Rises by one with every step: the number of its last event; the ETag.
        version -> Int4,
        /// When it was recommended first.
        created_at -> Timestamptz,
        /// Who recommended it first.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// Which branch a member belonged to, day by day.
    branch_memberships (county_id, membership_id, from_day) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The member.
        membership_id -> Uuid,
        /// The branch.
        branch_id -> Uuid,
        /// First day.
        from_day -> Date,
        /// First day in another branch; empty: still here.
        to_day -> Nullable<Date>,
    }
}

diesel::table! {
    /// The vetting of one candidate for one term of a committee of a village. What departments say stands in candidate_verdicts, which few may read.
    candidate_checks (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The village or community.
        village_id -> Uuid,
        /// Path of that village.
        path -> Text,
        /// Pinyin of the name, by which he is found.
        sort_key -> Text,
        /// Vocabulary list `committee_kind`.
        committee_kind -> Text,
        /// The term that it is for, as counted there; it need not have begun.
        term_ordinal -> Int4,
        /// Vocabulary list `post`.
        post -> Text,
        /// The candidate.
        person_id -> Uuid,
        /// The version of the list that he is vetted by.
        checklist_id -> Uuid,
        /// Vocabulary list `candidate_check_state`; past valid_until a check is expired, whether or not that was written down.
        state -> Text,
        /// The day of the proposal.
        proposed_on -> Date,
        /// The day by which all departments answer.
        due_on -> Date,
        /// The day of the last answer.
        vetted_on -> Nullable<Date>,
        /// The last day on which the check holds.
        valid_until -> Nullable<Date>,
        /// The day of filing.
        filed_on -> Nullable<Date>,
        /// The number under which it was filed.
        filing_number -> Nullable<Text>,
        /// The day on which it was rejected, withdrawn or found expired.
        ended_on -> Nullable<Date>,
        /// Why it was withdrawn.
        withdrawal_reason -> Nullable<Text>,
        /// Why it was filed in spite of a flag, or rejected; encrypted, for those who vet.
        decision_cipher -> Nullable<Bytea>,
        /// The seat that he took.
        seat_id -> Nullable<Uuid>,
        /// Free text of the proposal.
        note -> Nullable<Text>,
        /// Rises by one with every change, verdicts too; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// What departments say of candidates, item by item. A correction is a new row of a higher revision; none is ever changed.
    candidate_verdicts (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The check.
        check_id -> Uuid,
        /// The version of the list.
        checklist_id -> Uuid,
        /// The item.
        item_number -> Int4,
        /// 1, and one more with every correction; the highest holds.
        revision -> Int4,
        /// The department that answers for the item.
        department_id -> Uuid,
        /// Result and evidence, encrypted for this row.
        verdict_cipher -> Bytea,
        /// Who answered for the department.
        answered_by -> Text,
        /// When.
        answered_on -> Date,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// The committees that had a running term on the last day of a quarter (now), and those that had one on the day before that term began (before).
    committee_facts (county_id, quarter, revision, standing, committee_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// now or before.
        standing -> Text,
        /// The committee.
        committee_id -> Uuid,
        /// Its kind.
        committee_kind -> Text,
        /// Path of the village in the tree of the last day of the quarter.
        path -> Text,
        /// The day that is looked at.
        day -> Date,
        /// The term that ran on that day.
        term_id -> Uuid,
        /// How many seats the term provided.
        places -> Int8,
        /// How many of them nobody held on that day.
        vacancies -> Int8,
        /// Whether the term ran past the day by which the next election was due.
        is_overdue -> Bool,
    }
}

diesel::table! {
    /// The posts that a term provides; those not filled are vacancies.
    committee_posts (county_id, term_id, post) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The term.
        term_id -> Uuid,
        /// Vocabulary list `post`; a county may add to it.
        post -> Text,
        /// How many seats it has.
        places -> Int4,
    }
}

diesel::table! {
    /// What a county demands otherwise than the country does (`data/committee_rules.csv`): one row per version, never edited.
    committee_rules (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Vocabulary list `committee_kind`.
        committee_kind -> Text,
        /// What is demanded: attendance, winning, surplus, size_minimum and so on.
        rule -> Text,
        /// First day in force.
        from_day -> Date,
        /// First day no longer in force; empty: still in force.
        to_day -> Nullable<Date>,
        /// at_least, more_than or at_most.
        comparison -> Text,
        /// The bar, or what stands above the line of the share.
        numerator -> Int4,
        /// What stands below the line of the share; 1 where the bar is a number.
        denominator -> Int4,
        /// The article or decision that it rests on.
        source -> Text,
        /// When it was set.
        created_at -> Timestamptz,
        /// Who set it.
        created_by -> Text,
    }
}

diesel::table! {
    /// What a county wants of its teams: one row per version, never edited.
    committee_targets (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Whose team picture it is held against: that of the county, of each town, of each village.
        level -> Text,
        /// Code of a figure of the team picture.
        figure -> Text,
        /// at_least or at_most.
        comparison -> Text,
        /// The value, in hundredths of the unit of the figure.
        hundredths -> Int8,
        /// First day in force.
        from_day -> Date,
        /// First day no longer in force; empty: still in force.
        to_day -> Nullable<Date>,
        /// The decision that it rests on.
        source -> Text,
        /// When it was set.
        created_at -> Timestamptz,
        /// Who set it.
        created_by -> Text,
    }
}

diesel::table! {
    /// The terms of a committee, one after the other; a term that was not ended runs on, also past the day it was due.
    committee_terms (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The committee.
        committee_id -> Uuid,
        /// Path of the village.
        path -> Text,
        /// Which term of this committee it is, as counted there.
        ordinal -> Int4,
        /// First day of the term.
        from_day -> Date,
        /// The day by which the next election is due.
        due_day -> Date,
        /// First day no longer in the term; empty: it runs on.
        ended_on -> Nullable<Date>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// The committees that lead a village or community: one of each kind.
    committees (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The village or community.
        village_id -> Uuid,
        /// Path of that village.
        path -> Text,
        /// Vocabulary list `committee_kind`.
        kind -> Text,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// A county: the owner of every other record, and the unit by which a province can be split.
    counties (id) {
        /// UUIDv7, given by the application; `county_id` everywhere else.
        id -> Uuid,
        /// The six-digit statistical code of the county.
        code -> Text,
        /// Its Chinese name.
        name -> Text,
        /// When it was loaded.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Posts and sources that a county adds to those that come with cadre: one row per version, never edited.
    county_words (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The list of the vocabulary that it is added to: post, committee_source or reserve_source.
        list -> Text,
        /// Its code: what records, the API and figures call it.
        code -> Text,
        /// Its Chinese name: what pages and workbooks call it.
        name -> Text,
        /// Of a post: whether village Party organisations have it.
        in_party -> Bool,
        /// Of a post: whether village and residents' committees have it.
        in_village_committee -> Bool,
        /// Of a post: whether supervision committees have it.
        in_supervision -> Bool,
        /// First day on which it may be used.
        from_day -> Date,
        /// First day on which it may no longer be used; empty: it may still.
        to_day -> Nullable<Date>,
        /// The decision that it rests on.
        source -> Text,
        /// When it was set.
        created_at -> Timestamptz,
        /// Who set it.
        created_by -> Text,
    }
}

diesel::table! {
    /// Pairs that look like one person and were found to be two.
    distinct_people (county_id, person_id, other_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The one whose id comes first.
        person_id -> Uuid,
        /// The other one.
        other_id -> Uuid,
        /// How that was found out, in words.
        reason -> Nullable<Text>,
        /// User name of who decided.
        decided_by -> Text,
        /// When.
        decided_at -> Timestamptz,
    }
}

diesel::table! {
    /// What the ballots of one vote said of one candidate.
    election_ballots (county_id, election_id, person_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The vote.
        election_id -> Uuid,
        /// The candidate.
        person_id -> Uuid,
        /// Votes for him.
        votes_for -> Int4,
        /// Votes against him; empty where they were not counted.
        votes_against -> Nullable<Int4>,
        /// Abstentions; empty where they were not counted.
        abstentions -> Nullable<Int4>,
        /// Whether he was declared elected.
        is_elected -> Bool,
    }
}

diesel::table! {
    /// One vote on one post: who could, who came, and what became of the ballots.
    elections (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The term that it is for.
        term_id -> Uuid,
        /// Path of the village.
        path -> Text,
        /// The post that was voted on.
        post -> Text,
        /// The day of the vote.
        held_on -> Date,
        /// 1, and one more for every run-off on that day.
        run -> Int4,
        /// How many were to be elected.
        places -> Int4,
        /// Who could vote: members with the right to, or registered voters.
        eligible -> Int4,
        /// Who took part, those who voted by proxy or at a carried box with them.
        present -> Int4,
        /// Ballots given out.
        issued -> Int4,
        /// Ballots that came back.
        returned -> Int4,
        /// Ballots that count.
        valid -> Int4,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// Why something unusual in a term is as it is: never edited, the latest one of a finding counts.
    finding_explanations (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application: the latest has the greatest.
        id -> Uuid,
        /// The term.
        term_id -> Uuid,
        /// Path of the village.
        path -> Text,
        /// What is unusual: overdue, vacancy and so on.
        finding -> Text,
        /// Why it is so, in words.
        reason -> Text,
        /// When it was said.
        created_at -> Timestamptz,
        /// Who said it.
        created_by -> Text,
    }
}

diesel::table! {
    /// What the rules of data quality found when a quarter was frozen: one row per rule and record. Names are joined when shown.
    finding_facts (county_id, quarter, revision, rule, subject_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// Code of the rule.
        rule -> Text,
        /// What the record is: member, organisation, committee, seat or reserve.
        subject_kind -> Text,
        /// The record.
        subject_id -> Uuid,
        /// Whose record it is; empty for organisations and committees.
        person_id -> Nullable<Uuid>,
        /// Where the record stood when it was found.
        path -> Text,
        /// What was found of it, a Chinese phrase.
        detail -> Text,
    }
}

diesel::table! {
    /// What moved members in and out of the register and between branches in a quarter: one row per member, day and kind.
    flow_facts (county_id, quarter, revision, membership_id, day, kind) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The member.
        membership_id -> Uuid,
        /// The person.
        person_id -> Uuid,
        /// What happened. transferred: out of from_path (empty: from elsewhere) into to_path (empty: to elsewhere). recorded_late: the closing of the quarter before has him in from_path, today's records in to_path. became_full: moves nobody.
        kind -> Text,
        /// First day on which it held; of recorded_late the last day of the quarter before.
        day -> Date,
        /// Path of the branch that he left, in the tree of the day before.
        from_path -> Nullable<Text>,
        /// Path of the branch that he came into, in the tree of the day.
        to_path -> Nullable<Text>,
    }
}

diesel::table! {
    /// Answers of creating requests that carried a key, kept seven days.
    idempotency_keys (account_id, route, key) {
        /// Who asked.
        account_id -> Uuid,
        /// Method and path.
        route -> Text,
        /// The key of the request.
        key -> Text,
        /// SHA-256 of the body: another body with the same key is refused.
        body_hash -> Bytea,
        /// Status that was answered; empty while in flight.
        status -> Nullable<Int4>,
        /// Body that was answered; empty while in flight.
        answer -> Nullable<Text>,
        /// When the request came.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// The rows of grids that are being filled in.
    import_draft_rows (county_id, draft_id, key) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The draft.
        draft_id -> Uuid,
        /// Given by the page: the same row as long as it stands in the grid.
        key -> Int4,
        /// Its place in the grid, from 1.
        number -> Int4,
        /// Its number in the plan of the draft's import; empty: changed since, or never planned.
        planned_as -> Nullable<Int4>,
        /// Its cells, encrypted: they hold identifiers.
        content -> Bytea,
    }
}

diesel::table! {
    /// Grids that are being filled in: one of an account for a kind. Forgotten after thirty days of rest.
    import_drafts (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Whose it is.
        account_id -> Uuid,
        /// What the rows are about (contract 2, KIND).
        kind -> Text,
        /// The organisation that the rows belong to.
        organisation_id -> Uuid,
        /// Its path.
        path -> Text,
        /// The page that wrote last: its repeated request is no other hand.
        writer -> Uuid,
        /// Rises by one with every change.
        version -> Int4,
        /// The plan that was last made of it.
        import_id -> Nullable<Uuid>,
        /// When it was begun.
        created_at -> Timestamptz,
        /// When it was last kept.
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// What was last said of the headings of an organisation's files: proposed again, never assumed.
    import_mappings (county_id, organisation_id, kind) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The organisation that the files were for.
        organisation_id -> Uuid,
        /// What their rows were about (contract 2, KIND).
        kind -> Text,
        /// Its path.
        path -> Text,
        /// Heading of a file to heading of ours, or null where it was left out.
        mapping -> Jsonb,
        /// When it was last said.
        updated_at -> Timestamptz,
        /// By whom.
        updated_by -> Text,
    }
}

diesel::table! {
    /// The rows of an uploaded workbook and what each would do. Kept thirty days.
    import_rows (county_id, import_id, number) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The import.
        import_id -> Uuid,
        /// The sheet's own row number.
        number -> Int4,
        /// Path of the import's organisation.
        path -> Text,
        /// new, changed, unchanged, conflict or refused.
        bucket -> Text,
        /// The record that the row is about, where it may be seen; of a new row the one that it becomes.
        record_id -> Nullable<Uuid>,
        /// Its version when the plan was made; empty for one that was not on record.
        record_version -> Nullable<Int4>,
        /// Cells, findings and changes, encrypted: they hold identifiers.
        content -> Bytea,
        /// Why what the row wrote was kept when the import was taken back; empty: it was not.
        kept -> Nullable<Text>,
        /// Somebody on record may be the person of the row, though his citizen ID is another.
        is_alike -> Bool,
    }
}

diesel::table! {
    /// What the statements of an import touched, for taking it back. Kept as long as that is possible.
    import_traces (county_id, import_id, number) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The import.
        import_id -> Uuid,
        /// The order of the statements.
        number -> Int4,
        /// Path of the import's organisation.
        path -> Text,
        /// The table that was written.
        relation -> Text,
        /// Whether the images went (rows as they were before), or came.
        is_removed -> Bool,
        /// Ids of records that were not there before.
        made -> Nullable<Array<Nullable<Uuid>>>,
        /// Of each row of other records {owner, image}: the record's id, and the row; of one that came its key and version only.
        images -> Nullable<Jsonb>,
    }
}

diesel::table! {
    /// Why imports were taken back; by whom and when stands with the import.
    import_undos (county_id, import_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The import.
        import_id -> Uuid,
        /// Path of the import's organisation.
        path -> Text,
        /// Why, in words.
        reason -> Text,
    }
}

diesel::table! {
    /// Uploaded workbooks: what they would do, and what became of them.
    imports (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// What the rows are about (contract 2, KIND).
        kind -> Text,
        /// The organisation that the rows belong to.
        organisation_id -> Uuid,
        /// Its path.
        path -> Text,
        /// reading, planned, committing, committed, undone or failed.
        state -> Text,
        /// Name of the file, as uploaded.
        file_name -> Text,
        /// SHA-256 of the file. The file itself is not kept.
        file_sha256 -> Bytea,
        /// Its size in bytes.
        file_size -> Int8,
        /// Where foreign headings go: heading of the file to heading of ours, or null.
        mapping -> Jsonb,
        /// The first row, by column: for giving refused rows back as they came.
        headings -> Jsonb,
        /// Sentences about the file, such as sheets that were not read.
        notices -> Jsonb,
        /// Why the file could not be read, a sentence a line.
        failure -> Nullable<Text>,
        /// Rows read so far; at the end the sum of the five buckets.
        rows_read -> Int4,
        /// Rows that the writing has come to, while it runs: for its progress.
        rows_done -> Int4,
        /// Rows of people who are not on record yet.
        new_rows -> Int4,
        /// Rows that change a record.
        changed_rows -> Int4,
        /// Rows that say what is on record.
        unchanged_rows -> Int4,
        /// Rows about another unit's record, or that need another way than an import.
        conflict_rows -> Int4,
        /// Rows with errors.
        refused_rows -> Int4,
        /// Who uploaded it; empty: the command line.
        account_id -> Nullable<Uuid>,
        /// His user name: refused rows go back to him alone.
        uploaded_by -> Text,
        /// Key under which the command line gave it in: the same key again answers with this import.
        idempotency_key -> Nullable<Text>,
        /// User name of who carried the plan out.
        committed_by -> Nullable<Text>,
        /// When.
        committed_at -> Nullable<Timestamptz>,
        /// Rises by one with every change of state.
        version -> Int4,
        /// When it was uploaded.
        created_at -> Timestamptz,
        /// Last sign of life: a reading or writing that stays silent has died.
        updated_at -> Timestamptz,
        /// Until when it can be taken back; empty: not carried out, or before that was possible.
        undo_until -> Nullable<Timestamptz>,
        /// User name of who took it back.
        undone_by -> Nullable<Text>,
        /// When.
        undone_at -> Nullable<Timestamptz>,
        /// Columns of the file with samples and where each could go, encrypted; empty: nothing waits to be matched.
        proposal -> Nullable<Bytea>,
    }
}

diesel::table! {
    /// A check beside the quarterly assessment: half-year inspection, unannounced visit, review on site, annual evaluation.
    inspections (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The village or community that was looked at.
        unit_id -> Uuid,
        /// Its path.
        path -> Text,
        /// Vocabulary list `inspection_kind`.
        kind -> Text,
        /// The day.
        held_on -> Date,
        /// The score of a hundred, where one was given.
        score -> Nullable<Numeric>,
        /// What was found.
        finding -> Nullable<Text>,
        /// What it rests on.
        evidence -> Nullable<Text>,
        /// Who looked.
        inspected_by -> Text,
        /// The draw that a visit follows from.
        draw_id -> Nullable<Uuid>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// Who made it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// Who is whose near relative (Civil Code, article 1045), where a rule asks for it: one row for two people.
    kinships (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The one whose id comes first.
        person_id -> Uuid,
        /// The other one.
        relative_id -> Uuid,
        /// What the relative is to the person; vocabulary list `kinship`.
        kinship -> Text,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// One row per member in the register on the last day of a quarter, as he was known when it was frozen. Names are joined when shown; no identifier stands here.
    member_facts (county_id, quarter, revision, membership_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The member.
        membership_id -> Uuid,
        /// The person.
        person_id -> Uuid,
        /// His branch on that day.
        branch_id -> Uuid,
        /// Path of the branch in the tree of that day.
        path -> Text,
        /// His status on that day.
        status -> Text,
        /// full or probationary on that day.
        category -> Text,
        /// Day of admission.
        joined_on -> Date,
        /// Day of becoming a full member, if it was not later.
        full_member_on -> Nullable<Date>,
        /// GB/T 2261.1.
        sex -> Text,
        /// GB/T 3304.
        ethnicity -> Text,
        /// GB/T 4658.
        education -> Text,
        /// From which his age on that day follows.
        birth_date -> Date,
        /// Whether he was a floating member.
        floating -> Bool,
        /// Whether contact was lost.
        lost_contact -> Bool,
        /// His rating in the last confirmed round of the county's primary scheme; empty: unrated.
        rating_id -> Nullable<Uuid>,
        /// Its stars.
        stars -> Nullable<Int4>,
    }
}

diesel::table! {
    /// Name, pinyin and initials of each member, found by prefix: comparisons that may use an index under row-level security.
    member_search_keys (county_id, membership_id, key) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// Lower-case key without spaces.
        key -> Text,
        /// The member.
        membership_id -> Uuid,
        /// Path of the member's branch.
        path -> Text,
    }
}

diesel::table! {
    /// When a member was floating (Regulation on education and management of members, articles 25 and 32) or out of contact (article 24).
    membership_absences (county_id, membership_id, kind, from_day) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The member.
        membership_id -> Uuid,
        /// floating or lost_contact.
        kind -> Text,
        /// Where a floating member went.
        destination -> Nullable<Text>,
        /// First day.
        from_day -> Date,
        /// First day on which it no longer holds; empty: it still holds.
        to_day -> Nullable<Date>,
    }
}

diesel::table! {
    /// The status of a member, day by day (data/party_membership_status.csv).
    membership_statuses (county_id, membership_id, from_day) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The member.
        membership_id -> Uuid,
        /// Code of the status.
        status -> Text,
        /// Why.
        reason -> Nullable<Text>,
        /// First day.
        from_day -> Date,
        /// First day in another status; empty: still this one.
        to_day -> Nullable<Date>,
    }
}

diesel::table! {
    /// A member: one spell of Party membership of one person. Branch, status and path repeat the latest dated fact, so that lists need no history.
    memberships (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application; the id of the member.
        id -> Uuid,
        /// Whose membership it is.
        person_id -> Uuid,
        /// Day on which the branch meeting admitted him.
        joined_on -> Date,
        /// Day on which he became a full member; empty: probationary. Party age counts from here (Constitution, article 7).
        full_member_on -> Nullable<Date>,
        /// First day in this county's register.
        from_day -> Date,
        /// First day on which he is for good out of the register; empty: still in it, or stopped.
        to_day -> Nullable<Date>,
        /// How he came into the register: initial, admitted or transferred_in.
        arrival -> Text,
        /// Latest branch.
        branch_id -> Uuid,
        /// Path of the latest branch.
        path -> Text,
        /// Latest status.
        status -> Text,
        /// Pinyin of the person's name: the order of lists.
        sort_key -> Text,
        /// Code of the Party statistics' post list.
        occupation -> Text,
        /// Post inside the Party organisation.
        party_post -> Nullable<Text>,
        /// Free text.
        note -> Nullable<Text>,
        /// Rises by one with every change of the member or the person; the ETag.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// What a mentor did for whom he guides: talks, visits, tasks.
    mentor_notes (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Who is guided.
        reserve_id -> Uuid,
        /// The mentor.
        mentor_id -> Uuid,
        /// The day that it is about.
        noted_on -> Date,
        /// What was done.
        content -> Text,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// Where the addresses of records that went in a merge lead. Ids alone: whether the record may be seen is asked there.
    merged_ids (county_id, old_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// Id of the record that went.
        old_id -> Uuid,
        /// Id of the record that stands for it.
        new_id -> Uuid,
        /// The merge.
        merge_id -> Uuid,
        /// The table of both.
        relation -> Text,
    }
}

diesel::table! {
    /// The tree of the last day of a quarter: the organisations that existed.
    organisation_facts (county_id, quarter, revision, organisation_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The organisation.
        organisation_id -> Uuid,
        /// The organisation above it on that day.
        parent_id -> Nullable<Uuid>,
        /// Its code.
        code -> Text,
        /// Its name.
        name -> Text,
        /// Its kind.
        kind -> Text,
        /// Its place in the tree of that day.
        path -> Text,
        /// How many members in the register stood directly in it.
        members -> Int8,
        /// How many of them were full members.
        full_members -> Int8,
    }
}

diesel::table! {
    /// Which organisation stood above which, day by day: the tree of any date.
    organisation_parents (county_id, organisation_id, from_day) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The lower organisation.
        organisation_id -> Uuid,
        /// The organisation above it.
        parent_id -> Uuid,
        /// First day.
        from_day -> Date,
        /// First day on which it no longer holds; empty: it still holds.
        to_day -> Nullable<Date>,
    }
}

diesel::table! {
    /// One tree of divisions (county, town, village) and the Party organisations below or beside them.
    organisations (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Statistical code of a division (6, 9 or 12 digits); a Party organisation adds a hyphen and 1–8 capitals or digits.
        code -> Text,
        /// Its Chinese name.
        name -> Text,
        /// vocabulary list `organisation_kind`.
        kind -> Text,
        /// Pinyin of the name without spaces, for sorting and finding.
        pinyin -> Text,
        /// Initials of the pinyin, for finding.
        initials -> Text,
        /// The organisation above today; its history stands in organisation_parents.
        parent_id -> Nullable<Uuid>,
        /// Codes from the county down to this one, each closed by a slash: a subtree is one range of this column.
        path -> Text,
        /// First day of existence; empty where it was always there.
        founded_on -> Nullable<Date>,
        /// First day on which it no longer exists.
        dissolved_on -> Nullable<Date>,
        /// Unified social credit code (GB 32100-2015).
        credit_code -> Nullable<Text>,
        /// Office telephone of the organisation.
        telephone -> Nullable<Text>,
        /// Free text.
        note -> Nullable<Text>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// When it was last changed.
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// One row per person and county, whatever roles he has.
    people (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Name with every character kept; the dot of a minority name is U+00B7.
        name -> Text,
        /// Pinyin of the name, syllables parted by spaces: the order of lists.
        pinyin -> Text,
        /// GB/T 2261.1: 1 man, 2 woman.
        sex -> Text,
        /// GB/T 3304.
        ethnicity -> Text,
        /// Birth date; equal to that in the citizen ID.
        birth_date -> Date,
        /// Citizen ID, encrypted by the application: algorithm, key, nonce, text, tag.
        citizen_id_cipher -> Bytea,
        /// Keyed MAC of the citizen ID, by which it is found.
        citizen_id_mac -> Bytea,
        /// GB/T 4658.
        education -> Text,
        /// GB/T 6864.
        degree -> Nullable<Text>,
        /// Native place.
        native_place -> Nullable<Text>,
        /// Mobile number, encrypted.
        mobile_cipher -> Nullable<Bytea>,
        /// Telephone number, encrypted.
        telephone_cipher -> Nullable<Bytea>,
        /// Home address.
        address -> Nullable<Text>,
        /// Rises by one with every change.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last; none where nobody has since it was registered.
        updated_by -> Nullable<Text>,
        /// Pinyin without spaces, by whose beginning he is found.
        pinyin_joined -> Text,
        /// First letters of the pinyin, by whose beginning he is found.
        initials -> Text,
        /// How the name sounds, without what is often taken for the same; records that sound alike are compared.
        sound -> Text,
        /// Keyed MAC of the mobile number, by which it is found; empty until it is filled for numbers from before it was kept.
        mobile_mac -> Nullable<Bytea>,
        /// Keyed MAC of the telephone number, by which it is found; empty until it is filled for numbers from before it was kept.
        telephone_mac -> Nullable<Bytea>,
    }
}

diesel::table! {
    /// Every row that a merge moved, removed or changed.
    person_merge_rows (county_id, merge_id, step, number) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The merge.
        merge_id -> Uuid,
        /// The order of the statements; taken back from the last.
        step -> Int4,
        /// Which row of the statement.
        number -> Int4,
        /// The table.
        relation -> Text,
        /// moved (given to the winner), removed, or changed (the winner himself).
        action -> Text,
        /// The primary key of the row, as it is after the merge.
        key -> Jsonb,
        /// Of a row that was moved the columns as they were, of others the whole row as it was.
        before -> Jsonb,
        /// The row as the merge left it; empty: it went.
        after -> Nullable<Jsonb>,
        /// The version that the merge left, of tables that have one.
        row_version -> Nullable<Int4>,
        /// Why it was kept when the merge was taken back; empty: it was not.
        kept -> Nullable<Text>,
    }
}

diesel::table! {
    /// Two records of one person that somebody made one; the loser's row stands among the rows of the merge.
    person_merges (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Path of the smallest organisation that holds every relation of both.
        path -> Text,
        /// The record that stayed.
        winner_id -> Uuid,
        /// Its name after the merge.
        winner_name -> Text,
        /// The record that went.
        loser_id -> Uuid,
        /// Its name.
        loser_name -> Text,
        /// How many rows were given to the winner.
        moved -> Int4,
        /// How many rows went, the loser's own included.
        removed -> Int4,
        /// User name of who merged.
        merged_by -> Text,
        /// When.
        merged_at -> Timestamptz,
        /// User name of who took it back; empty: it stands.
        undone_by -> Nullable<Text>,
        /// When.
        undone_at -> Nullable<Timestamptz>,
        /// Why, in words.
        undo_reason -> Nullable<Text>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
    }
}

diesel::table! {
    /// Where a person has a relation of which kind, and so who may see him.
    person_visibility (county_id, relation_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// Id of the membership (or other relation).
        relation_id -> Uuid,
        /// The person.
        person_id -> Uuid,
        /// Path of the organisation in which the relation stands.
        path -> Text,
        /// membership, seat, reserve, check (a candidate put to the departments) or ballot (somebody who stood for election).
        kind -> Text,
    }
}

diesel::table! {
    /// Rules of data quality that a county weighs or measures otherwise than `data/quality_rules.csv` says: one row per version, never edited.
    quality_rules (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Code of the rule.
        rule -> Text,
        /// First day in force.
        from_day -> Date,
        /// First day no longer in force; empty: still in force.
        to_day -> Nullable<Date>,
        /// How grave a finding is: error, warning or notice.
        severity -> Text,
        /// Its weight in the score; 0: it does not count.
        weight -> Int4,
        /// The number that the rule compares with; empty: it has none.
        threshold -> Nullable<Int4>,
        /// The decision that it rests on.
        source -> Text,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// The frozen states of a quarter: 1 by closing, more by amending, never changed. 0 is a baseline: the quarter before a county's first closed one, as it was known then, so that openings and comparisons never move.
    quarter_revisions (county_id, quarter, number) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// 1 for the closing, 2 … for amendments, 0 for a baseline.
        number -> Int4,
        /// The revision of the quarter before whose closing is the opening here; empty for a baseline.
        previous_number -> Nullable<Int4>,
        /// User name of who prepared it.
        preparer -> Text,
        /// User name of who confirmed it.
        confirmer -> Text,
        /// Why it was amended.
        reason -> Nullable<Text>,
        /// When it was frozen.
        closed_at -> Timestamptz,
        /// The highest number of stars of the primary member scheme then in force; empty: there was none.
        star_scale -> Nullable<Int4>,
        /// SHA-256 over the SHA-256 of each of its rows in canonical order.
        digest -> Bytea,
        /// How many rows were frozen.
        row_count -> Int8,
    }
}

diesel::table! {
    /// When and by whom quarters are signed off, otherwise than `data/quarter_settings.csv` says: one row per version, never edited.
    quarter_settings (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// First day in force: what holds on the last day of a quarter holds for it.
        from_day -> Date,
        /// First day no longer in force; empty: still in force.
        to_day -> Nullable<Date>,
        /// So many days after the end of a quarter villages have signed.
        village_days -> Int4,
        /// So many days after the end of a quarter towns have signed.
        town_days -> Int4,
        /// So many days after the end of a quarter the county has closed it.
        county_days -> Int4,
        /// Whether villages and communities sign too.
        villages_sign -> Bool,
        /// Whether the county is closed only when every town has signed.
        towns_must_sign -> Bool,
        /// The decision that it rests on.
        source -> Text,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// Towns and villages that signed off their quarter upward, also those who took it back.
    quarter_sign_offs (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// The town or village.
        organisation_id -> Uuid,
        /// Its place in the tree.
        path -> Text,
        /// User name of who signed.
        signed_by -> Text,
        /// Code of the organisation that he acts for: the unit itself, or the town that signs for its village.
        signed_for -> Text,
        /// When.
        signed_at -> Timestamptz,
        /// How much still stood open in the unit when it was signed.
        open_items -> Int4,
        /// How many villages below had not signed then, where villages sign.
        unsigned_below -> Int4,
        /// Why it was signed with something open.
        note -> Nullable<Text>,
        /// User name of who took it back; empty while it stands.
        withdrawn_by -> Nullable<Text>,
        /// When.
        withdrawn_at -> Nullable<Timestamptz>,
        /// Why it was taken back.
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    /// How far the closing of a quarter is; a quarter without a row is open.
    quarters (county_id, quarter) {
        /// The county: only a county is closed.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// open, proposed (by one supervisor) or closed (confirmed by another).
        state -> Text,
        /// User name of who prepared it.
        proposed_by -> Nullable<Text>,
        /// When.
        proposed_at -> Nullable<Timestamptz>,
        /// User name of who confirmed it; the command line may do both in one step.
        confirmed_by -> Nullable<Text>,
        /// When.
        confirmed_at -> Nullable<Timestamptz>,
        /// Rises by one with every change.
        version -> Int4,
        /// User name of who proposed to amend the closed quarter; empty: no amendment waits.
        amendment_proposed_by -> Nullable<Text>,
        /// When.
        amendment_proposed_at -> Nullable<Timestamptz>,
        /// Why; it becomes the reason of the revision.
        amendment_reason -> Nullable<Text>,
    }
}

diesel::table! {
    /// What a scheme looks at: each dimension is scored from nought to its maximum.
    rating_dimensions (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The version of the scheme.
        scheme_id -> Uuid,
        /// Code in the API.
        code -> Text,
        /// Chinese name: the heading of its column.
        name -> Text,
        /// Place among the columns, from 1.
        position -> Int4,
        /// The highest score.
        maximum -> Numeric,
        /// What a score is multiplied by.
        weight -> Numeric,
        /// The most that score times weight adds to the total; empty: no bound but the maximum.
        cap -> Nullable<Numeric>,
    }
}

diesel::table! {
    /// Ratings that waited for somebody on the last day of a quarter, and those that were overturned in it. (The stars that count stand in member_facts.)
    rating_facts (county_id, quarter, revision, rating_id, state) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The rating.
        rating_id -> Uuid,
        /// The member who is rated; empty where it is no member.
        membership_id -> Nullable<Uuid>,
        /// The person; empty where it is an organisation.
        person_id -> Nullable<Uuid>,
        /// awaiting_review, objection_open, or overturned: an objection was upheld, or it was revoked.
        state -> Text,
        /// Path of the round's organisation.
        path -> Text,
    }
}

diesel::table! {
    /// What was objected to a published rating, and what came of it: correction in the open.
    rating_objections (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The rating.
        rating_id -> Uuid,
        /// What was objected.
        content -> Text,
        /// The stars that were objected to.
        stars_before -> Nullable<Int4>,
        /// dismissed: the rating stays; upheld: it goes back to be corrected; empty: open.
        outcome -> Nullable<Text>,
        /// What was found.
        resolution -> Nullable<Text>,
        /// Who resolved it.
        resolved_by -> Nullable<Text>,
        /// When.
        resolved_at -> Nullable<Timestamptz>,
        /// When it came in.
        created_at -> Timestamptz,
        /// Who entered it: he may not resolve it.
        created_by -> Text,
    }
}

diesel::table! {
    /// The score that one rater gave in one dimension; what they become together stands in rating_scores.
    rating_rater_scores (county_id, rating_id, rater_id, dimension_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The rating.
        rating_id -> Uuid,
        /// The rater.
        rater_id -> Uuid,
        /// The dimension.
        dimension_id -> Uuid,
        /// The score, from nought to the dimension's maximum.
        score -> Numeric,
    }
}

diesel::table! {
    /// Who scores in a round, where several do: members, or representatives who are none.
    rating_raters (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The round.
        round_id -> Uuid,
        /// His name, or the number of an anonymous sheet.
        name -> Text,
        /// The member that he is: nobody scores himself; empty: he is none, or the sheet is anonymous.
        membership_id -> Nullable<Uuid>,
        /// When he was entered.
        created_at -> Timestamptz,
        /// Who entered him.
        created_by -> Text,
        /// How many of his scores stand beside one of another rater, of the same subject in the same dimension: the denominator of his leniency.
        compared -> Int4,
        /// Sum over those of his score less the mean of the others, in hundredths of the full marks, each rounded to four decimals: the numerator of his leniency.
        deviation -> Numeric,
    }
}

diesel::table! {
    /// One organisation rated by one scheme for one period.
    rating_rounds (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The version of the scheme in force on the last day; it stays with the round.
        scheme_id -> Uuid,
        /// Whose members are rated.
        organisation_id -> Uuid,
        /// Path of that organisation.
        path -> Text,
        /// 2026Q1, 2026-03 or 2026.
        period -> Text,
        /// First day of the period.
        first_day -> Date,
        /// Last day of the period: who is in the register on it is rated.
        last_day -> Date,
        /// How far its ratings are, those sent back and those not yet submitted left aside.
        state -> Text,
        /// Rises by one with every change of the round or its ratings; the ETag.
        version -> Int4,
        /// When it was opened.
        created_at -> Timestamptz,
        /// Who opened it.
        created_by -> Text,
        /// When it or one of its ratings was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// The ratings that were drawn, in the order of the draw. Never changed.
    rating_sample_picks (county_id, sample_id, rating_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The sample.
        sample_id -> Uuid,
        /// Place in the draw, from 1.
        place -> Int4,
        /// The rating.
        rating_id -> Uuid,
        /// Its lot: SHA-256 over seed, period and id, one a line; the smallest lots are drawn.
        lot -> Bytea,
    }
}

diesel::table! {
    /// The ratings among which a sample is drawn, with what they had been given, fixed before the seed is revealed. Never changed.
    rating_sample_subjects (county_id, sample_id, rating_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The sample.
        sample_id -> Uuid,
        /// The rating: what the draw is computed from.
        rating_id -> Uuid,
        /// Its total when the list was fixed.
        first_total -> Numeric,
        /// Its stars then.
        first_stars -> Int4,
    }
}

diesel::table! {
    /// A draw of ratings that somebody else scores again. First the digest of a secret seed is made public, then the ratings are fixed, then the seed is revealed and the draw follows from it: whoever has the seed can draw again.
    rating_samples (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Who draws among the ratings of its subtree.
        organisation_id -> Uuid,
        /// Path of that organisation.
        path -> Text,
        /// Code of the scheme whose ratings are drawn.
        scheme_code -> Text,
        /// The period whose ratings are drawn; the second line of each lot.
        period -> Text,
        /// Why they are scored again.
        purpose -> Text,
        /// Vocabulary list `visit_draw_state`: the steps are those of every draw.
        state -> Text,
        /// SHA-256 of the seed's 64 hexadecimal digits: public from the beginning, and never changed.
        commitment -> Bytea,
        /// The seed, encrypted, until it is revealed; nobody sees it before.
        seed_cipher -> Bytea,
        /// How many ratings are drawn, fixed with them.
        sample_size -> Nullable<Int4>,
        /// Among how many is drawn.
        subjects -> Nullable<Int4>,
        /// SHA-256 over the ids of these ratings in order, one a line.
        subjects_sha256 -> Nullable<Bytea>,
        /// When they were fixed.
        fixed_at -> Nullable<Timestamptz>,
        /// Who fixed them.
        fixed_by -> Nullable<Text>,
        /// The seed in 64 hexadecimal digits, once it is revealed.
        seed -> Nullable<Text>,
        /// When it was revealed.
        revealed_at -> Nullable<Timestamptz>,
        /// Who revealed it.
        revealed_by -> Nullable<Text>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// Who made it.
        created_by -> Text,
    }
}

diesel::table! {
    /// How a county gives stars: one row per version of a scheme, in force over a range of days. Never edited: a change is a new version.
    rating_schemes (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application; names one version.
        id -> Uuid,
        /// Code of the scheme, the same in all its versions.
        code -> Text,
        /// Its Chinese name.
        name -> Text,
        /// What is rated: member, branch, village or household.
        subject_kind -> Text,
        /// How often: month, quarter or year.
        period_kind -> Text,
        /// The highest number of stars.
        stars -> Int4,
        /// How many decimals a score may have.
        decimals -> Int4,
        /// How scores become a total: sum (of score times weight, each up to its cap), weighted_mean, or mean (of score times weight over those that counted).
        aggregation -> Text,
        /// What a dimension without a score means: refuse (the rating cannot be submitted), zero, or leave_out (of a mean).
        missing_part -> Text,
        /// Who rates and how, in words.
        procedure -> Text,
        /// Whether the quarterly report takes its stars from this scheme.
        is_primary -> Bool,
        /// First day in force.
        from_day -> Date,
        /// First day no longer in force; empty: still in force.
        to_day -> Nullable<Date>,
        /// When it was set.
        created_at -> Timestamptz,
        /// Who set it.
        created_by -> Text,
        /// What a total earns: stars, or grades (4 excellent, 3 qualified, 2 basically qualified, 1 unqualified).
        result -> Text,
        /// Who scores: one (scores are entered once), or several whose scores become their mean or trimmed_mean.
        raters -> Text,
        /// How many raters have to score before their scores count.
        least_raters -> Int4,
        /// Of the share of those rated that may have the highest level, rounded down: the numerator; empty: any.
        top_numerator -> Nullable<Int4>,
        /// The denominator of that share.
        top_denominator -> Nullable<Int4>,
        /// For how many working days after publication somebody may object.
        objection_days -> Int4,
        /// Whether probationary members take part without being rated.
        leaves_out_probationary -> Bool,
        /// Whether a rating is submitted only with what it rests on.
        needs_evidence -> Bool,
    }
}

diesel::table! {
    /// The score of one rating in one dimension.
    rating_scores (county_id, rating_id, dimension_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The rating.
        rating_id -> Uuid,
        /// The dimension.
        dimension_id -> Uuid,
        /// The score, from nought to the dimension's maximum.
        score -> Numeric,
    }
}

diesel::table! {
    /// What somebody else gave to a rating that was drawn. It changes no rating, and is not changed.
    rating_seconds (county_id, sample_id, rating_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The sample.
        sample_id -> Uuid,
        /// The rating.
        rating_id -> Uuid,
        /// Who scored again; not one of those who had scored.
        rater -> Text,
        /// By code of the dimension, each score as a decimal text.
        scores -> Jsonb,
        /// The total by the scheme of the rating.
        total -> Numeric,
        /// The stars of that total.
        stars -> Int4,
        /// What was found.
        note -> Nullable<Text>,
        /// When it was entered.
        scored_at -> Timestamptz,
        /// Who entered it; not who had submitted the rating.
        scored_by -> Text,
    }
}

diesel::table! {
    /// From which total a scheme gives a number of stars.
    rating_thresholds (county_id, scheme_id, stars) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The version of the scheme.
        scheme_id -> Uuid,
        /// The number of stars.
        stars -> Int4,
        /// The lowest total that earns them.
        minimum -> Numeric,
    }
}

diesel::table! {
    /// What sets the stars to a value, whatever the total.
    rating_vetoes (county_id, scheme_id, code) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The version of the scheme.
        scheme_id -> Uuid,
        /// Code in the API.
        code -> Text,
        /// What is the case, in Chinese.
        name -> Text,
        /// The stars, or the rank of the grade, that it sets.
        stars -> Int4,
    }
}

diesel::table! {
    /// The rating of one member in one round: scores, total, stars, and who answered for each step.
    ratings (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The round.
        round_id -> Uuid,
        /// The member who is rated; empty where it is no member.
        membership_id -> Nullable<Uuid>,
        /// Path of the round's organisation.
        path -> Text,
        /// Vocabulary list `rating_state`.
        state -> Text,
        /// The total by the scheme, rounded half up to two decimals; empty while incomplete.
        total -> Nullable<Numeric>,
        /// The stars of the total; empty while incomplete.
        stars -> Nullable<Int4>,
        /// What the scores rest on.
        evidence -> Nullable<Text>,
        /// Why it was sent back last.
        returned_reason -> Nullable<Text>,
        /// Who sent it back last.
        returned_by -> Nullable<Text>,
        /// When it was sent back last.
        returned_at -> Nullable<Timestamptz>,
        /// Who submitted it: he may not decide on it.
        submitted_by -> Nullable<Text>,
        /// When it was submitted.
        submitted_at -> Nullable<Timestamptz>,
        /// Who reviewed it.
        reviewed_by -> Nullable<Text>,
        /// When it was reviewed.
        reviewed_at -> Nullable<Timestamptz>,
        /// Who confirmed it.
        confirmed_by -> Nullable<Text>,
        /// When it was confirmed.
        confirmed_at -> Nullable<Timestamptz>,
        /// Who published it.
        published_by -> Nullable<Text>,
        /// When it was published.
        published_at -> Nullable<Timestamptz>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
        /// The branch or village that is rated; empty where it is none.
        organisation_id -> Nullable<Uuid>,
        /// The office-holder whose household is rated; empty where it is none.
        person_id -> Nullable<Uuid>,
        /// Whichever of the three it is.
        subject_id -> Uuid,
        /// Code of the veto that sets its stars; empty: none.
        veto -> Nullable<Text>,
        /// Why it no longer counts.
        revoked_reason -> Nullable<Text>,
        /// Who revoked it.
        revoked_by -> Nullable<Text>,
        /// When it was revoked.
        revoked_at -> Nullable<Timestamptz>,
        /// Whoever entered scores, evidence or a veto of it, each once: none of them enters its second scores.
        entered_by -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    /// Who stood in the pool on the last day of a quarter, and who was appointed out of it since the present term of his village began. Names are joined when shown; no identifier stands here.
    reserve_facts (county_id, quarter, revision, reserve_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The pool entry.
        reserve_id -> Uuid,
        /// The person.
        person_id -> Uuid,
        /// Path of the village that he stands in reserve for, in the tree of that day.
        path -> Text,
        /// Vocabulary list `reserve_kind`.
        kind -> Text,
        /// Vocabulary list `reserve_state`, on that day.
        state -> Text,
        /// First day of that state.
        state_from -> Date,
        /// First day in the pool.
        entered_on -> Date,
        /// GB/T 2261.1.
        sex -> Text,
        /// GB/T 4658.
        education -> Text,
        /// From which his age on that day follows.
        birth_date -> Date,
        /// Codes of the sources in their order, parted by blanks.
        sources -> Text,
        /// Whether as many township leaders and village secretaries guided him as was demanded on that day.
        fully_mentored -> Bool,
    }
}

diesel::table! {
    /// Who guided somebody in the pool, from when to when ("2+1": two township leaders and the village secretary).
    reserve_mentors (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Who is guided.
        reserve_id -> Uuid,
        /// township_leader or village_secretary.
        kind -> Text,
        /// The person, where he is on record.
        person_id -> Nullable<Uuid>,
        /// His name.
        name -> Text,
        /// First day.
        from_day -> Date,
        /// First day no longer; empty: still.
        to_day -> Nullable<Date>,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// How somebody in the pool was judged on a day.
    reserve_reviews (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Who was judged.
        reserve_id -> Uuid,
        /// When.
        reviewed_on -> Date,
        /// Vocabulary list `appraisal_grade`.
        grade -> Text,
        /// In words.
        opinion -> Nullable<Text>,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// What a county demands of its pool otherwise than `data/reserve_settings.csv` says: one row per version, never edited.
    reserve_settings (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// First day in force.
        from_day -> Date,
        /// First day no longer in force; empty: still in force.
        to_day -> Nullable<Date>,
        /// How many reserve cadres a village needs at least.
        minimum_per_village -> Int4,
        /// The highest age, in completed years, at which somebody may be seconded.
        secondment_age -> Int4,
        /// The lowest education for a secondment: any, high_school_or_above or college_or_above.
        secondment_education -> Text,
        /// How many township leaders guide each.
        township_leaders -> Int4,
        /// How many village secretaries guide each.
        village_secretaries -> Int4,
        /// Within how many days a mentor has to write the next note.
        days_between_notes -> Int4,
        /// The decision that it rests on.
        source -> Text,
        /// When it was set.
        created_at -> Timestamptz,
        /// Who set it.
        created_by -> Text,
    }
}

diesel::table! {
    /// Where somebody in the pool was drawn from: several tags may hold of one.
    reserve_sources (county_id, reserve_id, source) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The pool entry.
        reserve_id -> Uuid,
        /// Vocabulary list `reserve_source`; a county may add to it.
        source -> Text,
    }
}

diesel::table! {
    /// What somebody in the pool did, day by day: waited, was seconded, posted to another village, was appointed, left. The last two end the stay.
    reserve_states (county_id, reserve_id, from_day) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The pool entry.
        reserve_id -> Uuid,
        /// Vocabulary list `reserve_state`.
        state -> Text,
        /// Where he was seconded, posted or appointed, as far as known.
        village_id -> Nullable<Uuid>,
        /// The post there, in words.
        post -> Nullable<Text>,
        /// Why.
        reason -> Nullable<Text>,
        /// First day.
        from_day -> Date,
        /// First day in another state; empty: still this one.
        to_day -> Nullable<Date>,
    }
}

diesel::table! {
    /// How deep the reserve of each village was on the last day of a quarter, beside what was demanded.
    reserve_village_facts (county_id, quarter, revision, village_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The village or community.
        village_id -> Uuid,
        /// Its place in the tree of that day.
        path -> Text,
        /// How many reserve cadres it needed at least, by the settings in force.
        minimum -> Int4,
        /// How many stood in its pool; local talent is not counted.
        reserve_cadres -> Int8,
    }
}

diesel::table! {
    /// One stay of one person in the pool of reserve cadres and local talent of a village. State and state_from repeat the latest dated state, so that lists need no history.
    reserves (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Who is in the pool.
        person_id -> Uuid,
        /// The village or community that he stands in reserve for; he counts here also while posted elsewhere.
        village_id -> Uuid,
        /// Path of that village.
        path -> Text,
        /// Pinyin of the name: the order of lists.
        sort_key -> Text,
        /// Vocabulary list `reserve_kind`.
        kind -> Text,
        /// First day in the pool.
        entered_on -> Date,
        /// First day no longer in the pool: of the appointment or of leaving; empty: still in it.
        left_on -> Nullable<Date>,
        /// Latest state, vocabulary list `reserve_state`.
        state -> Text,
        /// First day of the latest state.
        state_from -> Date,
        /// How he was chosen, vocabulary list `selection_route`.
        route -> Nullable<Text>,
        /// GB/T 4762.
        political_status -> Text,
        /// Education (GB/T 4658) when he was entered; what counts today stands with the person.
        education_at_entry -> Text,
        /// Free text.
        note -> Nullable<Text>,
        /// Rises by one with every change of the entry, its mentors, notes and reviews; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// What a proof bundle of a revision is held against: the root over its facts under pseudonyms, which also stands in the trail. Revisions that were frozen before there were bundles have none.
    revision_proofs (county_id, quarter, revision) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// How the facts are written and hashed.
        form -> Text,
        /// The key of the county's pseudonyms, the same in all of its revisions. It leaves the database in no bundle.
        pseudonym_key -> Bytea,
        /// How many places have facts.
        place_count -> Int8,
        /// How many rows stand in them; one that concerns two places counts twice.
        row_count -> Int8,
        /// The root over the places.
        root -> Bytea,
        /// SHA-256 of the definitions of the figures when it was frozen.
        definitions -> Bytea,
    }
}

diesel::table! {
    /// The rules of data quality by which a revision was checked. A revision without rows was frozen before findings were kept.
    rule_facts (county_id, quarter, revision, rule) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// Code of the rule.
        rule -> Text,
        /// How grave a finding was: error, warning or notice.
        severity -> Text,
        /// Its weight in the score.
        weight -> Int4,
        /// The number that the rule compares with; empty: it has none.
        threshold -> Nullable<Int4>,
    }
}

diesel::table! {
    /// Who sat in the Party organisation and the committee of each village on the last day of a quarter (now), and who on the day before the present term of that committee began (before). Names are joined when shown; no identifier stands here.
    seat_facts (county_id, quarter, revision, standing, seat_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// now or before.
        standing -> Text,
        /// The seat.
        seat_id -> Uuid,
        /// Who sat in it.
        person_id -> Uuid,
        /// Kind of the committee.
        committee_kind -> Text,
        /// The post.
        post -> Text,
        /// Path of the village in the tree of the last day of the quarter.
        path -> Text,
        /// The day that is looked at: ages are those of that day.
        day -> Date,
        /// GB/T 4658, as the seat says.
        education -> Text,
        /// Whether a Party member, as the seat says.
        is_party_member -> Bool,
        /// GB/T 2261.1.
        sex -> Text,
        /// GB/T 3304.
        ethnicity -> Text,
        /// From which the age on that day follows.
        birth_date -> Date,
        /// Whether the person sat in both committees of this village.
        is_cross_appointed -> Bool,
        /// Of a secretary: whether somebody else was secretary of this village in the term before.
        is_newly_elected -> Bool,
        /// Of a secretary: whether every valid ballot was for him.
        is_elected_unanimously -> Bool,
        /// Codes of the vocabulary list `committee_source`, one space between them; empty: none is on record.
        sources -> Text,
    }
}

diesel::table! {
    /// Where who sits was drawn from: several tags may hold of one seat.
    seat_sources (county_id, seat_id, source) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The seat.
        seat_id -> Uuid,
        /// Vocabulary list `committee_source`; a county may add to it.
        source -> Text,
    }
}

diesel::table! {
    /// Who held which post of a committee, from when to when. Whether somebody is newly elected follows from these rows.
    seats (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The committee.
        committee_id -> Uuid,
        /// The term of that committee.
        term_id -> Uuid,
        /// Path of the village.
        path -> Text,
        /// Who sits.
        person_id -> Uuid,
        /// Vocabulary list `post`; a county may add to it.
        post -> Text,
        /// First day in the post.
        from_day -> Date,
        /// First day no longer in the post; empty: still in it.
        to_day -> Nullable<Date>,
        /// Why the post was left: vocabulary list `leaving_reason`.
        leaving_reason -> Nullable<Text>,
        /// Education (GB/T 4658) as at election.
        education -> Text,
        /// Whether a Party member, as at election.
        is_party_member -> Bool,
        /// Anything else.
        note -> Nullable<Text>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
        /// What else is said of why the post was left, in words.
        leaving_explanation -> Nullable<Text>,
    }
}

diesel::table! {
    /// The roles that need a one-time code beside the password, where the county has a policy of its own.
    second_factor_roles (county_id, role) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The role.
        role -> Text,
    }
}

diesel::table! {
    /// Secrets of one-time codes (RFC 6238): one for each account that has begun to use them.
    second_factors (county_id, account_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// Whose it is.
        account_id -> Uuid,
        /// The secret, encrypted outside the database.
        secret_cipher -> Bytea,
        /// When a first code proved that the secret arrived; empty: not yet asked for at sign-in.
        confirmed_at -> Nullable<Timestamptz>,
        /// The 30-second step of the last code that was taken: no code of it or before is taken again.
        last_step -> Nullable<Int8>,
        /// When the secret was made.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// What a county demands of whoever signs in, as now; earlier rules stand in the trail. A county without a row is held to the rules of `SecurityPolicy::unset`: a password is enough.
    security_policies (county_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// A session ends after so many minutes without a request.
        idle_minutes -> Int4,
        /// However busy, a session ends after so many minutes.
        session_minutes -> Int4,
        /// Before revealing, exporting in clear, closing and granting, the last proof of who one is may be so many minutes old.
        proof_minutes -> Int4,
        /// length (long, and not a well-known one) or complexity (also three kinds of characters).
        password_style -> Text,
        /// A password has to be changed after so many days; empty: never.
        password_days -> Nullable<Int4>,
        /// Whether a password that somebody else set is for one use within three days.
        change_given_passwords -> Bool,
        /// How many identifiers an account may see in clear within an hour.
        reveals_per_hour -> Int4,
        /// How many records of people an account may read within ten minutes before it is stopped; empty: not counted.
        records_per_ten_minutes -> Nullable<Int4>,
        /// The decision that it rests on.
        source -> Text,
        /// Rises by one with every change.
        version -> Int4,
        /// When it was last set.
        updated_at -> Timestamptz,
        /// Who set it.
        updated_by -> Text,
    }
}

diesel::table! {
    /// Signed-in browsers. The cookie holds the token, the table only its hash.
    sessions (token_hash) {
        /// SHA-256 of the token.
        token_hash -> Bytea,
        /// Who signed in.
        account_id -> Uuid,
        /// Token that unsafe requests must repeat.
        csrf_token -> Text,
        /// When the session began.
        created_at -> Timestamptz,
        /// Last request, to the minute: the idle limit counts from here.
        used_at -> Timestamptz,
        /// Absolute end.
        expires_at -> Timestamptz,
        /// Address that it was opened from.
        source -> Nullable<Text>,
        /// UUIDv7, given by the application: how its owner names it.
        id -> Uuid,
        /// code (the password was right, the one-time code is still to come) or open.
        stage -> Text,
        /// When its owner last proved who he is, by password or one-time code.
        proved_at -> Timestamptz,
        /// What the browser calls itself.
        browser -> Nullable<Text>,
        /// Wrong proofs since the last right one: the fifth ends the session.
        wrong_proofs -> Int4,
    }
}

diesel::table! {
    /// Addresses from which sign-ins were refused of late: whoever tries many names is slowed down like whoever tries many passwords.
    sign_in_sources (source) {
        /// An IPv4 address, or the first 64 bits of an IPv6 address.
        source -> Text,
        /// Refused sign-ins since it was last quiet.
        failed_attempts -> Int4,
        /// When the last one was refused.
        failed_at -> Timestamptz,
        /// No sign-in from here before this moment.
        locked_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Who is proposed for which post. What the rules refuse may stand here: it is shown, not forbidden.
    slate_seats (county_id, slate_id, place) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The slate.
        slate_id -> Uuid,
        /// The order in which they were put down.
        place -> Int4,
        /// Which committee.
        committee_kind -> Text,
        /// The post.
        post -> Text,
        /// Who is proposed.
        person_id -> Uuid,
        /// Codes of the vocabulary list `committee_source`, one space between them; empty: as on record.
        sources -> Text,
    }
}

diesel::table! {
    /// Proposed teams of villages: who might sit in the committees of a term to come.
    slates (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The village or community.
        village_id -> Uuid,
        /// Path of that village.
        path -> Text,
        /// Path of the organisation that made it: it and those above it see the slate, nobody below.
        maker_path -> Text,
        /// Which term it is proposed for.
        ordinal -> Int4,
        /// The day on which that term would begin: ages and rules are those of that day.
        from_day -> Date,
        /// What tells it from other slates of the same term.
        name -> Text,
        /// draft, settled or dropped.
        state -> Text,
        /// Rises with every change; the ETag.
        version -> Int4,
        /// When it was made.
        created_at -> Timestamptz,
        /// Who made it.
        created_by -> Text,
        /// When it was changed last.
        updated_at -> Timestamptz,
        /// Who changed it last.
        updated_by -> Text,
    }
}

diesel::table! {
    /// Villages whose row of team_counts no longer holds, since a transaction changed what it was counted from.
    team_changes (county_id, village_id, transaction_number) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The village or community.
        village_id -> Uuid,
        /// The transaction: each makes its own row, so that none waits for another.
        transaction_number -> Int8,
    }
}

diesel::table! {
    /// What one village adds to the team pictures of those above it: derived from its committees, made again when they change.
    team_counts (county_id, village_id, quarter) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The village or community.
        village_id -> Uuid,
        /// The open quarter on whose last day it was counted.
        quarter -> Text,
        /// Digest of what was counted, in hexadecimal: rows of another one are out of date.
        definition -> Text,
        /// One number for each part of the figures, without the people who sit in several villages.
        counts -> Array<Nullable<Int4>>,
    }
}

diesel::table! {
    /// People with seats in several villages, whom no row of team_counts counts: each is one person of all of them.
    team_wanderers (county_id, person_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The person.
        person_id -> Uuid,
    }
}

diesel::table! {
    /// Extensions of terms that the superior approved: never edited, the latest one of a term counts.
    term_extensions (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application: the latest has the greatest.
        id -> Uuid,
        /// The term.
        term_id -> Uuid,
        /// Path of the village.
        path -> Text,
        /// The day by which the next election was due before any extension.
        due_before -> Date,
        /// The day to which the term was extended; in effect while the term is due on that day.
        until_day -> Date,
        /// Number of the document by which the superior approved.
        document_number -> Text,
        /// The day of the approval.
        approved_on -> Date,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// Who came to classes in a quarter, and to classes outside the county since the planning period began; one row per member and class.
    training_attendance_facts (county_id, quarter, revision, class_id, membership_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The class.
        class_id -> Uuid,
        /// The member.
        membership_id -> Uuid,
        /// The person.
        person_id -> Uuid,
        /// Path, in the tree of the last day of the quarter, of the branch that he belonged to on the last day of the class.
        path -> Text,
        /// Last day of the class.
        last_day -> Date,
        /// Whether it was held outside the county, in the planning period.
        is_away -> Bool,
        /// Whether the class is of the primary programme in force on the last day of the quarter, and its last day lies in the quarter.
        in_quarter -> Bool,
    }
}

diesel::table! {
    /// Who came to a class, for how many hours, and with what result.
    training_attendances (county_id, class_id, membership_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The class.
        class_id -> Uuid,
        /// The member.
        membership_id -> Uuid,
        /// Path of the class.
        path -> Text,
        /// Hours that he was present, at most one decimal.
        hours -> Numeric,
        /// Vocabulary list `training_result`.
        result -> Text,
        /// Free text.
        note -> Nullable<Text>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// Classes that were held in a quarter, and micro-lessons and lectures that were held since the planning period began.
    training_class_facts (county_id, quarter, revision, class_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The class.
        class_id -> Uuid,
        /// Vocabulary list `training_kind`.
        kind -> Text,
        /// Path of the organisation that held it, in the tree of the last day of the quarter.
        path -> Text,
        /// Its last day.
        last_day -> Date,
        /// Whether it is of the primary programme in force on the last day of the quarter, and its last day lies in the quarter.
        in_quarter -> Bool,
    }
}

diesel::table! {
    /// A class, micro-lesson or lecture of a programme. It stands where its audience stands: whoever acts for that organisation plans it, keeps its roll and enters who came.
    training_classes (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Number of the class, one in the county.
        code -> Text,
        /// Chinese name.
        name -> Text,
        /// Vocabulary list `training_kind`.
        kind -> Text,
        /// The programme that it counts for.
        programme_id -> Uuid,
        /// Code of the field of that programme.
        field -> Text,
        /// The organisation that holds it.
        organisation_id -> Uuid,
        /// The organisation whose members may attend it.
        audience_id -> Uuid,
        /// Path of the audience.
        path -> Text,
        /// Where it is held.
        site -> Nullable<Text>,
        /// First day.
        first_day -> Date,
        /// Last day; who passes is trained from this day on.
        last_day -> Date,
        /// Hours of the whole class, at most one decimal.
        hours -> Numeric,
        /// How many can attend; empty: no limit.
        places -> Nullable<Int4>,
        /// Whether it is held outside the county.
        is_away -> Bool,
        /// Whether somebody who was not enrolled may come; his enrolment is then marked.
        takes_walk_ins -> Bool,
        /// Whether the course was approved.
        is_course_approved -> Bool,
        /// Who teaches.
        teacher -> Nullable<Text>,
        /// Who pays.
        cost_bearer -> Nullable<Text>,
        /// How the class was assessed, or is to be.
        assessment -> Nullable<Text>,
        /// Free text.
        note -> Nullable<Text>,
        /// Vocabulary list `training_class_state`.
        state -> Text,
        /// Why it was cancelled.
        cancel_reason -> Nullable<Text>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// The first class of a programme that a member passed: who is trained. Follows from the attendances and is written with them.
    training_completions (county_id, programme_id, membership_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The programme.
        programme_id -> Uuid,
        /// The member.
        membership_id -> Uuid,
        /// The class.
        class_id -> Uuid,
        /// Last day of that class: he is trained from this day on.
        passed_on -> Date,
    }
}

diesel::table! {
    /// What a programme demands from a day on: who is to be trained, and whether its classes need the unified items. One row per version, never edited; `training_floors` has the yearly floors.
    training_demands (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The programme.
        programme_id -> Uuid,
        /// First day in force; the first version begins with the cycle.
        from_day -> Date,
        /// First day no longer in force; empty: till the end of the cycle.
        to_day -> Nullable<Date>,
        /// Codes of the membership statuses whose members are to be trained, one space between them; all of them in the register.
        statuses -> Text,
        /// Codes of the occupations whose members are to be trained, one space between them; empty: all.
        occupations -> Text,
        /// From this age on, in completed years, a member is exempt; empty: nobody is by age.
        exempt_age -> Nullable<Int4>,
        /// Whether a class opens only with site, approved course, teacher and cost bearer, and closes only with an assessment.
        is_unified -> Bool,
        /// The decision that it rests on.
        source -> Text,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// Who is to attend a class. An enrolment that was withdrawn stays, with its reason, and lets the member attend another class.
    training_enrolments (county_id, class_id, membership_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The class.
        class_id -> Uuid,
        /// The member.
        membership_id -> Uuid,
        /// Path of the class.
        path -> Text,
        /// Kind of the class.
        kind -> Text,
        /// First day of the class.
        first_day -> Date,
        /// Last day of the class.
        last_day -> Date,
        /// Whether he came without having been enrolled.
        is_walk_in -> Bool,
        /// Day on which he was taken off the roll.
        withdrawn_on -> Nullable<Date>,
        /// Why.
        withdrawal_reason -> Nullable<Text>,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// That a member need not be trained from one day to another: the old, the ill, the disabled (regulations on members' education, article 23).
    training_exemptions (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The member.
        membership_id -> Uuid,
        /// Vocabulary list `training_exemption`.
        kind -> Text,
        /// Why, in words.
        reason -> Text,
        /// First day.
        from_day -> Date,
        /// First day no longer; empty: still.
        to_day -> Nullable<Date>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// The members whom the primary programme in force on the last day of a quarter was to train, and how far each was. Names are joined when shown; no identifier stands here.
    training_facts (county_id, quarter, revision, membership_id) {
        /// The county.
        county_id -> Uuid,
        /// 2026Q1.
        quarter -> Text,
        /// Number of the revision.
        revision -> Int4,
        /// The member.
        membership_id -> Uuid,
        /// The person.
        person_id -> Uuid,
        /// Path of his branch in the tree of that day.
        path -> Text,
        /// The programme.
        programme_id -> Uuid,
        /// Last day of the first class of the programme that he passed, where that was by then.
        passed_on -> Nullable<Date>,
        /// Sum of the floors of the programme years that were over by that day, in percent.
        required_percent -> Int4,
        /// Tenths of hours that he attended in the calendar year to date, in whatever programme.
        tenths -> Int4,
        /// Whether he sat in the Party organisation of a village that day, or has a post in his branch.
        is_leader -> Bool,
        /// Tenths of hours that a member reaches in a year by the settings in force.
        demanded_tenths -> Int4,
        /// Tenths of hours that a leader reaches in a year by the settings in force.
        leader_tenths -> Int4,
    }
}

diesel::table! {
    /// The fields of a programme, each with a series of classes of its own.
    training_fields (county_id, programme_id, code) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The programme.
        programme_id -> Uuid,
        /// Vocabulary list `training_field`; a county may add to it.
        code -> Text,
        /// Chinese name.
        name -> Text,
        /// Its place in lists.
        position -> Int4,
        /// Codes of the occupations whose members the field is for, one space between them; empty: all. A planner reads it; no enrolment is refused by it.
        occupations -> Text,
    }
}

diesel::table! {
    /// The share of the programme members who are to be trained in each year of a programme.
    training_floors (county_id, demand_id, year) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The version of what the programme demands.
        demand_id -> Uuid,
        /// Year of the cycle, from 1.
        year -> Int4,
        /// Whole percents of the programme members.
        percent -> Int4,
    }
}

diesel::table! {
    /// Who guides whom: a mentor and an apprentice, from one day to another, with what was agreed and what came of it.
    training_pairs (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The person who guides.
        mentor_id -> Uuid,
        /// The person who is guided.
        apprentice_id -> Uuid,
        /// The organisation that made the pair and keeps it.
        organisation_id -> Uuid,
        /// Path of that organisation.
        path -> Text,
        /// What was agreed: what is taught, how often, towards what.
        agreed -> Text,
        /// First day.
        from_day -> Date,
        /// First day no longer; empty: still.
        to_day -> Nullable<Date>,
        /// Vocabulary list `training_pair_outcome`; empty while it runs.
        outcome -> Nullable<Text>,
        /// What came of it, in words; empty while it runs.
        result -> Nullable<Text>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// A programme by which every member of a county is trained once in a cycle of one to five years. A programme of one year is followed by the next one.
    training_programmes (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Short name in addresses: small letters, digits, underscore, hyphen.
        code -> Text,
        /// Chinese name; workbooks name a programme by it.
        name -> Text,
        /// First day of the cycle.
        from_day -> Date,
        /// Length of the cycle; each programme year begins on the anniversary of the first day.
        years -> Int4,
        /// First day after the cycle.
        to_day -> Date,
        /// Whether the figures of the report are about this programme while it runs.
        is_primary -> Bool,
        /// The decision that it rests on.
        source -> Text,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// How many hours of training a county demands and since when its planning period runs, otherwise than `data/training_settings.csv` says: one row per version, never edited.
    training_settings (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// First day in force.
        from_day -> Date,
        /// First day no longer in force; empty: still in force.
        to_day -> Nullable<Date>,
        /// Hours that a member reaches in a calendar year.
        member_hours -> Int4,
        /// Hours that a secretary or another member of a branch's or village's Party committee reaches in a calendar year.
        leader_hours -> Int4,
        /// First day of the county's planning period: away training and lectures are counted from it.
        planning_from -> Date,
        /// The decision that it rests on.
        source -> Text,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// Places where classes are held, known by the name that classes give as their site: where they stand and how many people they take at one time.
    training_sites (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The name that classes give as their site.
        name -> Text,
        /// Where it stands: ways are counted to it.
        organisation_id -> Uuid,
        /// People it takes on one day over all its classes.
        capacity -> Int4,
        /// Rises by one with every change.
        version -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last.
        updated_by -> Text,
    }
}

diesel::table! {
    /// Moves of a member to another branch of the county, proposed by one side and accepted by the other, or out of the county, closed by the receipt; until then he belongs to the old branch (Regulation on education and management of members, article 25).
    transfers (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// The member.
        membership_id -> Uuid,
        /// The old branch.
        from_branch_id -> Uuid,
        /// Its path.
        from_path -> Text,
        /// The new branch; empty: he leaves the county.
        to_branch_id -> Nullable<Uuid>,
        /// Its path; empty: he leaves the county.
        to_path -> Nullable<Text>,
        /// First day in the new branch, once accepted; of a departure the day of the receipt, on which he leaves the register.
        on_day -> Nullable<Date>,
        /// Number of the letter of introduction.
        letter_number -> Nullable<Text>,
        /// pending, accepted, refused, withdrawn, or closed by a receipt.
        state -> Text,
        /// Why it was refused or withdrawn.
        reason -> Nullable<Text>,
        /// User name of the proposer.
        proposed_by -> Text,
        /// User name of who decided.
        decided_by -> Nullable<Text>,
        /// Rises by one with every change.
        version -> Int4,
        /// When it was proposed.
        created_at -> Timestamptz,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// The unit outside the county that he goes to; empty: he stays in it.
        to_unit -> Nullable<Text>,
        /// Day of the letter of introduction.
        letter_on -> Date,
        /// Last day on which the letter holds; what is pending after it is overdue.
        valid_until -> Date,
    }
}

diesel::table! {
    /// What a county vets candidates for (the negative list), one row per version, never edited; a term is vetted by the version in force on the day of the proposal.
    vetting_checklists (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// First day in force.
        from_day -> Date,
        /// First day no longer in force; empty: still in force.
        to_day -> Nullable<Date>,
        /// Its title, as printed on the sheet.
        name -> Text,
        /// Whether nobody is appointed without a filed check; otherwise it is a finding.
        is_demanded -> Bool,
        /// Within how many days of the proposal all departments answer.
        days_to_answer -> Int4,
        /// For how many months a completed check holds.
        months_valid -> Int4,
        /// The decision that it rests on.
        source -> Text,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// Who answers for candidates in a county: discipline, court, police and so on. The list is the county's own.
    vetting_departments (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Short code, as the API and checklists name it.
        code -> Text,
        /// Its Chinese name.
        name -> Text,
        /// Its place in lists and on the sheet.
        position -> Int4,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
        /// When it was last changed.
        updated_at -> Timestamptz,
        /// Who changed it last: shown to the loser of a race.
        updated_by -> Text,
    }
}

diesel::table! {
    /// The items of a checklist.
    vetting_items (county_id, checklist_id, number) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The version of the list.
        checklist_id -> Uuid,
        /// Its number on the list.
        number -> Int4,
        /// What must not be the case.
        text -> Text,
        /// block: whoever is caught by it cannot be filed; flag: it must be explained.
        severity -> Text,
        /// The department that answers.
        department_id -> Uuid,
    }
}

diesel::table! {
    /// Accounts that answer for a department: they see and give the verdicts of that department, and no other.
    vetting_members (county_id, department_id, account_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The department.
        department_id -> Uuid,
        /// The account.
        account_id -> Uuid,
        /// When it was entered.
        created_at -> Timestamptz,
        /// Who entered it.
        created_by -> Text,
    }
}

diesel::table! {
    /// The units that were drawn, in the order of the draw. Never changed.
    visit_draw_picks (county_id, draw_id, place) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The draw.
        draw_id -> Uuid,
        /// Place in the draw, from 1.
        place -> Int4,
        /// The village or community.
        unit_id -> Uuid,
        /// Its lot: SHA-256 over seed, day and code, one a line; the smallest lots are drawn.
        lot -> Bytea,
    }
}

diesel::table! {
    /// The units among which a draw draws, fixed before the seed is revealed. Never changed.
    visit_draw_units (county_id, draw_id, unit_id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// The draw.
        draw_id -> Uuid,
        /// The village or community.
        unit_id -> Uuid,
        /// Its code at that time: what the draw is computed from.
        code -> Text,
        /// Its name at that time.
        name -> Text,
    }
}

diesel::table! {
    /// A draw of the units that are visited unannounced. First the digest of a secret seed is made public, then the units and the day are fixed, then the seed is revealed and the draw follows from it: whoever has the seed can draw again.
    visit_draws (county_id, id) {
        /// The county that owns the row.
        county_id -> Uuid,
        /// UUIDv7, given by the application.
        id -> Uuid,
        /// Who draws among the units below.
        organisation_id -> Uuid,
        /// Path of that organisation.
        path -> Text,
        /// What the visits look at.
        purpose -> Text,
        /// Vocabulary list `visit_draw_state`.
        state -> Text,
        /// SHA-256 of the seed's 64 hexadecimal digits: public from the beginning, and never changed.
        commitment -> Bytea,
        /// The seed, encrypted, until it is revealed; nobody sees it before.
        seed_cipher -> Bytea,
        /// The day of the visits, fixed after the commitment.
        visit_on -> Nullable<Date>,
        /// How many units are drawn, fixed with the day.
        sample_size -> Nullable<Int4>,
        /// SHA-256 over the codes of the units in their order, one a line.
        units_sha256 -> Nullable<Bytea>,
        /// When units and day were fixed.
        fixed_at -> Nullable<Timestamptz>,
        /// Who fixed them.
        fixed_by -> Nullable<Text>,
        /// The seed in 64 hexadecimal digits, once it is revealed.
        seed -> Nullable<Text>,
        /// When it was revealed.
        revealed_at -> Nullable<Timestamptz>,
        /// Who revealed it.
        revealed_by -> Nullable<Text>,
        /// Rises by one with every change; the ETag.
        version -> Int4,
        /// When the row was made.
        created_at -> Timestamptz,
        /// Who made it.
        created_by -> Text,
    }
}

diesel::joinable!(approvals -> counties (county_id));
diesel::joinable!(audit_checkpoints -> counties (county_id));
diesel::joinable!(audit_entries -> counties (county_id));
diesel::joinable!(award_schemes -> counties (county_id));
diesel::joinable!(committee_rules -> counties (county_id));
diesel::joinable!(committee_targets -> counties (county_id));
diesel::joinable!(committees -> counties (county_id));
diesel::joinable!(county_words -> counties (county_id));
diesel::joinable!(organisations -> counties (county_id));
diesel::joinable!(people -> counties (county_id));
diesel::joinable!(person_merges -> counties (county_id));
diesel::joinable!(quality_rules -> counties (county_id));
diesel::joinable!(quarter_settings -> counties (county_id));
diesel::joinable!(quarters -> counties (county_id));
diesel::joinable!(rating_schemes -> counties (county_id));
diesel::joinable!(reserve_settings -> counties (county_id));
diesel::joinable!(second_factor_roles -> security_policies (county_id));
diesel::joinable!(security_policies -> counties (county_id));
diesel::joinable!(training_programmes -> counties (county_id));
diesel::joinable!(training_settings -> counties (county_id));
diesel::joinable!(vetting_checklists -> counties (county_id));
diesel::joinable!(vetting_departments -> counties (county_id));
