//! Taking an import back beside what was done since: what stands on it stays, and what stays stays whole.

use cadre::across::imports::upload;
use cadre::base::actor::{Actor, Door, Role};
use cadre::base::ids::{MembershipId, PersonId, TrainingClassId};
use cadre::records::imports::{Counts, Import, Kind};
use cadre::records::training::{self, ClassStep, Enrol, Whom};
use cadre::schema::{memberships, people, training_classes};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::committees::person;
use super::elections::{member, run_off, short, votes};
use super::undo::{carried, sentence, shot, undo};
use super::{Roster, Stage, assessed, elections};
use crate::support::builders::training::{class_step, in_days, running};
use crate::support::builders::vetting;

/// The reasons that an import that was taken back gives for the rows that it kept.
async fn reasons(stage: &Stage, import: &Import) -> Vec<String> {
    let import = upload::find(&stage.engine, &stage.clerk, import.id).await.unwrap();
    let undone = stage.answer(&import).await.undo.unwrap();
    undone.kept_rows.into_iter().map(|row| row.message).collect()
}

/// What a query tells as texts.
async fn texts(stage: &Stage, query: &str) -> Vec<String> {
    let client = stage.db.owner_client().await;
    client.query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn scores_that_were_handed_in_stand() {
    let stage = assessed::stage().await;
    let first = carried(&stage, &[assessed::row("500237101201"), assessed::row("500237101202")]).await;
    let lower = assessed::row("500237101202").with("基层党建", "49").with("扣分说明", "台账不全");
    let second = carried(&stage, &[lower]).await;
    assessed::hand_in(&stage).await;
    let before = shot(&stage).await;
    assert_eq!(undo(&stage, &stage.clerk, &second).await.unwrap(), 1);
    assert_eq!(undo(&stage, &stage.clerk, &first).await.unwrap(), 2);
    let after = shot(&stage).await;
    for table in ["assessments", "assessment_scores", "assessment_rounds"] {
        assert_eq!(after[table], before[table], "{table}");
    }
    let told = reasons(&stage, &second).await;
    assert!(told[0].contains("已提交") && told[0].contains("退回该轮次"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_that_stays_keeps_its_candidates() {
    let stage = elections::stage().await;
    stage.import(&short()).await;
    // A run-off that is new, and a vote that gets another candidate.
    let run_off = |votes: &str| run_off("陈静", 6, votes, "是");
    let import = carried(&stage, &[run_off("30"), member("赵敏", 8, "2", "否")]).await;
    let corrected =
        [run_off("31"), member("王芳", 4, "39", "是").with("反对票", "（清空）").with("弃权票", "1")];
    assert_eq!(stage.import(&corrected).await, Counts { changed: 2, ..Counts::default() });
    let before = shot(&stage).await;
    assert_eq!(undo(&stage, &stage.clerk, &import).await.unwrap(), 2);
    let after = shot(&stage).await;
    for table in ["elections", "election_ballots", "person_visibility", "people"] {
        assert_eq!(after[table], before[table], "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_that_goes_takes_its_candidates_along_and_one_that_is_restored_has_its_own() {
    let stage = elections::stage().await;
    stage.import(&short()).await;
    let before = shot(&stage).await;
    let import = carried(&stage, &[run_off("陈静", 6, "30", "是"), member("赵敏", 8, "2", "否")]).await;
    assert_ne!(shot(&stage).await["person_visibility"], before["person_visibility"]);
    assert_eq!(undo(&stage, &stage.clerk, &import).await.unwrap(), 0);
    let after = shot(&stage).await;
    for table in ["elections", "election_ballots", "person_visibility"] {
        assert_eq!(after[table], before[table], "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_that_a_run_off_follows_stays_and_the_others_of_its_file_go() {
    let stage = elections::stage().await;
    let import = carried(&stage, &short()).await;
    stage.import(&[run_off("陈静", 6, "30", "是")]).await;
    assert_eq!(undo(&stage, &stage.clerk, &import).await.unwrap(), 3, "the three candidates of that vote");
    let told = reasons(&stage, &import).await;
    assert!(told[0].contains("导入之后登记的选举记录用到了它"), "{told:?}");
    let left = texts(&stage, "SELECT concat_ws(' ', post, run) FROM elections ORDER BY run").await;
    assert_eq!(left, ["committee_member 1", "committee_member 2"]);
}

/// Two villages change to the sixth term, each with a secretary who was vetted.
async fn change_of_term() -> (Stage, Import) {
    let mut stage = Stage::of(Kind::Members).await;
    stage.import(&[Roster::new("刘洋", 3), Roster::new("陈静", 6)]).await;
    stage.kind = Kind::Committees;
    let secretary = |name, number| person(name, number).with("职务", "书记");
    let other = |row: Roster| row.with("村（社区）", "500237101202");
    let fifth = |row: Roster| {
        row.with("届次", "5")
            .with("任期开始", "2016-01-10")
            .with("任期届满", "2021-01-10")
            .with("任职日期", "2016-01-10")
    };
    stage.import(&[fifth(secretary("张伟", 1)), fifth(other(secretary("王芳", 4)))]).await;
    let mut conn = stage.db.web().await;
    vetting::settled(&mut conn, &stage.county, true).await;
    for (name, village) in [("刘洋", 1), ("陈静", 2)] {
        let id: PersonId = people::table
            .filter(people::name.eq(name))
            .select(people::id)
            .first(&mut stage.db.owner().await)
            .await
            .unwrap();
        let command = vetting::propose(stage.county.village(1, village), id);
        vetting::filed(&mut conn, &stage.engine.keys, &stage.county, &stage.clerk, command).await;
    }
    drop(conn);
    let import = carried(&stage, &[secretary("刘洋", 3), other(secretary("陈静", 6))]).await;
    assert_eq!(import.counts(), Counts { new: 2, ..Counts::default() });
    (stage, import)
}

const TERMS: &str = "SELECT concat_ws(' ', c.path, t.ordinal, t.ended_on) FROM committee_terms t \
    JOIN committees c ON c.id = t.committee_id ORDER BY 1";
const SEATS: &str = "SELECT concat_ws(' ', p.name, s.to_day) FROM seats s JOIN people p ON p.id = s.person_id \
    ORDER BY s.path, s.from_day";
const CHECKS: &str = "SELECT concat_ws(' ', p.name, k.state, k.seat_id IS NOT NULL) FROM candidate_checks k \
    JOIN people p ON p.id = k.person_id ORDER BY k.path, k.id";

#[tokio::test(flavor = "multi_thread")]
async fn a_term_that_stays_keeps_the_end_of_the_one_before_and_the_others_go() {
    let (stage, import) = change_of_term().await;
    let edited = person("刘洋", 3).with("职务", "书记").with("备注", "人工改过");
    assert_eq!(stage.import(&[edited]).await, Counts { changed: 1, ..Counts::default() });
    assert_eq!(undo(&stage, &stage.clerk, &import).await.unwrap(), 1);
    let terms = texts(&stage, TERMS).await;
    let told: Vec<&str> = terms.iter().map(|term| term.rsplit('/').next().unwrap().trim()).collect();
    assert_eq!(told, ["5 2021-01-10", "6", "5"]);
    assert_eq!(texts(&stage, SEATS).await, ["张伟 2021-01-10", "刘洋", "王芳"]);
    assert_eq!(texts(&stage, CHECKS).await, ["刘洋 in_post t", "陈静 filed f"]);
    let import = upload::find(&stage.engine, &stage.clerk, import.id).await.unwrap();
    let notices = import.notices().join("\n");
    for part in ["届次2条", "班子成员1条", "任职资格联审1条"] {
        assert!(notices.contains(part), "{part} in {notices}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_term_is_taken_back_with_its_checks() {
    let (stage, import) = change_of_term().await;
    assert_eq!(undo(&stage, &stage.clerk, &import).await.unwrap(), 0);
    assert_eq!(texts(&stage, SEATS).await, ["张伟", "王芳"]);
    assert_eq!(texts(&stage, CHECKS).await, ["刘洋 filed f", "陈静 filed f"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_followed_by_hand_stays_out_of_office() {
    let stage = Stage::of(Kind::Committees).await;
    let first = person("张伟", 1).with("职务", "书记");
    stage.import(&[first.clone(), person("王芳", 4)]).await;
    let left = first.with("离职日期", "2023-05-01").with("离职原因", "调任");
    let import = carried(&stage, &[left, person("王芳", 4).with("备注", "改")]).await;
    let second = person("刘洋", 3).with("职务", "书记").with("任职日期", "2023-05-01");
    stage.import(&[second]).await;
    assert_eq!(undo(&stage, &stage.clerk, &import).await.unwrap(), 1);
    assert_eq!(
        texts(&stage, "SELECT concat_ws(' ', to_day, note) FROM seats ORDER BY from_day, 1 DESC").await,
        ["2023-05-01", "", ""]
    );
    let told = reasons(&stage, &import).await;
    assert!(told[0].contains("接续它的"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_that_holds_how_somebody_was_elected_ends_it() {
    let stage = elections::stage().await;
    let import = carried(&stage, &votes()).await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let system = Actor { door: Door::CommandLine, name: "system@root".to_owned(), ..supervisor };
    let quarter = "2026Q1".parse().unwrap();
    cadre::across::reports::close(&mut *stage.db.web().await, &system, "500237", quarter).await.unwrap();
    let held = sentence(undo(&stage, &stage.clerk, &import).await);
    assert!(held.contains("2026Q1") && held.contains("结账"), "{held}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_in_which_people_were_enrolled_since_keeps_its_places() {
    let mut stage = Stage::of(Kind::Members).await;
    stage.import(&[Roster::new("张伟", 1), Roster::new("王芳", 2), Roster::new("李强", 3)]).await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let mut conn = stage.db.web().await;
    training::set_programmes(&mut conn, &supervisor, &[running()]).await.unwrap();
    stage.kind = Kind::TrainingClasses;
    let class = |code: &str, places: &str| {
        super::training::class(code)
            .with("轮训计划", "rotation-now")
            .with("领域", &super::training::field())
            .with("开始日期", &in_days(30).to_string())
            .with("结束日期", &in_days(31).to_string())
            .with("名额", places)
    };
    stage.import(&[class("A1", "1"), class("A2", "1")]).await;
    let mut owner = stage.db.owner().await;
    let found: Vec<(String, TrainingClassId)> = training_classes::table
        .select((training_classes::code, training_classes::id))
        .order(training_classes::code)
        .load(&mut owner)
        .await
        .unwrap();
    let first = found[0].1;
    training::step_classes(&mut conn, &stage.clerk, &[class_step(first, ClassStep::Open)]).await.unwrap();
    let import = carried(&stage, &[class("A1", "3"), class("A2", "3")]).await;
    assert_eq!(import.counts().changed, 2);
    let members: Vec<MembershipId> =
        memberships::table.select(memberships::id).limit(2).load(&mut owner).await.unwrap();
    let enrol = [Enrol { class: first, whom: Whom::Members(members) }];
    training::enrol(&mut conn, &stage.clerk, &enrol).await.unwrap();
    drop(conn);
    assert_eq!(undo(&stage, &stage.clerk, &import).await.unwrap(), 1);
    let places: Vec<Option<i32>> = training_classes::table
        .select(training_classes::places)
        .order(training_classes::code)
        .load(&mut owner)
        .await
        .unwrap();
    assert_eq!(places, [Some(3), Some(1)]);
    let told = reasons(&stage, &import).await;
    assert!(told[0].contains("培训记录"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinyin_that_was_corrected_since_is_sorted_by() {
    let stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1)]).await;
    let import = carried(&stage, &[Roster::new("张伟", 1).with("备注", "导入")]).await;
    let client = stage.db.owner_client().await;
    client.batch_execute("UPDATE people SET pinyin = 'chang wei', version = version + 1").await.unwrap();
    assert_eq!(undo(&stage, &stage.clerk, &import).await.unwrap(), 0);
    let member = stage.members().await.remove(0).membership;
    assert_eq!(member.note, None);
    assert_eq!(texts(&stage, "SELECT sort_key FROM memberships").await, ["chang wei"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_counts_on_what_was_taken_back_is_made_anew() {
    use cadre::across::imports::commit::{Outcome, commit};
    use cadre::across::imports::progress;

    let stage = Stage::new().await;
    let rows = [Roster::new("张伟", 1), Roster::new("李娜", 2)];
    let first = carried(&stage, &rows).await;
    let [kept, changed] = rows;
    let second = stage.plan(&[kept, changed, Roster::new("王芳", 4)]).await;
    assert_eq!(second.counts(), Counts { new: 1, unchanged: 2, ..Counts::default() });
    assert_eq!(undo(&stage, &stage.clerk, &first).await.unwrap(), 0);
    let outcome = commit(&stage.engine, &stage.clerk, second.id, &progress::nobody).await.unwrap();
    let anew = Counts { new: 3, ..Counts::default() };
    assert_eq!(outcome, Outcome::PlannedAnew(anew));
    let outcome = commit(&stage.engine, &stage.clerk, second.id, &progress::nobody).await.unwrap();
    assert_eq!(outcome, Outcome::Written(anew));
    assert_eq!(stage.members().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_use_any_more_is_forgotten_by_itself() {
    let stage = Stage::new().await;
    carried(&stage, &[Roster::new("张伟", 1)]).await;
    let count = "SELECT (SELECT count(*) FROM import_rows)::text || ' ' || count(*) FROM import_traces";
    let forget = async || cadre::records::imports::forget(&mut *stage.db.web().await).await.unwrap();
    let client = stage.db.owner_client().await;
    client.batch_execute("UPDATE imports SET created_at = now() - interval '40 days'").await.unwrap();
    let before = texts(&stage, count).await;
    forget().await;
    assert_eq!(texts(&stage, count).await, before, "it can still be taken back");
    client.batch_execute("UPDATE imports SET undo_until = now() - interval '1 second'").await.unwrap();
    forget().await;
    assert_eq!(texts(&stage, count).await, ["0 0"]);

    // Samples of foreign columns wait for half an hour.
    let failed = "UPDATE imports SET state = 'failed', failure = '列名', committed_at = NULL, committed_by = NULL, \
        undo_until = NULL, proposal = '\\x00'";
    client.batch_execute(failed).await.unwrap();
    let waits = "SELECT concat_ws(' ', proposal IS NOT NULL, failure) FROM imports";
    forget().await;
    assert_eq!(texts(&stage, waits).await, ["t 列名"]);
    client.batch_execute("UPDATE imports SET updated_at = now() - interval '31 minutes'").await.unwrap();
    forget().await;
    let told = texts(&stage, waits).await;
    assert!(told[0].starts_with("f 列名\n") && told[0].contains("请重新上传"), "{told:?}");
}
