//! Candidates: a short list of two departments, proposals and answers, to be changed where a test cares.

use cadre::base::actor::{Actor, Role};
use cadre::base::ids::{CandidateCheckId, PersonId};
use cadre::base::values::{CommitteeKind, Post};
use cadre::records::committees::Who;
use cadre::records::vetting::{
    self, Answer, Decision, End, FileCheck, NewItem, Propose, RecordVerdicts, SetChecklist, SetDepartment,
    Severity, VerdictResult,
};
use diesel_async::AsyncPgConnection;

use super::{Place, TestCounty, day};

/// Court and police, with those who answer for the court.
pub fn departments(members: &[&str]) -> [SetDepartment; 2] {
    let department = |code: &str, name: &str, position, members: &[&str]| SetDepartment {
        code: code.to_owned(),
        name: name.to_owned(),
        position,
        members: members.iter().map(|name| (*name).to_owned()).collect(),
    };
    [department("court", "法院", 1, members), department("police", "公安局", 2, &[])]
}

/// From 2020-06-01: 1 and 3 block, 2 is to be explained; the court answers 1, the police 2 and 3. Fifteen days to answer,
/// six months valid.
pub fn list(is_demanded: bool) -> SetChecklist {
    let item = |number, severity, department: &str| NewItem {
        number,
        text: format!("第{number}项情形"),
        severity,
        department: department.to_owned(),
    };
    SetChecklist {
        from_day: day("2020-06-01"),
        name: "负面清单".to_owned(),
        is_demanded,
        days_to_answer: 15,
        months_valid: 6,
        source: "县委组织部〔2020〕6号".to_owned(),
        items: vec![
            item(1, Severity::Block, "court"),
            item(2, Severity::Flag, "police"),
            item(3, Severity::Block, "police"),
        ],
    }
}

/// Sets both for a county.
pub async fn settled(conn: &mut AsyncPgConnection, county: &TestCounty, is_demanded: bool) {
    let supervisor = county.county.actor(Role::Supervisor);
    vetting::set_departments(conn, &supervisor, &departments(&[])).await.unwrap();
    vetting::set_checklist(conn, &supervisor, &[list(is_demanded)]).await.unwrap();
}

/// Somebody on record for secretary of a village's Party committee, sixth term, proposed on 2020-11-01.
pub fn propose(village: &Place, person: PersonId) -> Propose {
    Propose {
        village: village.code.clone(),
        kind: CommitteeKind::VillageParty,
        term: 6,
        post: Post::Secretary,
        who: Who::OnRecord(person),
        on: day("2020-11-01"),
        note: None,
    }
}

/// An answer of 2020-11-05; what is not clear has evidence.
pub fn answer(item: i32, result: VerdictResult) -> Answer {
    Answer {
        item,
        result,
        evidence: (result != VerdictResult::Clear).then(|| format!("依据{item}")),
        answered_by: "王强".to_owned(),
        answered_on: day("2020-11-05"),
    }
}

/// Answers to items 1, 2, 3 and so on.
pub fn answers(check: CandidateCheckId, results: &[VerdictResult]) -> RecordVerdicts {
    let answers = (1..).zip(results).map(|(item, result)| answer(item, *result)).collect();
    RecordVerdicts { check, version: None, answers }
}

/// A decision on a day.
pub fn decision(check: CandidateCheckId, on: &str) -> Decision {
    Decision { check, version: None, on: day(on) }
}

/// A filing of 2020-11-10 without a reason.
pub fn filing(check: CandidateCheckId) -> FileCheck {
    FileCheck {
        decision: decision(check, "2020-11-10"), number: "组备〔2020〕1号".to_owned(), reason: None
    }
}

/// A rejection or withdrawal of 2020-11-10.
pub fn end(check: CandidateCheckId) -> End {
    End { decision: decision(check, "2020-11-10"), reason: "会议决定".to_owned() }
}

/// Proposed by the actor of a town, cleared by everybody, and filed by the county.
pub async fn filed(
    conn: &mut AsyncPgConnection,
    keys: &cadre::base::keys::KeyRing,
    county: &TestCounty,
    clerk: &Actor,
    command: Propose,
) -> CandidateCheckId {
    let supervisor = county.county.actor(Role::Supervisor);
    let check = vetting::propose(conn, clerk, keys, &[command]).await.unwrap()[0];
    let clear = answers(check, &[VerdictResult::Clear; 3]);
    vetting::record_verdicts(conn, &supervisor, keys, &[clear]).await.unwrap();
    vetting::file(conn, &supervisor, keys, &[filing(check)]).await.unwrap();
    check
}
