//! Data quality: a sound town has no finding, and each rule finds what breaks it, by name, and not before.

use std::collections::BTreeSet;

use cadre::across::reports::quality::{self, Checked, RULES, Severity};
use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::base::ids::MembershipId;
use cadre::records::training::TrainingResult;
use cadre::records::{members, reserves, training};

use super::{Stage, name_of};
use crate::support::builders::training::{class, programme};
use crate::support::builders::{day, member, reserve};

const TOWN: &str = "500237101";

impl Stage {
    async fn checked(&mut self) -> Checked {
        quality::check(&mut self.report, &self.clerk, &self.keys, TOWN).await.unwrap()
    }

    async fn finds(&mut self, rule: &str) -> bool {
        self.checked().await.findings.iter().any(|one| one.rule == rule)
    }

    async fn breaks(&self, statements: &str) {
        self.db.owner_client().await.batch_execute(statements).await.unwrap();
    }

    /// Applies a break; the rule found nothing before, and finds it now, as often as said.
    async fn found_by(&mut self, seen: &mut BTreeSet<String>, rule: &str, count: i64, statements: &str) {
        let before = self.checked().await;
        assert!(before.findings.iter().all(|one| one.rule != rule), "{rule} before: {:?}", before.findings);
        self.breaks(statements).await;
        let after = self.checked().await;
        let found = after.findings.iter().find(|one| one.rule == rule);
        let found = found.unwrap_or_else(|| panic!("{rule}: {:?}", after.findings));
        assert_eq!(found.count, count, "{rule}: {found:?}");
        assert_eq!(i64::try_from(found.rows.len()).unwrap(), count, "{rule}");
        assert!(found.rows.iter().all(|row| row.name.is_some() && row.detail.is_some()), "{found:?}");
        assert!(!found.source.is_empty() && !found.hint.is_empty());
        seen.insert(rule.to_owned());
    }

    /// A town in which nothing is wrong: two villages with branches of twelve and three members and two reserve cadres
    /// each, a class that the seventh member passed and the ninth missed, and a later one of a smaller code.
    async fn sound(&mut self) -> Vec<MembershipId> {
        let mut commands = Vec::new();
        for number in 1..=15_u16 {
            let branch = self.branch(1, if number <= 12 { 1 } else { 2 });
            commands.push(member(branch, &name_of(number), number));
        }
        let people = members::enrol(&mut self.web, &self.clerk, &self.keys, &commands).await.unwrap();
        let pool = [(1, 101), (1, 102), (2, 103), (2, 104)]
            .map(|(village, number)| reserve(self.county.village(1, village), &name_of(number), number));
        reserves::enter(&mut self.web, &self.clerk, &self.keys, &pool).await.unwrap();
        let supervisor = self.supervisor("wang");
        let mut rotation = programme();
        rotation.from_day = day("2024-01-01");
        let rotation = training::set_programmes(&mut self.web, &supervisor, &[rotation]).await.unwrap()[0];
        let command = class(rotation, self.county.town(1), "c-1", "2026-02-10");
        let came = [(people[6], 16, TrainingResult::Passed), (people[8], 0, TrainingResult::Failed)];
        self.hold(command, &came).await;
        let command = class(rotation, self.county.town(1), "a-9", "2026-03-10");
        self.hold(command, &came[..1]).await;
        people
    }
}

#[tokio::test]
async fn each_rule_finds_what_breaks_it_and_nothing_before() {
    let mut stage = Stage::new().await;
    let people = stage.sound().await;
    let clean = stage.checked().await;
    assert_eq!((clean.findings, clean.name.as_str()), (Vec::new(), "龙井镇"));
    let seen = &mut BTreeSet::new();
    of_members(&mut stage, seen, &people).await;
    of_the_dead(&mut stage, seen, people[6], people[8]).await;
    of_units(&mut stage, seen).await;
    let rules: BTreeSet<String> =
        RULES.iter().map(|rule| rule.code.to_owned()).chain(["members.identity".to_owned()]).collect();
    assert_eq!(*seen, rules, "every rule has a case");
    // The gravest come first, and a member that was found stands among the members.
    let all = stage.checked().await;
    let grave: Vec<Severity> = all.findings.iter().map(|one| one.severity).collect();
    assert!(grave.is_sorted(), "{grave:?}");
    let lost = all.findings.iter().find(|one| one.rule == "members.lost_for_long").unwrap();
    assert_eq!(lost.members.iter().map(|one| one.id).collect::<Vec<_>>(), [people[5]]);
}

async fn of_members(stage: &mut Stage, seen: &mut BTreeSet<String>, people: &[MembershipId]) {
    let own = |at: usize| format!("(SELECT person_id FROM memberships WHERE id = '{}')", people[at]);
    let end =
        format!("UPDATE branch_memberships SET to_day = current_date WHERE membership_id = '{}'", people[0]);
    stage.found_by(seen, "members.without_branch", 1, &end).await;
    let stop =
        format!("UPDATE membership_statuses SET status = 'stopped' WHERE membership_id = '{}'", people[1]);
    stage.found_by(seen, "members.in_and_out", 1, &stop).await;
    let probation = format!("UPDATE memberships SET full_member_on = NULL WHERE id = '{}'", people[2]);
    stage.found_by(seen, "members.probation_overdue", 1, &probation).await;
    // Within two years it may have been extended, of which nothing is on record: no warning.
    let extended = format!(
        "UPDATE memberships SET full_member_on = NULL, joined_on = current_date - 400, from_day = current_date - 400
         WHERE id = '{}'",
        people[7]
    );
    stage.found_by(seen, "members.probation_over", 1, &extended).await;
    let checked = stage.checked().await;
    let of = |rule: &str| checked.findings.iter().find(|one| one.rule == rule).unwrap();
    let (over, overdue) = (of("members.probation_over"), of("members.probation_overdue"));
    assert_eq!((over.severity, over.members[0].id), (Severity::Notice, people[7]));
    assert_eq!((overdue.severity, overdue.count, overdue.members[0].id), (Severity::Warning, 1, people[2]));
    let sex =
        format!("UPDATE people SET sex = CASE sex WHEN '1' THEN '2' ELSE '1' END WHERE id = {}", own(3));
    stage.found_by(seen, "members.identity", 1, &sex).await;
    let young = format!("UPDATE people SET birth_date = '2000-01-01' WHERE id = {}", own(4));
    stage.found_by(seen, "members.too_young", 1, &young).await;
    let lost = format!(
        "INSERT INTO membership_absences (county_id, membership_id, kind, from_day)
         SELECT county_id, id, 'lost_contact', current_date - 200 FROM memberships WHERE id = '{}'",
        people[5]
    );
    stage.found_by(seen, "members.lost_for_long", 1, &lost).await;
}

/// One member dies on paper before the class that he attended, another before one that he was enrolled for and missed.
async fn of_the_dead(
    stage: &mut Stage,
    seen: &mut BTreeSet<String>,
    dead: MembershipId,
    absent: MembershipId,
) {
    let dies = |who: MembershipId| {
        format!(
            "UPDATE membership_statuses SET status = 'deceased', from_day = '2026-01-01' WHERE membership_id = '{who}'"
        )
    };
    stage.breaks(&dies(absent)).await;
    stage.found_by(seen, "training.class_after_death", 1, &dies(dead)).await;
    let checked = stage.checked().await;
    let found = checked.findings.iter().find(|one| one.rule == "training.class_after_death").unwrap();
    let detail = found.rows[0].detail.as_deref().unwrap();
    assert!(detail.contains("2026-02-10参加班次c-1"), "the code is that of the earliest class: {detail}");
    let pooled = format!(
        "UPDATE reserves SET person_id = (SELECT person_id FROM memberships WHERE id = '{dead}')
         WHERE id = (SELECT r.id FROM reserves r JOIN organisations o ON o.id = r.village_id
            WHERE o.code = '500237101201' LIMIT 1)"
    );
    stage.found_by(seen, "reserves.deceased", 1, &pooled).await;
    let seated = format!(
        "INSERT INTO committees (county_id, id, village_id, path, kind, created_by, updated_by)
         SELECT county_id, gen_random_uuid(), id, path, 'village_party', code, code FROM organisations
         WHERE code = '500237101201';
         INSERT INTO committee_terms (county_id, id, committee_id, path, ordinal, from_day, due_day, created_by,
            updated_by)
         SELECT county_id, gen_random_uuid(), id, path, 5, '2021-01-10', current_date + 100, created_by, created_by
         FROM committees;
         INSERT INTO committee_posts (county_id, term_id, post, places)
         SELECT county_id, id, 'committee_member', 1 FROM committee_terms;
         INSERT INTO seats (county_id, id, committee_id, term_id, path, person_id, post, from_day, education,
            is_party_member, created_by, updated_by)
         SELECT t.county_id, gen_random_uuid(), t.committee_id, t.id, t.path, m.person_id, 'committee_member',
            t.from_day, '31', true, t.created_by, t.created_by
         FROM committee_terms t JOIN memberships m ON m.id = '{dead}'"
    );
    stage.found_by(seen, "committees.seat_after_death", 1, &seated).await;
    of_the_pool(stage, seen).await;
}

/// The seat becomes that of a reserve cadre of the other village; then those of the village have him for a mentor by name.
async fn of_the_pool(stage: &mut Stage, seen: &mut BTreeSet<String>) {
    // Of local talent, of supervision and of a seat that was left nothing is found.
    let other = "(SELECT r.id FROM reserves r JOIN organisations o ON o.id = r.village_id
        WHERE o.code = '500237101202' ORDER BY r.id LIMIT 1)";
    let sits = format!(
        "UPDATE seats SET person_id = (SELECT person_id FROM reserves WHERE id = {other}), from_day = '2021-05-01'"
    );
    stage.breaks(&format!("UPDATE reserves SET kind = 'local_talent' WHERE id = {other}; {sits}")).await;
    assert!(!stage.finds("reserves.in_post").await, "local talent may sit");
    stage.breaks("UPDATE committees SET kind = 'supervision_committee'; UPDATE reserves SET kind = 'reserve_cadre'").await;
    assert!(!stage.finds("reserves.in_post").await, "supervision is no post");
    stage
        .breaks("UPDATE committees SET kind = 'village_party'; UPDATE seats SET to_day = current_date, leaving_reason = 'transferred'")
        .await;
    assert!(!stage.finds("reserves.in_post").await, "he left today");
    let sits = "UPDATE seats SET to_day = NULL, leaving_reason = NULL";
    stage.found_by(seen, "reserves.in_post", 1, sits).await;
    let checked = stage.checked().await;
    let found = checked.findings.iter().find(|one| one.rule == "reserves.in_post").unwrap();
    assert_eq!(found.rows[0].detail.as_deref(), Some("自2021-05-01起在龙井镇白泉村任职"));

    // Both of the first village have the secretary for a mentor: by name, while he sits and after.
    let named = "UPDATE seats SET post = 'secretary';
        UPDATE reserve_mentors m SET name = p.name FROM seats s JOIN people p ON p.id = s.person_id
        WHERE m.kind = 'village_secretary'";
    stage.breaks(named).await;
    assert!(!stage.finds("reserves.mentor_left").await, "he sits");
    let left = "UPDATE seats SET to_day = current_date, leaving_reason = 'transferred'";
    stage.found_by(seen, "reserves.mentor_left", 2, left).await;
    stage.breaks("UPDATE seats SET to_day = NULL, leaving_reason = NULL, post = 'committee_member'").await;
    assert!(!stage.finds("reserves.mentor_left").await, "who never was secretary did not leave");
}

async fn of_units(stage: &mut Stage, seen: &mut BTreeSet<String>) {
    let overdue = "UPDATE committee_terms SET due_day = current_date - 1";
    stage.found_by(seen, "committees.term_overdue", 1, overdue).await;
    let fewer = "UPDATE memberships SET full_member_on = NULL WHERE id = (SELECT m.id FROM memberships m
        JOIN organisations o ON o.id = m.branch_id WHERE o.code = '500237101202-ZB01' LIMIT 1)";
    stage.found_by(seen, "organisations.branch_below_three", 1, fewer).await;
    let gone =
        "UPDATE reserve_states SET to_day = current_date WHERE reserve_id = (SELECT r.id FROM reserves r
        JOIN organisations o ON o.id = r.village_id WHERE o.code = '500237101202' LIMIT 1)";
    stage.found_by(seen, "reserves.below_minimum", 1, gone).await;
    let branch = stage.branch(1, 1);
    let more: Vec<_> = (200..=237_u16).map(|number| member(branch, &name_of(number), number)).collect();
    members::enrol(&mut stage.web, &stage.clerk, &stage.keys, &more).await.unwrap();
    assert!(stage.checked().await.findings.iter().all(|one| one.rule != "organisations.branch_above_fifty"));
    members::enrol(&mut stage.web, &stage.clerk, &stage.keys, &[member(branch, "周末", 241)]).await.unwrap();
    let found = stage.checked().await;
    assert!(found.findings.iter().any(|one| one.rule == "organisations.branch_above_fifty"));
    seen.insert("organisations.branch_above_fifty".to_owned());
    let dissolved = "UPDATE organisations SET dissolved_on = current_date WHERE code = '500237101202'";
    stage.found_by(seen, "organisations.below_dissolved", 1, dissolved).await;
}

#[tokio::test]
async fn an_organisation_is_checked_by_whoever_sees_its_records() {
    let mut stage = Stage::new().await;
    let sibling = stage.county.town(2).actor(Role::Clerk);
    let refused = quality::check(&mut stage.report, &sibling, &stage.keys, TOWN).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let administrator = stage.county.county.actor(Role::Administrator);
    let refused = quality::check(&mut stage.report, &administrator, &stage.keys, TOWN).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}
