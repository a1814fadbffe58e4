//! What a county added, and when it may be used.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, WordId};
use crate::base::values::{CommitteeKind, Post, VocabularyError, Word};
use crate::schema::county_words;
use crate::vocabulary;

vocabulary! {
    /// The lists that a county may add to.
    pub enum WordList, "类别" {
        /// 职务
        Post = "post", "职务";
        /// 班子来源渠道
        CommitteeSource = "committee_source", "班子来源渠道";
        /// 后备人才来源
        ReserveSource = "reserve_source", "后备人才来源";
    }
}

/// One version of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its id.
    pub id: WordId,
    /// The list.
    pub list: WordList,
    /// Code, name, and of a post the committees that have it.
    pub word: Word,
    /// First day on which it may be used.
    pub from_day: NaiveDate,
    /// First day on which it may no longer be used.
    pub to_day: Option<NaiveDate>,
    /// The decision that it rests on.
    pub source: String,
    /// When it was set.
    pub created_at: DateTime<Utc>,
}

impl Version {
    /// Whether it may be used on a day.
    #[must_use]
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.from_day <= day && self.to_day.is_none_or(|end| day < end)
    }

    /// Whether it may be used on some day from `from_day` to before `until` (none: without end).
    #[must_use]
    pub fn meets(&self, from_day: NaiveDate, until: Option<NaiveDate>) -> bool {
        self.to_day.is_none_or(|end| from_day < end) && until.is_none_or(|end| self.from_day < end)
    }
}

/// Everything that a county added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordBook {
    /// The newest version of a word first.
    versions: Vec<Version>,
    posts: Vec<Word>,
    committee_sources: Vec<Word>,
    reserve_sources: Vec<Word>,
}

impl WordBook {
    /// The book of some versions.
    #[must_use]
    pub fn of(mut versions: Vec<Version>) -> Self {
        versions.sort_by_key(|version| (version.list, version.word, std::cmp::Reverse(version.from_day)));
        let words = |list: WordList| {
            let mut words: Vec<Word> =
                versions.iter().filter(|version| version.list == list).map(|version| version.word).collect();
            words.dedup();
            words
        };
        Self {
            posts: words(WordList::Post),
            committee_sources: words(WordList::CommitteeSource),
            reserve_sources: words(WordList::ReserveSource),
            versions,
        }
    }

    /// What had begun to be in force by a day, as it was known at a moment (none: as it is known now).
    #[must_use]
    pub fn by(self, day: NaiveDate, known: Option<DateTime<Utc>>) -> Self {
        let mut versions = self.versions;
        versions.retain(|one| one.from_day <= day && known.is_none_or(|moment| one.created_at <= moment));
        Self::of(versions)
    }

    /// All versions, by list and code, the newest first.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// Every word of a list, under its newest name, whether or not it is still used.
    #[must_use]
    pub fn words(&self, list: WordList) -> &[Word] {
        match list {
            WordList::Post => &self.posts,
            WordList::CommitteeSource => &self.committee_sources,
            WordList::ReserveSource => &self.reserve_sources,
        }
    }

    /// The words of a list that may be used on some day from `from_day` to before `until`, under their newest names then.
    #[must_use]
    pub fn in_force(&self, list: WordList, from_day: NaiveDate, until: Option<NaiveDate>) -> Vec<Word> {
        let own = self.versions.iter().filter(|one| one.list == list && one.meets(from_day, until));
        let mut words: Vec<Word> = own.map(|version| version.word).collect();
        words.dedup();
        words
    }

    /// The Chinese name of a code that the county added; none of any other code.
    #[must_use]
    pub fn name(&self, list: WordList, code: &str) -> Option<&'static str> {
        self.words(list).iter().find(|word| word.code() == code).map(|word| word.name())
    }

    /// The post of a code or a name: one that every county knows, or one that this county added.
    ///
    /// # Errors
    /// When it is none of them; the sentence lists the choice.
    pub fn post(&self, text: &str) -> Result<Post, VocabularyError> {
        Post::parse_with(text, &self.posts)
    }

    /// The Chinese name of a post by its code; the code itself where nobody knows it.
    #[must_use]
    pub fn post_name<'c>(&self, code: &'c str) -> &'c str {
        self.post(code).map_or(code, |post| post.name())
    }

    /// The posts of a kind of committee that may be used on some day from `from_day` to before `until`, those that every
    /// county knows first.
    #[must_use]
    pub fn posts(&self, kind: CommitteeKind, from_day: NaiveDate, until: Option<NaiveDate>) -> Vec<Post> {
        let own = self.in_force(WordList::Post, from_day, until).into_iter().map(Post::Added);
        Post::ALL.iter().copied().chain(own).filter(|post| post.belongs_to(kind)).collect()
    }

    /// Where a post stands among those of its committee: heads, their deputies, members, and what the county added.
    #[must_use]
    pub fn rank(&self, code: &str) -> usize {
        let members = Post::ALL.len();
        if code == Post::Member.code() {
            return members;
        }
        let own = || self.posts.iter().position(|word| word.code() == code);
        let known = Post::ALL.iter().position(|post| post.code() == code);
        known.or_else(|| own().map(|at| at.saturating_add(members).saturating_add(1))).unwrap_or(usize::MAX)
    }

    /// Why a post cannot be used on a day, as a sentence; none where it can.
    #[must_use]
    pub fn post_refusal(&self, post: Post, day: NaiveDate) -> Option<String> {
        match post {
            Post::Added(word) => self.refusal(WordList::Post, word, day),
            _ => None,
        }
    }

    /// Why a term cannot provide a post, as a sentence; none where it can on some day from `from_day` to before `until`.
    #[must_use]
    pub fn term_refusal(&self, post: Post, from_day: NaiveDate, until: Option<NaiveDate>) -> Option<String> {
        let Post::Added(word) = post else { return None };
        let mut own = self.versions.iter().filter(|one| one.list == WordList::Post && one.word == word);
        if own.any(|version| version.meets(from_day, until)) {
            return None;
        }
        self.refusal(WordList::Post, word, from_day)
    }

    /// Why a word cannot be used on a day, as a sentence; none where it can.
    #[must_use]
    pub fn refusal(&self, list: WordList, word: Word, day: NaiveDate) -> Option<String> {
        let mut own = self.versions.iter().filter(|version| version.list == list && version.word == word);
        if own.clone().any(|version| version.is_in_force(day)) {
            return None;
        }
        let (list, name) = (list.name(), word.name());
        let days = own.next_back().map(|version| {
            let until = version.to_day.map(|end| format!("，{end}起停用")).unwrap_or_default();
            format!("本县（区）自{}起使用{until}", version.from_day)
        });
        Some(match days {
            Some(days) => format!("{list}“{name}”在“{day}”不能使用（{days}），请核对日期，或选择其他{list}"),
            None => format!("{list}“{name}”不是本县（区）设定的，请从列表中选择"),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = county_words)]
struct Row {
    id: WordId,
    list: String,
    code: String,
    name: String,
    in_party: bool,
    in_village_committee: bool,
    in_supervision: bool,
    from_day: NaiveDate,
    to_day: Option<NaiveDate>,
    source: String,
    created_at: DateTime<Utc>,
}

impl Row {
    fn version(self) -> Option<Version> {
        let has = [self.in_party, self.in_village_committee, self.in_supervision];
        let kinds: Vec<CommitteeKind> =
            CommitteeKind::ALL.iter().zip(has).filter(|(_, has)| *has).map(|(kind, _)| *kind).collect();
        Some(Version {
            id: self.id,
            list: WordList::parse(&self.list).ok()?,
            word: Word::new(&self.code, &self.name, &kinds),
            from_day: self.from_day,
            to_day: self.to_day,
            source: self.source,
            created_at: self.created_at,
        })
    }
}

/// Everything that a county added.
///
/// # Errors
/// Whatever the database answers.
pub async fn book(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<WordBook> {
    let rows: Vec<Row> = county_words::table
        .filter(county_words::county_id.eq(county))
        .select(Row::as_select())
        .load(conn)
        .await?;
    Ok(WordBook::of(rows.into_iter().filter_map(Row::version).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn version(list: WordList, code: &str, name: &str, from: &str, to: Option<&str>) -> Version {
        let kinds: &[CommitteeKind] =
            if list == WordList::Post { &[CommitteeKind::VillageParty] } else { &[] };
        Version {
            id: WordId::new(),
            list,
            word: Word::new(code, name, kinds),
            from_day: day(from),
            to_day: to.map(day),
            source: "县委文件".to_owned(),
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    fn own() -> WordBook {
        WordBook::of(vec![
            version(WordList::Post, "discipline", "纪检委员", "2021-01-01", Some("2024-01-01")),
            version(WordList::Post, "discipline", "纪律检查委员", "2024-01-01", None),
            version(WordList::Post, "clerk", "文书", "2022-01-01", Some("2025-01-01")),
            version(WordList::CommitteeSource, "teacher", "退休教师", "2023-06-01", None),
        ])
    }

    #[test]
    fn a_post_is_found_by_code_and_by_its_newest_name() {
        let book = own();
        let post = book.post("纪律检查委员").unwrap();
        assert_eq!((post.code(), post.name(), post.is_head()), ("discipline", "纪律检查委员", false));
        assert_eq!(book.post("discipline").unwrap(), post);
        assert_eq!(book.post("书记").unwrap(), Post::Secretary);
        let refused = book.post("村长").unwrap_err().to_string();
        assert!(refused.contains("纪律检查委员") && refused.contains("文书"), "{refused}");
        assert!(WordBook::default().post("discipline").is_err());
        assert_eq!((book.post_name("clerk"), book.post_name("nobody")), ("文书", "nobody"));
    }

    #[test]
    fn posts_are_offered_to_their_committees_while_they_are_in_force() {
        let book = own();
        let offered = |kind, on: &str| -> Vec<&str> {
            let all = book.posts(kind, day(on), day(on).succ_opt());
            all.into_iter().filter(|post| matches!(post, Post::Added(_))).map(Post::name).collect()
        };
        assert_eq!(offered(CommitteeKind::VillageParty, "2021-12-31"), ["纪检委员"]);
        assert_eq!(offered(CommitteeKind::VillageParty, "2024-12-31"), ["文书", "纪律检查委员"]);
        assert_eq!(offered(CommitteeKind::VillageParty, "2025-01-01"), ["纪律检查委员"]);
        assert!(offered(CommitteeKind::VillageCommittee, "2024-12-31").is_empty());
        assert!(book.rank("secretary") < book.rank("clerk") && book.rank("clerk") < book.rank("nobody"));
        let mut team = ["clerk", "committee_member", "deputy_director", "director"];
        team.sort_by_key(|code| book.rank(code));
        assert_eq!(team, ["director", "deputy_director", "committee_member", "clerk"]);
    }

    #[test]
    fn a_closed_quarter_knows_the_words_of_its_day() {
        let names = |day_of: &str, known| -> Vec<&str> {
            own().by(day(day_of), known).words(WordList::Post).iter().map(|word| word.name()).collect()
        };
        assert_eq!(names("2021-12-31", None), ["纪检委员"]);
        assert_eq!(names("2024-12-31", None), ["文书", "纪律检查委员"]);
        assert_eq!(names("2024-12-31", Some(DateTime::UNIX_EPOCH)), ["文书", "纪律检查委员"]);
        let before = DateTime::UNIX_EPOCH - chrono::Duration::seconds(1);
        assert!(names("2024-12-31", Some(before)).is_empty());
    }

    #[test]
    fn a_word_is_refused_on_days_outside_its_own() {
        let book = own();
        let clerk = book.post("clerk").unwrap();
        let refused = |on: &str| book.post_refusal(clerk, day(on));
        assert_eq!((refused("2022-01-01"), refused("2024-12-31")), (None, None));
        assert_eq!(
            refused("2021-12-31").unwrap(),
            "职务“文书”在“2021-12-31”不能使用（本县（区）自2022-01-01起使用，2025-01-01起停用），请核对日期，或选择其他职务"
        );
        assert!(refused("2025-01-01").is_some());
        assert_eq!(book.post_refusal(Post::Secretary, day("1990-01-01")), None);
        let term = |from: &str, until: Option<&str>| book.term_refusal(clerk, day(from), until.map(day));
        assert_eq!((term("2021-01-10", None), term("2021-01-10", Some("2022-01-02"))), (None, None));
        assert!(term("2021-01-10", Some("2022-01-01")).is_some() && term("2025-01-01", None).is_some());
        let elsewhere = Post::Added(Word::new("elsewhere", "他县职务", &[CommitteeKind::VillageParty]));
        assert!(book.post_refusal(elsewhere, day("2024-01-01")).unwrap().contains("不是本县（区）设定的"));
    }
}
