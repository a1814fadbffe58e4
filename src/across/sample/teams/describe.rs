//! What is known of those who were chosen: education, sources, posts, votes.

use std::cmp::Reverse;

use crate::base::codes;

use super::choose::whole;
use super::*;

const COLLEGE: &str = "31";
const HIGH_SCHOOL: &str = "61";
const JUNIOR: &str = "71";

/// How far an education reaches.
fn level(education: &str) -> u8 {
    let level = codes::education_level(education);
    u8::from(level.high_school_or_above) + u8::from(level.college_or_above)
}

impl Teams<'_> {
    /// Writes the terms of both committees of each village.
    pub(super) fn describe(
        &mut self,
        pack: &TermPack,
        until: Option<NaiveDate>,
        members: &mut [SampleMember],
        teams: &[(usize, Team)],
    ) {
        self.teach(pack, members, teams);
        let sources = self.sources(pack, members, teams);
        for (number, team) in teams {
            let Some(village) = self.villages.get(*number) else { continue };
            let (place, voters) = (village.place, village.members.len());
            let seat = |sitter: &SampleSitter, post: Post| SampleSeat {
                sitter: *sitter,
                post,
                education: self.taught.get(sitter).cloned().unwrap_or_else(|| JUNIOR.to_owned()),
                sources: sources.get(sitter).cloned().unwrap_or_default(),
            };
            let party_posts =
                [Post::Secretary, Post::DeputySecretary].into_iter().chain(std::iter::repeat(Post::Member));
            let party: Vec<SampleSeat> =
                team.party.iter().zip(party_posts).map(|(sitter, post)| seat(sitter, post)).collect();
            let both = team.party.iter().take(team.cross);
            let village_posts =
                [Post::Director, Post::DeputyDirector].into_iter().chain(std::iter::repeat(Post::Member));
            let committee: Vec<SampleSeat> = both
                .chain(&team.residents)
                .zip(village_posts)
                .map(|(sitter, post)| seat(sitter, post))
                .collect();
            let election = self.election(team, voters);
            for (kind, seats, election) in [
                (CommitteeKind::VillageParty, party, election),
                (CommitteeKind::VillageCommittee, committee, None),
            ] {
                self.terms.push(SampleTerm {
                    village: place,
                    kind,
                    ordinal: pack.ordinal,
                    from_day: pack.from,
                    due_day: pack.due,
                    ended_on: until,
                    seats,
                    election,
                });
            }
        }
    }

    /// The vote on the secretary.
    fn election(&mut self, team: &Team, members: usize) -> Option<SampleElection> {
        let candidate = team.party.first().copied()?;
        let eligible = i32::try_from(members).unwrap_or(30).max(10);
        let away = i32::try_from(self.chance.below(10)).unwrap_or_default();
        let present = eligible - eligible * away / 100;
        let lost = i32::from(self.chance.below(12) == 0);
        let valid = present - lost;
        let against = if team.unanimous {
            0
        } else {
            1 + i32::try_from(self.chance.below(u32::try_from(valid / 6).unwrap_or_default()))
                .unwrap_or_default()
        };
        Some(SampleElection { candidate, eligible, present, valid, votes_for: valid - against })
    }

    /// Gives everybody an education: what he has learned, as far as the pack allows, and never less than the seat before
    /// said. Whoever is said to have learned more than his record knows has a better record from then on.
    fn teach(&mut self, pack: &TermPack, members: &mut [SampleMember], teams: &[(usize, Team)]) {
        let secretaries: Vec<SampleSitter> =
            teams.iter().filter_map(|(_, team)| team.party.first().copied()).collect();
        let others: Vec<SampleSitter> =
            teams.iter().flat_map(|(_, team)| team.party.iter().skip(1).copied()).collect();
        let residents: Vec<SampleSitter> =
            teams.iter().flat_map(|(_, team)| team.residents.iter().copied()).collect();
        let wanted = whole(pack.secretaries_college_or_above);
        let mut college: HashSet<SampleSitter> = self.best(&secretaries, wanted, members);
        let wanted = whole(pack.party_college_or_above).saturating_sub(wanted);
        college.extend(self.best(&others, wanted, members));
        let mut rest: Vec<SampleSitter> =
            secretaries.iter().chain(&others).chain(&residents).copied().collect();
        rest.retain(|sitter| !college.contains(sitter));
        rest.sort_by_key(|sitter| (self.level_of(*sitter, members), self.year(*sitter, members), *sitter));
        let juniors: HashSet<SampleSitter> = rest.iter().take(whole(pack.junior_or_below)).copied().collect();
        let everybody: Vec<SampleSitter> = college.iter().chain(&rest).copied().collect();
        let residents: HashSet<SampleSitter> = residents.into_iter().collect();
        for sitter in everybody {
            let own = self.own(sitter, members).unwrap_or_default();
            let bounds = match (college.contains(&sitter), juniors.contains(&sitter)) {
                (true, _) => (2, 2, COLLEGE),
                (_, true) => (0, 0, JUNIOR),
                // How many residents went to college, the pack leaves to chance.
                _ if residents.contains(&sitter) => (1, 2, HIGH_SCHOOL),
                _ => (1, 1, HIGH_SCHOOL),
            };
            let (low, high, otherwise) = bounds;
            let fits = (low..=high).contains(&level(&own));
            let education = if fits { own.clone() } else { otherwise.to_owned() };
            if level(&own) < low {
                self.learn(sitter, members, &education);
            }
            self.taught.insert(sitter, education);
        }
    }

    /// The best taught of some, of equal ones the younger.
    fn best(&self, of: &[SampleSitter], count: usize, members: &[SampleMember]) -> HashSet<SampleSitter> {
        let mut list = of.to_vec();
        list.sort_by_key(|sitter| {
            let key = (self.level_of(*sitter, members), self.year(*sitter, members));
            (Reverse(key), *sitter)
        });
        list.into_iter().take(count).collect()
    }

    /// How far somebody has come: by his seat before, then by his record.
    fn level_of(&self, sitter: SampleSitter, members: &[SampleMember]) -> (u8, u8) {
        let before = self.taught.get(&sitter).map_or(0, |education| level(education));
        (before, self.own(sitter, members).map_or(0, |education| level(&education)))
    }

    fn own(&self, sitter: SampleSitter, members: &[SampleMember]) -> Option<String> {
        match sitter {
            SampleSitter::Member(place) => members.get(place).map(|member| member.person.education.clone()),
            SampleSitter::Resident(place) => self.residents.get(place).map(|person| person.education.clone()),
        }
    }

    fn learn(&mut self, sitter: SampleSitter, members: &mut [SampleMember], education: &str) {
        let person = match sitter {
            SampleSitter::Member(place) => members.get_mut(place).map(|member| &mut member.person),
            SampleSitter::Resident(place) => self.residents.get_mut(place),
        };
        if let Some(person) = person {
            education.clone_into(&mut person.education);
        }
    }

    /// The tags of everybody: dealt out one after the other until there are as many of each as the pack says, so that
    /// whoever gets a second one gets another one. Graduates come first, and to those who went to college.
    fn sources(
        &mut self,
        pack: &TermPack,
        members: &[SampleMember],
        teams: &[(usize, Team)],
    ) -> HashMap<SampleSitter, Vec<String>> {
        let mut everybody: Vec<SampleSitter> = teams.iter().flat_map(|(_, team)| team.everybody()).collect();
        everybody.sort_by_key(|sitter| {
            let taught = self.taught.get(sitter).map_or(0, |education| level(education));
            (Reverse((taught, self.year(*sitter, members))), *sitter)
        });
        let graduates = pack.sources.get("graduate").copied().map_or(0, whole);
        let rest = everybody.split_off(graduates.min(everybody.len()));
        let order: Vec<usize> = self.shuffled((0..rest.len()).collect());
        everybody.extend(order.into_iter().filter_map(|place| rest.get(place).copied()));
        let mut tags: Vec<&str> = vec!["graduate"; graduates];
        for (tag, count) in pack.sources.iter().filter(|(tag, _)| *tag != "graduate") {
            tags.extend(std::iter::repeat_n(tag.as_str(), whole(*count)));
        }
        let mut dealt: HashMap<SampleSitter, Vec<String>> = HashMap::new();
        for (tag, sitter) in tags.into_iter().zip(everybody.iter().cycle()) {
            dealt.entry(*sitter).or_default().push(tag.to_owned());
        }
        dealt
    }
}
