//! The definitions of a bundle, beside those of this program.

use super::super::super::figures;
use super::super::archive::{Archive, DEFINITIONS};
use super::super::definitions::Definitions;
use super::binding::Closing;
use super::{ProofFaultKind, ProofVerdict};
use crate::records::words::WordBook;

/// Figures that a county has of its own: one for each source that it added.
const OWN: [&str; 2] = ["committees.source.", "reserves.source."];
/// Figures of the stars of a scheme.
const STARS: &str = "ratings.members.stars.";

/// Reads the definitions. A bundle of this version of cadre has the definitions of this program; one of another version may
/// have others, which are named.
pub(super) fn read(
    archive: &Archive,
    closing: Option<&Closing>,
    verdict: &mut ProofVerdict,
) -> Option<Definitions> {
    let text = archive.files.get(DEFINITIONS);
    let read = text.map(|text| serde_json::from_str::<Definitions>(text));
    let definitions = match read {
        Some(Ok(definitions)) if definitions.form == super::super::definitions::FORM => definitions,
        Some(Err(error)) => {
            verdict.fault(ProofFaultKind::Definitions, format!("{DEFINITIONS}：无法读取（{error}）"));
            return None;
        }
        _ => {
            verdict.fault(ProofFaultKind::Definitions, format!("{DEFINITIONS}：缺失，或格式未知"));
            return None;
        }
    };
    let stars =
        definitions.figures().filter_map(|figure| figure.code.strip_prefix(STARS)?.parse().ok()).max();
    let own =
        Definitions::of(&figures::sections(stars.filter(|stars: &i32| *stars > 0), &WordBook::default()));
    let of_this_version = archive.manifest.cadre == env!("CARGO_PKG_VERSION");
    for difference in differences(&definitions, &own) {
        let message = format!("{DEFINITIONS}：{difference}");
        if of_this_version {
            verdict.fault(ProofFaultKind::Definitions, message);
        } else {
            verdict.notices.push(format!("{message}（证明包由 cadre {} 制作）", archive.manifest.cadre));
        }
    }
    let then = closing.and_then(|closing| closing.definitions.as_deref());
    if let (Some(then), Ok(now)) = (then, definitions.digest())
        && then != now
    {
        verdict.notices.push(
            "指标定义与结账时的不同：结账后程序更新过，或县（区）的词表变过。报告按证明包中的定义重算。"
                .to_owned(),
        );
    }
    Some(definitions)
}

fn differences(bundle: &Definitions, own: &Definitions) -> Vec<String> {
    let mut found = Vec::new();
    let is_of_county = |code: &str| OWN.iter().any(|prefix| code.starts_with(prefix));
    for figure in bundle.figures() {
        match own.figures().find(|known| known.code == figure.code) {
            Some(known) if known == figure => {}
            Some(_) => found.push(format!("指标 {} 的定义不是本程序的定义", figure.code)),
            None if is_of_county(&figure.code) => {}
            None => found.push(format!("指标 {} 是本程序没有的", figure.code)),
        }
    }
    for known in own.figures().filter(|known| bundle.figures().all(|figure| figure.code != known.code)) {
        found.push(format!("缺少指标 {}", known.code));
    }
    let grids = |of: &Definitions| -> Vec<_> { of.sections.iter().map(|one| one.grids.clone()).collect() };
    let parts = [
        ("事实表的各项", bundle.tables == own.tables),
        ("一人多职的合并方式", bundle.person == own.person),
        ("党员变动的平衡式", bundle.balance == own.balance),
        ("分组表", grids(bundle) == grids(own)),
    ];
    found.extend(parts.iter().filter(|(_, same)| !same).map(|(what, _)| format!("{what}不是本程序的定义")));
    found
}
