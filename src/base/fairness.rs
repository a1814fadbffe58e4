//! What no scheme may look at, of ratings, awards and assessments alike: who somebody is, and that he used his rights.

/// What somebody is and cannot or need not change: a criterion on it would discriminate.
const PROTECTED: [&str; 22] = [
    "民族",
    "性别",
    "男性",
    "女性",
    "年龄",
    "宗教",
    "信教",
    "籍贯",
    "户籍",
    "出身",
    "婚姻",
    "婚否",
    "离异",
    "生育",
    "残疾",
    "疾病",
    "病史",
    "健康状况",
    "血缘",
    "宗族",
    "姓氏",
    "血型",
];

/// Somebody's right to complain: a criterion on it would punish those who use it.
const COMPLAINTS: [&str; 12] =
    ["信访", "上访", "越级访", "缠访", "投诉", "举报", "申诉", "检举", "控告", "复议", "诉讼", "异议"];

/// Conduct in whose name one of these words stands.
const CONDUCT: [&str; 1] = ["民族团结"];

/// The same in codes.
const CODES: [(&str, bool); 12] = [
    ("ethnic", true),
    ("gender", true),
    ("sex", true),
    ("religio", true),
    ("marital", true),
    ("disab", true),
    ("native_place", true),
    ("petition", false),
    ("complain", false),
    ("appeal", false),
    ("lawsuit", false),
    ("whistle", false),
];

/// Why a criterion of this code and name may not be: a Chinese sentence that names the word; none where it may.
#[must_use]
pub fn protected(code: &str, name: &str) -> Option<String> {
    let plain: String = name.chars().filter(|letter| !letter.is_whitespace()).collect();
    let plain = CONDUCT.iter().fold(plain, |plain, conduct| plain.replace(conduct, ""));
    let of_name = |words: &[&'static str]| words.iter().find(|word| plain.contains(**word)).copied();
    let of_code = |is_personal: bool| {
        CODES
            .iter()
            .find(|(word, personal)| *personal == is_personal && is_part(code, word))
            .map(|(word, _)| *word)
    };
    if let Some(word) = of_name(&PROTECTED).or_else(|| of_code(true)) {
        return Some(format!(
            "“{name}”涉及“{word}”：评定和考核只看表现，不得以身份特征（民族、性别、年龄、宗教信仰、婚姻、健康等）为依据，请删除或改为具体表现"
        ));
    }
    let word = of_name(&COMPLAINTS).or_else(|| of_code(false))?;
    Some(format!(
        "“{name}”涉及“{word}”：信访、投诉、举报是法定权利，不得作为评定、考核加减分或一票否决的依据，请删除"
    ))
}

/// Whether a word is, or begins, one of the parts of a code.
fn is_part(code: &str, word: &str) -> bool {
    code == word
        || code.split('_').any(|part| part.starts_with(word))
        || code.contains(word) && word.contains('_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_somebody_is_and_that_he_complains_are_no_criteria() {
        for (code, name) in [
            ("a", "少数民族"),
            ("a", "年 龄结构"),
            ("sex", "人员构成"),
            ("religion", "思想"),
            ("a", "无越级上访"),
            ("a", "信访积案"),
            ("petitions", "稳定"),
            ("a", "被投诉次数"),
            ("a", "残疾人家庭"),
            ("a", "本村户籍人口"),
            ("a", "宗教场所"),
            ("marital_status", "家庭"),
            ("a", "行政申诉"),
        ] {
            assert!(protected(code, name).is_some(), "{code} {name}");
        }
        assert!(protected("a", "信访").unwrap().contains("法定权利"));
        assert!(protected("a", "性别").unwrap().contains("身份特征"));
    }

    #[test]
    fn conduct_is_a_criterion() {
        for (code, name) in [
            ("ideology", "思想政治"),
            ("neighbours", "邻里和睦"),
            ("courtyard", "干净庭院"),
            ("family", "良好家风"),
            ("example", "示范带动"),
            ("essex", "民主决策"),
            ("unity", "民族团结进步"),
        ] {
            assert_eq!(protected(code, name), None, "{code} {name}");
        }
    }
}
