//! What is true of the members today: posts in their branches, who works away from home, who is out of contact.

use chrono::{Days, NaiveDate};

use crate::base::values::completed_years;

use super::chance::Chance;
use super::life::last_day;
use super::model::SampleMember;
use super::tree::Leaf;
use super::units::Sector;
use super::words;

/// From seven full members a branch has a committee (rules for branches).
const SMALLEST_WITH_COMMITTEE: usize = 7;
const SECRETARY: &[&str] = &["书记"];
const COMMITTEE: &[&str] = &["书记", "组织委员", "宣传委员"];
const LARGE_COMMITTEE: &[&str] = &["书记", "副书记", "组织委员", "宣传委员", "纪检委员"];

/// Gives posts, floating and lost contact to the members who are present on `today`.
pub fn finish(
    members: &mut [SampleMember],
    leaf_of: &[usize],
    leaves: &[Leaf],
    chance: &mut Chance,
    today: NaiveDate,
) {
    give_posts(members, leaf_of, leaves.len(), today);
    let present = members.iter().filter(|member| member.in_register_on(today)).count();
    let mut lost = (present / 2_500).max(3);
    // Those out of contact are spread over the county, not taken from its first village.
    let stride = u32::try_from(present / lost.saturating_mul(3)).unwrap_or(1).max(1);
    for (member, place) in members.iter_mut().zip(leaf_of) {
        let Some(leaf) = leaves.get(*place) else { continue };
        let at_home = !matches!(leaf.sector, Sector::Village | Sector::Community);
        if at_home || !member.in_register_on(today) || member.party_post.is_some() {
            continue;
        }
        if member.occupation == "113" && chance.per_myriad(4_500) {
            let since = days_before(today, chance.between(20, 1_500));
            if since > last_day(member) {
                member.floating = Some((since, chance.word(words::DESTINATIONS).to_owned()));
            }
        } else if lost > 0 && chance.below(stride) == 0 {
            let since = days_before(today, chance.between(15, 170));
            if since > last_day(member) && member.is_full_on(since) {
                member.lost_contact_since = Some(since);
                lost = lost.saturating_sub(1);
            }
        }
    }
}

fn days_before(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_sub_days(Days::new(u64::from(days))).unwrap_or(day)
}

/// The posts of each branch go to full members of working age, in the order of their entry.
fn give_posts(members: &mut [SampleMember], leaf_of: &[usize], leaves: usize, today: NaiveDate) {
    let mut full = vec![0usize; leaves];
    for (member, place) in members.iter().zip(leaf_of) {
        if let Some(count) =
            full.get_mut(*place).filter(|_| member.in_register_on(today) && member.is_full_on(today))
        {
            *count = count.saturating_add(1);
        }
    }
    let mut given = vec![0usize; leaves];
    for (member, place) in members.iter_mut().zip(leaf_of) {
        let age = completed_years(member.person.birth_date(), today).unwrap_or_default();
        let status = member.status_on(today);
        let suits = status.is_some_and(|status| status.in_register() && status.votes_if_full())
            && member.is_full_on(today)
            && (25..=62).contains(&age)
            && member.occupation != "113";
        let (Some(given), Some(full)) = (given.get_mut(*place), full.get(*place)) else { continue };
        let posts = match *full {
            0..SMALLEST_WITH_COMMITTEE => SECRETARY,
            SMALLEST_WITH_COMMITTEE..30 => COMMITTEE,
            _ => LARGE_COMMITTEE,
        };
        if let Some(post) = posts.get(*given).filter(|_| suits) {
            member.party_post = Some((*post).to_owned());
            *given = given.saturating_add(1);
        }
    }
}
