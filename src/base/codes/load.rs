//! Reads the embedded files. A row that cannot be read would be left out; the tests prove that none is.

use std::collections::HashMap;

use csv::StringRecord;

use super::education::EducationLevel;
use super::table::{CodeEntry, CodeTable};

const ETHNICITY: &str = include_str!("../../../data/gbt3304_1991_ethnic.csv");
const ETHNICITY_BEYOND: &str = include_str!("../../../data/gbt3304_ethnic_local_extensions.csv");
const EDUCATION: &str = include_str!("../../../data/gbt4658_2006_education.csv");
const DEGREE: &str = include_str!("../../../data/gbt6864_2003_degree.csv");
const SEX: &str = include_str!("../../../data/gbt2261_1_2003_sex.csv");
const POLITICAL_STATUS: &str = include_str!("../../../data/gbt4762_1984_political_status.csv");
const OCCUPATION: &str = include_str!("../../../data/party_stat_job_post.csv");
const VOCABULARY: &str = include_str!("../../../data/vocabulary.csv");

/// An alias names the level only, never whether the course was completed: nothing is guessed.
const EDUCATION_ALIASES: &[(&str, &[&str])] = &[
    ("10", &["研究生", "研究生学历"]),
    ("20", &["本科", "大学本科", "大学"]),
    ("30", &["大专", "专科", "大学专科"]),
    ("40", &["中专", "职高", "技校", "中技", "中职", "中专中技"]),
    ("60", &["高中", "普通高中", "高级中学"]),
    ("70", &["初中", "初级中学"]),
    ("80", &["小学"]),
];

const POLITICAL_STATUS_ALIASES: &[(&str, &[&str])] =
    &[("01", &["党员", "正式党员"]), ("02", &["预备党员"]), ("03", &["团员"])];

const OCCUPATION_ALIASES: &[(&str, &[&str])] = &[
    ("1", &["农民", "务农"]),
    ("113", &["外出务工经商", "外出务工"]),
    ("4", &["离退休", "退休", "退休人员"]),
];

/// The rows of a file below its header line.
pub fn rows(file: &str) -> Vec<StringRecord> {
    csv::Reader::from_reader(file.as_bytes()).into_records().filter_map(Result::ok).collect()
}

/// A cell of a row; an absent one is empty.
pub fn cell(row: &StringRecord, column: usize) -> &str {
    row.get(column).unwrap_or_default()
}

fn aliases(of: &[(&str, &'static [&'static str])], code: &str) -> Vec<&'static str> {
    of.iter().filter(|(own, _)| *own == code).flat_map(|(_, words)| words.iter().copied()).collect()
}

/// A spreadsheet turns `01` into 1; in a table of two-digit codes that is still the same code.
fn without_zero(code: &str) -> Option<&str> {
    code.strip_prefix('0')
}

pub fn ethnicity() -> CodeTable {
    let standard = rows(ETHNICITY);
    let beyond = rows(ETHNICITY_BEYOND);
    let entries = standard
        .iter()
        .map(|row| {
            let short = [cell(row, 3)];
            let words: Vec<&str> = short.into_iter().chain(without_zero(cell(row, 0))).collect();
            CodeEntry::new(cell(row, 0), cell(row, 2), &words, "")
        })
        .chain(beyond.iter().map(|row| CodeEntry::new(cell(row, 0), cell(row, 1), &[], "")))
        .collect();
    CodeTable::new("民族", "GB/T 3304", entries)
}

pub fn education() -> CodeTable {
    let entries = rows(EDUCATION)
        .iter()
        .map(|row| {
            CodeEntry::new(
                cell(row, 0),
                cell(row, 1),
                &aliases(EDUCATION_ALIASES, cell(row, 0)),
                cell(row, 2),
            )
        })
        .collect();
    CodeTable::new("学历", "GB/T 4658", entries)
}

pub fn education_levels() -> HashMap<String, EducationLevel> {
    rows(EDUCATION)
        .iter()
        .map(|row| {
            let level = EducationLevel {
                college_or_above: cell(row, 4) == "1",
                high_school_or_above: cell(row, 5) == "1",
            };
            (cell(row, 0).to_owned(), level)
        })
        .collect()
}

pub fn degree() -> CodeTable {
    let entries = rows(DEGREE)
        .iter()
        .map(|row| {
            let name = cell(row, 1);
            // 工学学士学位 is also written 工学学士, and 学士 also 学士学位.
            let other = match name.strip_suffix("学位") {
                Some(short) => short.to_owned(),
                None => format!("{name}学位"),
            };
            CodeEntry::new(cell(row, 0), name, &[&other], cell(row, 2))
        })
        .collect();
    CodeTable::new("学位", "GB/T 6864", entries)
}

pub fn sex() -> CodeTable {
    let entries = rows(SEX).iter().map(|row| CodeEntry::new(cell(row, 0), cell(row, 1), &[], "")).collect();
    CodeTable::new("性别", "GB/T 2261.1", entries)
}

pub fn political_status() -> CodeTable {
    let entries = rows(POLITICAL_STATUS)
        .iter()
        .map(|row| {
            let (code, name, short) = (cell(row, 0), cell(row, 1), cell(row, 2));
            let mut words: Vec<&str> = aliases(POLITICAL_STATUS_ALIASES, code);
            words.extend(without_zero(code));
            if short != name {
                words.push(short);
            }
            CodeEntry::new(code, name, &words, "")
        })
        .collect();
    CodeTable::new("政治面貌", "GB/T 4762", entries)
}

pub fn occupation() -> CodeTable {
    let entries = rows(OCCUPATION)
        .iter()
        .map(|row| {
            let code = cell(row, 0);
            CodeEntry::new(code, cell(row, 1), &aliases(OCCUPATION_ALIASES, code), cell(row, 2))
        })
        .collect();
    CodeTable::new("工作岗位", "党内统计岗位代码", entries)
}

/// What a list of the vocabulary is called in a sentence.
fn title(list: &str) -> &'static str {
    match list {
        "organisation_kind" | "reserve_kind" => "类别",
        "committee_kind" => "组织类型",
        "post" => "职务",
        "leaving_reason" => "离职原因",
        "committee_source" => "来源渠道",
        "reserve_source" => "来源",
        "selection_route" => "选拔方式",
        "reserve_state" | "slate_state" => "状态",
        "target_level" => "适用层级",
        "target_comparison" => "方向",
        "training_field" => "领域",
        "training_result" => "考核结果",
        "award_kind" => "星级村类别",
        "appraisal_grade" => "评议等次",
        "arrival" => "进入方式",
        "membership_category" => "人员类别",
        "membership_status" => "党籍状态",
        _ => "代码",
    }
}

pub fn vocabulary() -> Vec<(String, CodeTable)> {
    let mut lists: Vec<(String, Vec<CodeEntry>)> = Vec::new();
    for row in rows(VOCABULARY) {
        let entry = CodeEntry::new(cell(&row, 1), cell(&row, 2), &[], "");
        match lists.iter_mut().find(|(list, _)| list == cell(&row, 0)) {
            Some((_, entries)) => entries.push(entry),
            None => lists.push((cell(&row, 0).to_owned(), vec![entry])),
        }
    }
    lists
        .into_iter()
        .map(|(list, entries)| {
            let table = CodeTable::new(title(&list), "词汇表", entries);
            (list, table)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(file: &str) -> usize {
        file.trim_end().lines().count() - 1
    }

    #[test]
    fn every_row_of_every_file_is_read() {
        let tables = [
            (ethnicity(), lines(ETHNICITY) + lines(ETHNICITY_BEYOND)),
            (education(), lines(EDUCATION)),
            (degree(), lines(DEGREE)),
            (sex(), lines(SEX)),
            (political_status(), lines(POLITICAL_STATUS)),
            (occupation(), lines(OCCUPATION)),
        ];
        for (table, lines) in tables {
            assert_eq!(table.entries().len(), lines, "{}", table.title());
            assert!(table.entries().iter().all(|e| !e.code.is_empty() && !e.name.is_empty()));
        }
        let entries: usize = vocabulary().iter().map(|(_, table)| table.entries().len()).sum();
        assert_eq!(entries, lines(VOCABULARY));
        assert!(vocabulary().iter().all(|(list, _)| !list.is_empty()));
    }

    #[test]
    fn no_spelling_means_two_things_and_every_parent_exists() {
        let mut tables = vec![ethnicity(), education(), degree(), sex(), political_status(), occupation()];
        tables.extend(vocabulary().into_iter().map(|(_, table)| table));
        for table in &tables {
            let mut spellings: Vec<String> = Vec::new();
            for entry in table.entries() {
                let mut own: Vec<String> = entry.spellings().collect();
                own.sort();
                own.dedup();
                spellings.extend(own);
                if let Some(parent) = &entry.parent {
                    assert!(table.by_code(parent).is_some(), "{} {}", table.title(), entry.code);
                }
            }
            let all = spellings.len();
            spellings.sort();
            spellings.dedup();
            assert_eq!(spellings.len(), all, "{}", table.title());
        }
    }

    #[test]
    fn every_alias_belongs_to_a_code() {
        for (table, aliases) in [
            (education(), EDUCATION_ALIASES),
            (political_status(), POLITICAL_STATUS_ALIASES),
            (occupation(), OCCUPATION_ALIASES),
        ] {
            for (code, words) in aliases {
                for word in *words {
                    assert_eq!(&table.find(word).unwrap().code, code);
                }
            }
        }
    }

    #[test]
    fn codes_names_and_short_names_are_found() {
        let code = |table: CodeTable, input: &str| table.find(input).unwrap().code.clone();
        assert_eq!(code(ethnicity(), "汉"), "01");
        assert_eq!(code(ethnicity(), "1"), "01");
        assert_eq!(code(ethnicity(), " 土家族 "), "15");
        assert_eq!(code(ethnicity(), "１５"), "15");
        assert_eq!(code(education(), "大专"), "30");
        assert_eq!(code(education(), "大学本科毕业"), "21");
        assert_eq!(code(degree(), "工学学士"), "408");
        assert_eq!(code(degree(), "硕士学位"), "3");
        assert_eq!(code(political_status(), "中共党员"), "01");
        assert_eq!(code(occupation(), "企业管理人员(公有制)"), "014");
        assert_eq!(code(occupation(), "1"), "1");
        assert_eq!(code(occupation(), "01"), "01");
    }

    #[test]
    fn a_word_that_is_not_there_gets_its_neighbours() {
        let sentence = |table: CodeTable, input: &str| table.find(input).unwrap_err().to_string();
        let near = sentence(ethnicity(), "土加族");
        assert!(near.starts_with("民族“土加族”不在代码表（GB/T 3304）中，相近的有土家族（15）、"), "{near}");
        assert!(sentence(education(), "大本").contains("（2"), "{}", sentence(education(), "大本"));
        assert!(sentence(ethnicity(), "@@").contains("如汉族（01）"));
        assert_eq!(sentence(ethnicity(), " "), "民族没有填写；请填写GB/T 3304的代码或名称");
    }

    #[test]
    fn a_type_ahead_finds_by_code_name_pinyin_and_initials() {
        let first = |typed: &str| ethnicity().search(typed, 10).first().map(|e| e.name.clone());
        assert_eq!(first("15").as_deref(), Some("土家族"));
        assert_eq!(first("土家").as_deref(), Some("土家族"));
        assert_eq!(first("tujia").as_deref(), Some("土家族"));
        assert_eq!(first("tjz").as_deref(), Some("土家族"));
        assert_eq!(first("HZ").as_deref(), Some("汉族"));
        assert_eq!(first("qqq"), None);
        assert_eq!(ethnicity().search("", 5).len(), 5);
        assert_eq!(education().search("dazhuan", 5).first().unwrap().code, "30");
    }
}
