//! Who leads the villages on the last day of the quarter, each figure also against the term before.
//!
//! 两委 is the village's Party organisation and its village or residents' committee. Whoever sits in both, or in two
//! villages of the organisation that is asked about, is one person there.

use super::{Against, Comparison, Figure, Part, Section, Table, Unit};
use crate::records::committees::Source;
use crate::records::words::{WordBook, WordList};

/// The same rows on the last day of the quarter, and on the day before the present term began.
#[derive(Clone, Copy)]
struct Pair {
    now: Part,
    before: Part,
}

macro_rules! people {
    ($filter:literal) => {
        Pair {
            now: Part::of(Table::Seats, concat!("f.standing = 'now' AND ", $filter)),
            before: Part::of(Table::Seats, concat!("f.standing = 'before' AND ", $filter)),
        }
    };
}

macro_rules! committees {
    ($filter:literal) => {
        Pair {
            now: Part::of(Table::Committees, concat!("f.standing = 'now' AND ", $filter)),
            before: Part::of(Table::Committees, concat!("f.standing = 'before' AND ", $filter)),
        }
    };
}

const MEMBERS: Pair = people!("true");

/// A figure with its parts in the term before.
#[derive(Clone)]
struct Measure {
    figure: Figure,
    numerator: Part,
    denominator: Option<Part>,
}

impl Measure {
    fn count(code: &str, label: &str, unit: Unit, pair: Pair, definition: &str) -> Self {
        let figure = Figure::count(code, label, unit, pair.now, definition);
        Self { figure, numerator: pair.before, denominator: None }
    }

    fn people(code: &str, label: &str, pair: Pair, definition: &str) -> Self {
        Self::count(code, label, Unit::Persons, pair, definition)
    }

    fn ratio(&self, whole: &Self) -> Self {
        Self {
            figure: self.figure.ratio(&whole.figure),
            numerator: self.numerator,
            denominator: Some(whole.numerator),
        }
    }

    fn mean(code: &str, label: &str, amount: &'static str, whole: &Self) -> Self {
        Self {
            figure: Figure::mean(code, label, Unit::Years, amount, &whole.figure),
            numerator: whole.numerator.summing(amount),
            denominator: Some(whole.numerator),
        }
    }

    /// `<code>.change` or `<code>.relative_change`.
    fn against(&self, against: Against) -> Figure {
        let Figure { code, label, unit, .. } = &self.figure;
        let (code, label, unit, how) = match against {
            Against::Difference => (
                format!("{code}.change"),
                format!("{label}较上届"),
                if *unit == Unit::Percent { Unit::Points } else { *unit },
                "本届数值减上届数值，先相减、后四舍五入",
            ),
            Against::Relative => (
                format!("{code}.relative_change"),
                format!("{label}较上届（相对变化）"),
                Unit::Percent,
                "本届数值减上届数值，再除以上届数值，最后四舍五入",
            ),
        };
        Figure {
            code,
            label,
            definition: format!(
                "{how}；上届按各班子本届任期开始前一日在任人员统计，年龄按该日周岁，学历按任职时学历。"
            ),
            unit,
            comparison: Some(Comparison {
                against,
                numerator: self.numerator,
                denominator: self.denominator,
                known: MEMBERS.before,
            }),
            ..self.figure.clone()
        }
    }
}

/// Every source of those who sit: those that each county knows, and those that this one added.
fn sources(words: &WordBook) -> impl Iterator<Item = Source> {
    let own = words.words(WordList::CommitteeSource).iter().map(|word| Source::Added(*word));
    Source::ALL.iter().copied().chain(own)
}

/// Code, name and rows of each age band.
const BANDS: [(&str, &str, Pair); 4] = [
    ("to_35", "35岁及以下", people!("f.age <= 35")),
    ("36_45", "36至45岁", people!("f.age BETWEEN 36 AND 45")),
    ("46_55", "46至55岁", people!("f.age BETWEEN 46 AND 55")),
    ("56_up", "56岁及以上", people!("f.age >= 56")),
];

/// Every measure of the section, in order.
fn measures(words: &WordBook) -> Vec<Measure> {
    let members = Measure::people(
        "committees.members",
        "村（社区）两委成员",
        MEMBERS,
        "季末在村党组织或村（居）民委员会任职的人，一人兼任多职只计一次。",
    );
    let mut measures = vec![members.clone()];
    measures.extend(party(&members));
    measures.extend(make_up(&members));
    measures.extend(sources(words).map(|source| {
        let (code, name) = (source.code(), source.name());
        let pair = Pair { now: MEMBERS.now.from(code), before: MEMBERS.before.from(code) };
        let definition =
            format!("季末在任、来源渠道含“{name}”的两委成员；一人可有多个来源，各来源之和可大于总人数。");
        let (code, label) = (format!("committees.source.{code}"), format!("两委来源：{name}"));
        Measure::count(&code, &label, Unit::Tags, pair, &definition)
    }));
    measures.extend(terms());
    measures
}

fn party(members: &Measure) -> Vec<Measure> {
    let party = Measure::people(
        "committees.party.members",
        "村（社区）党组织成员",
        people!("f.of_party"),
        "季末在村党组织任职的人。",
    );
    let party_college = Measure::people(
        "committees.party.college_or_above",
        "大专及以上学历党组织成员",
        people!("f.party_college_or_above"),
        "季末在任、任职时学历为大专及以上的村党组织成员。",
    );
    let secretaries = Measure::people(
        "committees.secretaries",
        "村（社区）党组织书记",
        people!("f.secretary"),
        "季末在任的村党组织书记。",
    );
    let secretaries_college = Measure::people(
        "committees.secretaries.college_or_above",
        "大专及以上学历书记",
        people!("f.secretary_college_or_above"),
        "季末在任、任职时学历为大专及以上的村党组织书记。",
    );
    let newly_elected = Measure::people(
        "committees.secretaries.newly_elected",
        "新当选书记",
        people!("f.newly_elected"),
        "季末在任、上一届不是该村书记的村党组织书记。",
    );
    let unanimous = Measure::people(
        "committees.secretaries_elected_unanimously",
        "满票当选的书记",
        people!("f.unanimous"),
        "季末在任、当选时赞成票等于有效票的村党组织书记。",
    );
    let cross = Measure::people(
        "committees.cross_appointed",
        "交叉任职",
        people!("f.cross_appointed"),
        "季末在同一村的党组织和村（居）民委员会都任职的人。",
    );
    let ratios = [
        party_college.ratio(&party),
        newly_elected.ratio(&secretaries),
        secretaries_college.ratio(&secretaries),
        unanimous.ratio(&secretaries),
        cross.ratio(members),
    ];
    let [party_ratio, new_ratio, secretaries_ratio, unanimous_ratio, cross_ratio] = ratios;
    vec![
        party,
        party_college,
        party_ratio,
        secretaries,
        newly_elected,
        new_ratio,
        secretaries_college,
        secretaries_ratio,
        unanimous,
        unanimous_ratio,
        cross,
        cross_ratio,
    ]
}

fn make_up(members: &Measure) -> Vec<Measure> {
    let counts = [
        Measure::people(
            "committees.women",
            "两委女性成员",
            people!("f.sex = '2'"),
            "季末在任的女性两委成员。",
        ),
        Measure::people(
            "committees.ethnic_minority",
            "少数民族两委成员",
            people!("f.ethnicity <> '01'"),
            "季末在任、民族不是汉族的两委成员。",
        ),
        Measure::people(
            "committees.college_or_above",
            "大专及以上学历两委成员",
            people!("f.college_or_above"),
            "季末在任、任职时学历为大专及以上的两委成员。",
        ),
        Measure::people(
            "committees.high_school_or_above",
            "高中（中专、中技）及以上学历两委成员",
            people!("f.high_school_or_above"),
            "季末在任、任职时学历为高中（中专、中技）及以上的两委成员。",
        ),
        Measure::people(
            "committees.junior_or_below",
            "初中及以下学历两委成员",
            people!("NOT f.high_school_or_above"),
            "季末在任、任职时学历未达到高中（中专、中技）的两委成员。",
        ),
    ];
    let mut measures = vec![Measure::mean("committees.average_age", "两委成员平均年龄", "f.age", members)];
    measures.extend(BANDS.iter().map(|(code, name, pair)| {
        let definition = format!("季末在任、季末周岁在{name}的两委成员。");
        Measure::people(&format!("committees.age.{code}"), &format!("{name}两委成员"), *pair, &definition)
    }));
    for count in counts {
        let ratio = count.ratio(members);
        measures.extend([count, ratio]);
    }
    measures
}

fn terms() -> [Measure; 2] {
    let vacancies = committees!("f.vacancies > 0");
    let summing = |part: Part| part.summing("f.vacancies");
    [
        Measure::count(
            "committees.vacancies",
            "空缺职位",
            Unit::Posts,
            Pair { now: summing(vacancies.now), before: summing(vacancies.before) },
            "季末任期内各班子（含村务监督委员会）设定职数减在任人数，按职务逐项计算。",
        ),
        Measure::count(
            "committees.elections_overdue",
            "届满未换届的班子",
            Unit::Organisations,
            committees!("f.is_overdue"),
            "季末仍在任期、已过届满日期而没有换届的班子（含村务监督委员会）。",
        ),
    ]
}

pub(super) fn section(words: &WordBook) -> Section {
    let measures = measures(words);
    let mut figures: Vec<Figure> = measures.iter().map(|measure| measure.figure.clone()).collect();
    for measure in &measures {
        figures.extend([measure.against(Against::Difference), measure.against(Against::Relative)]);
    }
    Section { code: "committees", title: "两委班子", figures, grids: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_of_the_vocabulary_is_counted() {
        let section = section(&WordBook::default());
        let counted: Vec<&str> = section
            .figures
            .iter()
            .filter_map(|figure| figure.code.strip_prefix("committees.source."))
            .filter(|code| !code.ends_with("change"))
            .collect();
        assert_eq!(
            counted,
            ["local_talent", "local_entrepreneur", "returnee", "veteran", "graduate", "other"]
        );
        let veterans = section.figures.iter().find(|one| one.code == "committees.source.veteran").unwrap();
        assert!(veterans.numerator.condition().ends_with("AND strpos(f.sources, ' veteran ') > 0"));
        assert_eq!(veterans.label, "两委来源：退役军人");
    }

    #[test]
    fn each_figure_stands_against_the_term_before_twice() {
        let section = section(&WordBook::default());
        let codes: Vec<&str> = section.figures.iter().map(|figure| figure.code.as_str()).collect();
        let own: Vec<&&str> = codes.iter().filter(|code| !code.ends_with("change")).collect();
        assert_eq!(codes.len(), 3 * own.len());
        for code in own {
            for kind in ["change", "relative_change"] {
                assert!(codes.contains(&format!("{code}.{kind}").as_str()), "{code}.{kind}");
            }
        }
        let unit = |code: &str| section.figures.iter().find(|figure| figure.code == code).unwrap().unit;
        assert_eq!(unit("committees.college_or_above.ratio.change"), Unit::Points);
        assert_eq!(unit("committees.college_or_above.ratio.relative_change"), Unit::Percent);
        assert_eq!(unit("committees.average_age.change"), Unit::Years);
        assert_eq!(unit("committees.average_age.relative_change"), Unit::Percent);
    }
}
