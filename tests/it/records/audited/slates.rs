//! Targets set, slates made and changed.

use cadre::across::reports::target_figures;
use cadre::base::actor::Role;
use cadre::base::values::Hundredths;
use cadre::records::slates::{self, Bound, Change, Content, Level, Make, SetTarget, SlateState};

use super::Story;
use crate::support::builders::day;

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let content =
        Content { ordinal: 7, from_day: day("2026-01-10"), name: "方案一".to_owned(), seats: Vec::new() };
    let commands = [Make { village: county.village(1, 1).code.clone(), content: content.clone() }];
    let make = async |conn: &mut _| slates::make(conn, &clerk, &commands).await;
    let id = story.done("slates::make", make).await[0];
    story.refused("slates::make", make).await;
    let changes = [Change { slate: id, version: 1, state: SlateState::Settled, content }];
    let change = async |conn: &mut _| slates::change(conn, &clerk, &changes).await;
    story.done("slates::change", change).await;
    story.refused("slates::change", change).await;
    let targets = [SetTarget {
        level: Level::Village,
        figure: "committees.women".to_owned(),
        bound: Bound::AtLeast,
        value: Some(Hundredths::from_hundredths(100)),
        from_day: day("2026-01-01"),
        source: "县委组织部〔2026〕1号".to_owned(),
    }];
    let figures = target_figures(&cadre::records::words::WordBook::default());
    story
        .refused("slates::set_targets", async |conn| {
            slates::set_targets(conn, &clerk, &figures, &targets).await
        })
        .await;
    story
        .done("slates::set_targets", async |conn| {
            slates::set_targets(conn, &supervisor, &figures, &targets).await
        })
        .await;
}
