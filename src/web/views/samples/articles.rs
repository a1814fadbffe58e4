//! An invented draft, checked.

use super::pages::frame;
use crate::web::views::articles::{Checked, Note, Piece};
use crate::web::views::parts::{Badge, Fact, Link, Notice, Tone};
use crate::web::views::{Control, Form, FormPage, Group, Section, controls};

fn piece(text: &str, tone: Option<Tone>, notes: &[usize]) -> Piece {
    Piece { text: text.into(), tone, notes: notes.to_vec() }
}

fn note(number: usize, level: (&str, Tone), kind: &'static str, words: &str, message: &str) -> Note {
    Note {
        number,
        level: Badge::new(level.0, level.1),
        kind,
        words: words.into(),
        message: message.into(),
        figure: (kind == "对照记录").then(|| Link::new("查看", "/figures/organisations.villages")),
    }
}

/// See the page of this name.
pub fn checked() -> Checked {
    let (doubt, right) = (("存疑", Tone::Warning), ("相符", Tone::Good));
    Checked {
        frame: frame("clerk", Section::Reports),
        back: Link::new("文稿核对", "/articles"),
        facts: vec![
            Fact::text("组织", "巫山县"),
            Fact::text("季度", "2026年第一季度，按现有记录计算"),
            Fact::text("字数", "112"),
            Fact::text("数字", "7个"),
            Fact::text("有误", "1处"),
            Fact::text("存疑", "1处"),
            Fact::text("相符", "2处"),
        ],
        notices: vec![
            Notice::new(Tone::Warning, "文稿里没有提到“巫山县”，请换一个组织再核对。"),
            Notice::new(Tone::Neutral, "文稿只用于这一次核对：不保存。"),
        ],
        complaints: vec![
            note(
                1,
                ("有误", Tone::Bad),
                "占比",
                "228名，67.60%",
                "没有一个整数总数能使228名占67.60%：占340个的是67.06%；请核对人数（个数）、总数和百分比。",
            ),
            note(
                2,
                doubt,
                "年数",
                "五年，2020年，2023年",
                "2020年至2023年首尾都算是4年，文中写“五年”；请核对年限或起止年份。",
            ),
        ],
        others: vec![
            note(
                3,
                right,
                "对照记录",
                "340个",
                "340个与2026年第一季度的“村（社区）”（organisations.villages）相符。",
            ),
            note(4, right, "合计", "1名，2名，5名，12名，20名", "1＋2＋5＋12＝20名，与20名相符。"),
        ],
        pieces: vec![
            piece("　　全县", None, &[]),
            piece("340个", Some(Tone::Good), &[3]),
            piece("村（社区）换届，满票当选的", None, &[]),
            piece("228名", Some(Tone::Bad), &[1]),
            piece("，占", None, &[]),
            piece("67.60%", Some(Tone::Bad), &[]),
            piece("。\n　　按照“用", None, &[]),
            piece("五年", Some(Tone::Warning), &[2]),
            piece(
                "时间轮训一遍”的要求，从2020年起，2023年完成。储备20名，其中1名、2名、5名、12名。",
                None,
                &[],
            ),
        ],
    }
}

/// See the page of this name: a draft that was refused.
pub fn refused() -> FormPage {
    let controls = vec![
        Control::new(
            "organisation",
            "对照哪个组织的记录",
            controls::Kind::Select(vec![controls::Choice::new("500237", "巫山县")]),
        )
        .required()
        .value("500237")
        .columns(6),
        Control::new(
            "quarter",
            "截至哪个季度",
            controls::Kind::Select(vec![controls::Choice::new("2026Q1", "2026年第一季度（未结账）")]),
        )
        .required()
        .value("2026Q1")
        .columns(6)
        .hint("同时对照之前的三个季度"),
        Control::new("text", "文稿", controls::Kind::Area).columns(12).hint("整篇粘贴，最多200000字"),
        Control::new("file", "或者选择文件", controls::Kind::File(".docx,.txt"))
            .columns(12)
            .hint("最大 2 MiB"),
    ];
    let mut form = Form {
        action: "/articles".into(),
        csrf_token: "token".into(),
        groups: vec![Group::new("文稿", controls)],
        submit: "核对".into(),
        multipart: true,
        ..Form::default()
    };
    let message = "没有收到文稿，请粘贴文字，或选择 .docx、.txt 文件。";
    form.refuse(&[crate::base::error::FieldError::new("text", message, None)]);
    FormPage {
        frame: frame("clerk", Section::Reports),
        title: "文稿核对".into(),
        back: Link::new("季度报告", "/reports/quarterly"),
        facts: vec![Fact::text("查什么", "数字之间的算术")],
        note: "文稿只用于这一次核对：不保存，不写入数据库、日志和审计记录。".into(),
        form,
    }
}
