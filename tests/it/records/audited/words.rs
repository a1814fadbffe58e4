//! Words that a county adds, and bars that it sets.

use cadre::base::actor::Role;
use cadre::base::values::CommitteeKind;
use cadre::records::committees::{self, Comparison, Rule, SetRule};
use cadre::records::words::{self, SetWord, WordList};
use cadre::web::forms::word::common;

use super::Story;
use crate::support::builders::day;

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let commands = [SetWord {
        list: WordList::Post,
        code: "discipline_member".to_owned(),
        name: Some("纪检委员".to_owned()),
        kinds: vec![CommitteeKind::VillageParty],
        from_day: day("2026-01-01"),
        source: "县委组织部〔2026〕1号".to_owned(),
    }];
    story
        .refused("words::set_words", async |conn| words::set_words(conn, &clerk, common, &commands).await)
        .await;
    story
        .done("words::set_words", async |conn| words::set_words(conn, &supervisor, common, &commands).await)
        .await;
    let rules = [SetRule {
        rule: Rule::SizeMaximum,
        kind: CommitteeKind::VillageParty,
        comparison: Comparison::AtMost,
        numerator: Some(9),
        denominator: 1,
        from_day: day("2026-01-01"),
        source: "县委组织部〔2026〕1号".to_owned(),
    }];
    story
        .refused("committees::set_rules", async |conn| committees::set_rules(conn, &clerk, &rules).await)
        .await;
    story
        .done("committees::set_rules", async |conn| committees::set_rules(conn, &supervisor, &rules).await)
        .await;
}
