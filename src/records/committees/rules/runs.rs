//! What ties the runs of one vote together: a run-off follows the run before it, fills what the earlier runs left open, and
//! is among those who stood there. After a tie (平票) it is among those who were tied.

use chrono::NaiveDate;

use crate::base::ids::PersonId;
use crate::records::committees::model::Post;

/// How a candidate fared in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fared {
    /// He was elected.
    Elected,
    /// He had as many votes as others for the last place.
    Tied,
    /// Neither.
    Lost,
}

/// A candidate of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stood {
    /// Who.
    pub person: PersonId,
    /// His name, for the sentences.
    pub name: String,
    /// How he fared.
    pub fared: Fared,
}

/// One run of a vote in a term, as other runs see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The post.
    pub post: Post,
    /// The day.
    pub held_on: NaiveDate,
    /// 1, and one more for every run-off.
    pub run: i32,
    /// How many were to be elected.
    pub places: i32,
    /// Whether enough took part for it to be valid.
    pub is_valid: bool,
    /// Who stood, in the order of the record.
    pub stood: Vec<Stood>,
}

impl Run {
    fn elected(&self) -> i32 {
        let elected = self.stood.iter().filter(|one| one.fared == Fared::Elected).count();
        i32::try_from(elected).unwrap_or(i32::MAX)
    }

    fn tied(&self) -> impl Iterator<Item = &Stood> {
        self.stood.iter().filter(|one| one.fared == Fared::Tied)
    }
}

/// Why a run-off cannot be as given beside the runs of its term.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what the sentence shows under that name")]
pub enum RunRefusal {
    /// The run before it is not on record.
    #[error(
        "轮次“{run}”是另行选举，本届还没有登记{post}的第{before}轮选举，请先登记第{before}轮，或把轮次改为1"
    )]
    NoneBefore { post: &'static str, run: i32, before: i32 },
    /// The run before it was held later.
    #[error("选举日期“{day}”早于第{before}轮选举的{held_on}，另行选举不能早于前一轮，请核对选举日期")]
    TooEarly { day: NaiveDate, before: i32, held_on: NaiveDate },
    /// The run before it failed: the whole vote is held anew, by the bars of a first run.
    #[error(
        "第{before}轮选举（{held_on}）实到人数不足，选举无效，不能另行选举，须重新选举：请按重新选举的日期登记为第1轮"
    )]
    FailedBefore { before: i32, held_on: NaiveDate },
    /// The same run is on record already.
    #[error(
        "第{before}轮选举之后已于{held_on}进行第{run}轮选举，再次另行选举请把轮次改为{}，或打开原记录修改", .run.saturating_add(1)
    )]
    Followed { run: i32, before: i32, held_on: NaiveDate },
    /// Nothing was left open.
    #[error("此前各轮应选{places}名，已选出{elected}名，没有余下名额，不需要另行选举，请核对轮次")]
    Full { places: i32, elected: i32 },
    /// More than was left open.
    #[error(
        "应选名额“{given}”多于余下名额：此前各轮应选{places}名，已选出{elected}名，{places}-{elected}={left}，请改为不多于{left}"
    )]
    MorePlaces { given: i32, places: i32, elected: i32, left: i32 },
    /// He was elected before.
    #[error("候选人{name}已在第{run}轮选举当选，不能再参加另行选举，请核对候选人")]
    ElectedBefore { at: usize, name: String, run: i32 },
    /// The run before was tied, and not for him.
    #[error("第{before}轮选举中{tied}票数相等，再次投票只在这几人中进行，候选人{name}不在其中，请核对候选人")]
    NotTied { at: usize, name: String, before: i32, tied: String },
    /// He did not stand.
    #[error(
        "候选人{name}没有参加此前各轮选举，另行选举的候选人从此前未当选的候选人中产生，请核对候选人；重新提名的选举请按第1轮登记"
    )]
    NotStood { at: usize, name: String },
}

impl RunRefusal {
    /// The field in the API.
    #[must_use]
    pub fn field(&self) -> String {
        match self {
            Self::NoneBefore { .. } | Self::FailedBefore { .. } | Self::Followed { .. } => "run".to_owned(),
            Self::TooEarly { .. } => "held_on".to_owned(),
            Self::Full { .. } | Self::MorePlaces { .. } => "places".to_owned(),
            Self::ElectedBefore { at, .. } | Self::NotTied { at, .. } | Self::NotStood { at, .. } => {
                format!("candidates[{at}].person")
            }
        }
    }
}

/// The run that another one follows: the last of the number before it that was not held later.
fn previous<'r>(post: Post, run: i32, day: NaiveDate, others: &[&'r Run]) -> Option<&'r Run> {
    let before = run.saturating_sub(1);
    let fits = |other: &&Run| other.post == post && other.run == before && other.held_on <= day;
    others.iter().copied().filter(fits).max_by_key(|other| other.held_on)
}

/// The runs before a run, the nearest first.
#[must_use]
pub fn earlier<'r>(one: &Run, others: &[&'r Run]) -> Vec<&'r Run> {
    let mut found: Vec<&Run> = Vec::new();
    let (mut run, mut day) = (one.run, one.held_on);
    while let Some(before) = previous(one.post, run, day, others).filter(|_| run > 1) {
        found.push(before);
        (run, day) = (before.run, before.held_on);
    }
    found
}

/// Everything that is wrong with a run beside the other runs of its term; nothing where it is a first one.
#[must_use]
pub fn check(one: &Run, others: &[&Run]) -> Vec<RunRefusal> {
    if one.run < 2 {
        return Vec::new();
    }
    let chain = earlier(one, others);
    let (Some(before), Some(first)) = (chain.first(), chain.last()) else {
        return vec![unpreceded(one, others)];
    };
    if !before.is_valid {
        return vec![RunRefusal::FailedBefore { before: before.run, held_on: before.held_on }];
    }
    let mut refusals = Vec::new();
    let again = |other: &&&Run| {
        // The same number on the same day is the same record.
        other.post == one.post && other.run == one.run && other.held_on != one.held_on && {
            let own = previous(other.post, other.run, other.held_on, others);
            own.is_some_and(|own| own.held_on == before.held_on)
        }
    };
    refusals.extend(others.iter().find(again).map(|other| RunRefusal::Followed {
        run: one.run,
        before: before.run,
        held_on: other.held_on,
    }));
    let elected = chain.iter().map(|run| run.elected()).fold(0_i32, i32::saturating_add);
    let (places, left) = (first.places, first.places.saturating_sub(elected));
    if left < 1 {
        refusals.push(RunRefusal::Full { places, elected });
    } else if one.places > left {
        refusals.push(RunRefusal::MorePlaces { given: one.places, places, elected, left });
    }
    let candidates = one.stood.iter().enumerate();
    refusals.extend(candidates.filter_map(|(at, candidate)| outsider(at, candidate, before, &chain)));
    refusals
}

/// Why there is no run before one.
fn unpreceded(one: &Run, others: &[&Run]) -> RunRefusal {
    let before = one.run.saturating_sub(1);
    let later = others.iter().filter(|other| other.post == one.post && other.run == before);
    match later.map(|other| other.held_on).min() {
        Some(held_on) => RunRefusal::TooEarly { day: one.held_on, before, held_on },
        None => RunRefusal::NoneBefore { post: one.post.name(), run: one.run, before },
    }
}

/// Why somebody cannot stand in a run after some others.
fn outsider(at: usize, candidate: &Stood, before: &Run, chain: &[&Run]) -> Option<RunRefusal> {
    let name = candidate.name.clone();
    let own = |run: &Run| run.stood.iter().find(|one| one.person == candidate.person).map(|one| one.fared);
    if let Some(run) = chain.iter().find(|run| own(run) == Some(Fared::Elected)) {
        return Some(RunRefusal::ElectedBefore { at, name, run: run.run });
    }
    let tied: Vec<&str> = before.tied().map(|one| one.name.as_str()).collect();
    if !tied.is_empty() && own(before) != Some(Fared::Tied) {
        return Some(RunRefusal::NotTied { at, name, before: before.run, tied: tied.join("、") });
    }
    let has_stood = chain.iter().any(|run| own(run).is_some());
    (!has_stood).then_some(RunRefusal::NotStood { at, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three people whom the runs are among, the same each time.
    fn person(number: u128) -> PersonId {
        PersonId(uuid::Uuid::from_u128(number))
    }

    fn run(number: i32, on: &str, places: i32, stood: &[(u128, Fared)]) -> Run {
        let one = |(number, fared): &(u128, Fared)| Stood {
            person: person(*number),
            name: format!("第{number}人"),
            fared: *fared,
        };
        Run {
            post: Post::Member,
            held_on: on.parse().unwrap(),
            run: number,
            places,
            is_valid: true,
            stood: stood.iter().map(one).collect(),
        }
    }

    /// Three places, two filled, the third to be voted on again among 3 and 4.
    fn first() -> Run {
        let stood = [(1, Fared::Elected), (2, Fared::Elected), (3, Fared::Lost), (4, Fared::Lost)];
        run(1, "2021-01-10", 3, &stood)
    }

    fn second(places: i32, stood: &[u128]) -> Run {
        let stood: Vec<(u128, Fared)> = stood.iter().map(|number| (*number, Fared::Lost)).collect();
        run(2, "2021-01-10", places, &stood)
    }

    fn told(one: &Run, others: &[Run]) -> Vec<String> {
        let others: Vec<&Run> = others.iter().collect();
        check(one, &others).iter().map(|refusal| format!("{}: {refusal}", refusal.field())).collect()
    }

    #[test]
    fn a_run_off_follows_a_run_of_its_post_and_is_not_held_before_it() {
        assert_eq!(told(&second(1, &[3, 4]), &[first()]), [""; 0]);
        assert_eq!(
            told(&second(1, &[3, 4]), &[]),
            ["run: 轮次“2”是另行选举，本届还没有登记委员的第1轮选举，请先登记第1轮，或把轮次改为1"]
        );
        let other_post = Run { post: Post::Secretary, ..first() };
        assert_eq!(told(&second(1, &[3]), &[other_post]).len(), 1);
        let later = Run { held_on: "2021-01-11".parse().unwrap(), ..first() };
        assert_eq!(
            told(&second(1, &[3]), &[later]),
            [
                "held_on: 选举日期“2021-01-10”早于第1轮选举的2021-01-11，另行选举不能早于前一轮，请核对选举日期"
            ]
        );
        let third = Run { run: 3, ..second(1, &[3]) };
        assert!(told(&third, &[first()])[0].contains("没有登记委员的第2轮选举"));
        assert_eq!(told(&third, &[first(), second(1, &[3, 4])]), [""; 0]);
        assert_eq!(told(&first(), &[]), [""; 0], "a first run follows nothing");
        let failed = Run { is_valid: false, ..first() };
        assert!(told(&second(1, &[3]), &[failed])[0].starts_with("run: 第1轮选举（2021-01-10）实到人数不足"));
    }

    #[test]
    fn a_run_off_fills_no_more_than_was_left_open() {
        let open = Run { places: 4, ..first() };
        assert_eq!(told(&second(2, &[3, 4]), std::slice::from_ref(&open)), [""; 0]);
        assert_eq!(
            told(&second(3, &[3, 4]), std::slice::from_ref(&open)),
            ["places: 应选名额“3”多于余下名额：此前各轮应选4名，已选出2名，4-2=2，请改为不多于2"]
        );
        let full = Run { places: 2, ..first() };
        assert_eq!(
            told(&second(1, &[3]), &[full]),
            ["places: 此前各轮应选2名，已选出2名，没有余下名额，不需要另行选举，请核对轮次"]
        );
        // What the second run filled is no longer open to the third.
        let middle = run(2, "2021-01-10", 2, &[(3, Fared::Elected), (4, Fared::Lost)]);
        let third = |places| Run { run: 3, ..second(places, &[4]) };
        let others = [open, middle];
        assert_eq!(told(&third(1), &others), [""; 0]);
        assert!(told(&third(2), &others)[0].ends_with("4-3=1，请改为不多于1"));
    }

    #[test]
    fn those_stand_again_who_stood_and_were_not_elected() {
        assert_eq!(
            told(&second(1, &[3, 1, 9]), &[first()]),
            [
                "candidates[1].person: 候选人第1人已在第1轮选举当选，不能再参加另行选举，请核对候选人",
                "candidates[2].person: 候选人第9人没有参加此前各轮选举，另行选举的候选人从此前未当选的候选人中产生，\
                 请核对候选人；重新提名的选举请按第1轮登记",
            ]
        );
    }

    #[test]
    fn a_tie_is_decided_among_those_who_were_tied() {
        let stood = [(1, Fared::Elected), (2, Fared::Tied), (3, Fared::Tied), (4, Fared::Lost)];
        let first = run(1, "2021-01-10", 2, &stood);
        assert_eq!(told(&second(1, &[2, 3]), std::slice::from_ref(&first)), [""; 0]);
        assert_eq!(
            told(&second(1, &[2, 4]), &[first]),
            [
                "candidates[1].person: 第1轮选举中第2人、第3人票数相等，再次投票只在这几人中进行，候选人第4人不在其中，\
              请核对候选人"
            ]
        );
    }

    #[test]
    fn a_run_is_followed_once_and_a_later_vote_begins_anew() {
        let again = Run { held_on: "2021-01-12".parse().unwrap(), ..second(1, &[3]) };
        assert_eq!(
            told(&again, &[first(), second(1, &[3, 4])]),
            ["run: 第1轮选举之后已于2021-01-10进行第2轮选举，再次另行选举请把轮次改为3，或打开原记录修改"]
        );
        // Two years later one place is voted on anew, and needs a run-off too.
        let anew = run(1, "2023-05-01", 1, &[(5, Fared::Lost), (6, Fared::Lost)]);
        let off = Run { held_on: "2023-05-02".parse().unwrap(), ..second(1, &[5]) };
        assert_eq!(told(&off, &[first(), second(1, &[3, 4]), anew]), [""; 0]);
    }
}
