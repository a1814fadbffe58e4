//! Made-up names with the frequencies of real ones: surnames of the country and the county, given names by
//! sex and decade, and the names of the ethnic groups that write theirs with a dot.

use crate::base::values::{PersonName, PersonNameError, Sex};

use super::chance::Chance;

/// The commonest surnames, weighted by bearers per 10,000 (population register, rounded).
const SURNAMES: &[(&str, u32)] = &[
    ("王", 717),
    ("李", 719),
    ("张", 683),
    ("刘", 538),
    ("陈", 453),
    ("杨", 308),
    ("赵", 229),
    ("黄", 223),
    ("周", 213),
    ("吴", 205),
    ("徐", 167),
    ("孙", 154),
    ("胡", 131),
    ("马", 129),
    ("朱", 126),
    ("郭", 119),
    ("林", 118),
    ("何", 117),
    ("高", 100),
    ("郑", 93),
    ("罗", 86),
    ("宋", 81),
    ("谢", 81),
    ("梁", 84),
    ("唐", 78),
    ("邓", 76),
    ("许", 73),
    ("韩", 68),
    ("冯", 64),
    ("曹", 62),
    ("彭", 63),
    ("曾", 58),
    ("肖", 56),
    ("田", 52),
    ("董", 51),
    ("潘", 49),
    ("袁", 48),
    ("蔡", 47),
    ("蒋", 47),
    ("余", 46),
    ("于", 46),
    ("杜", 46),
    ("叶", 45),
    ("程", 44),
    ("魏", 43),
    ("苏", 43),
    ("吕", 42),
    ("丁", 41),
    ("任", 40),
    ("卢", 39),
    ("姚", 39),
    ("沈", 39),
    ("钟", 38),
    ("姜", 37),
    ("崔", 37),
    ("谭", 36),
    ("陆", 35),
    ("范", 34),
    ("汪", 34),
    ("廖", 33),
    ("石", 32),
    ("金", 31),
    ("韦", 30),
    ("贾", 30),
    ("夏", 30),
    ("付", 29),
    ("方", 29),
    ("邹", 28),
    ("熊", 27),
    ("白", 27),
    ("孟", 26),
    ("秦", 26),
    ("邱", 25),
    ("侯", 25),
    ("江", 25),
    ("尹", 24),
    ("薛", 24),
    ("闫", 23),
    ("雷", 22),
    ("龙", 21),
    ("黎", 20),
    ("史", 20),
    ("陶", 19),
    ("贺", 19),
    ("毛", 19),
    ("郝", 18),
    ("顾", 18),
    ("龚", 18),
    ("邵", 17),
    ("万", 17),
    ("覃", 16),
    ("武", 16),
    ("钱", 15),
    ("戴", 15),
    ("严", 14),
    ("莫", 14),
    ("孔", 13),
    ("向", 13),
    ("常", 12),
    ("单", 5),
    ("仇", 4),
    ("解", 4),
    ("查", 3),
    ("冉", 6),
    ("牟", 6),
    ("易", 10),
    ("欧阳", 5),
    ("上官", 1),
    ("尉迟", 1),
];

/// Surnames that are much commoner among Tujia people.
const TUJIA: &[(&str, u32)] = &[
    ("向", 900),
    ("田", 800),
    ("覃", 700),
    ("彭", 500),
    ("谭", 400),
    ("冉", 300),
    ("邓", 300),
    ("秦", 200),
    ("唐", 200),
    ("庹", 60),
];

/// Letters of men's given names by decade of birth: before 1950, 1950s, 60s, 70s, 80s, 90s and later.
const MEN: [&str; 6] = [
    "德明国清兴大正光成文福贵祥顺发财生洪永志才忠义仁安云昌全荣寿",
    "国建华明志文正光林平忠祥福生发贵德胜安民云清学义成全新军",
    "建国军平明勇华文斌刚强林峰涛辉波兵红学忠伟东毅勤春",
    "勇军伟涛强华斌辉刚波峰平健林鹏杰超明红海鸿飞东俊松",
    "伟磊鹏超杰涛浩亮峰俊波飞强刚斌凯宇帅旭阳林龙鑫",
    "浩鑫宇杰俊豪鹏文博轩涛天翔毅航子睿阳晨旭哲凯锐",
];

/// Letters of women's given names, likewise.
const WOMEN: [&str; 6] = [
    "秀英兰珍芳玉桂凤莲香淑琼素清华贞翠碧菊春",
    "秀英兰芳珍玉琼华群素蓉莲桂淑清明翠碧菊梅",
    "红梅芳英琼丽华群燕萍玲琴霞蓉兰碧艳娟春素",
    "红丽梅燕芳艳霞娟玲琴萍敏静华英琼莉蓉翠晓",
    "丽娟婷静燕艳敏霞倩莉芳玲娜雪梅丹莎颖琳萍",
    "婷雨欣怡雪梦思佳琪璐颖静慧文玉萱瑶雅琳芸",
];

/// The letter that a village's generation shares comes first in many men's names.
const GENERATIONS: &str = "国光先德正大世明永兴祖宗家绍克承昌启发朝";

/// Letters that stand outside the plane of common characters, as a few real names do.
const RARE: &[&str] = &["𬱖", "䶮", "堃", "喆", "㴋", "𫖯", "昇", "淼"];

/// Names of Uygur members as written in Chinese: own name, father's name.
const UYGUR: (&[&str], &[&str], &[&str]) = (
    &["买买提", "阿不都", "艾力", "吐尔逊", "库尔班", "阿卜杜热合曼"],
    &["古丽", "阿依古丽", "帕提古丽", "热孜万古丽", "祖丽皮亚"],
    &["吐尔逊", "买买提", "艾合买提", "阿不都热依木", "依明", "肉孜"],
);

/// Names of Tibetan members: two words without a surname.
const TIBETAN: &[&str] = &["扎西", "次仁", "多吉", "卓玛", "央金", "格桑", "旺堆", "拉姆", "平措", "德吉"];

/// The surnames of one county.
pub struct Names {
    surnames: Vec<(String, u32)>,
    tujia: Vec<(String, u32)>,
}

impl Names {
    /// Those of the country and, on top, the county's own.
    pub fn new<'a>(local: impl Iterator<Item = (&'a String, &'a u32)>) -> Self {
        let owned = |list: &[(&str, u32)]| -> Vec<(String, u32)> {
            list.iter().map(|(surname, weight)| ((*surname).to_owned(), *weight)).collect()
        };
        let mut surnames = owned(SURNAMES);
        surnames.extend(local.map(|(surname, weight)| (surname.clone(), *weight)));
        let mut tujia = surnames.clone();
        tujia.extend(owned(TUJIA));
        Self { surnames, tujia }
    }

    /// A name for somebody of this ethnic group, sex and birth year.
    pub fn draw(
        &self,
        chance: &mut Chance,
        ethnicity: &str,
        sex: Sex,
        birth_year: i32,
    ) -> Result<PersonName, PersonNameError> {
        let name = match ethnicity {
            "05" => {
                let own = if sex == Sex::Man { UYGUR.0 } else { UYGUR.1 };
                format!("{}·{}", chance.word(own), chance.word(UYGUR.2))
            }
            "04" => format!("{}{}", chance.word(TIBETAN), chance.word(TIBETAN)),
            _ => {
                let surnames = if ethnicity == "15" { &self.tujia } else { &self.surnames };
                let surname = chance.weighted(surnames).map_or("王", String::as_str).to_owned();
                surname + &given_name(chance, sex, birth_year)
            }
        };
        PersonName::parse(&name)
    }
}

fn given_name(chance: &mut Chance, sex: Sex, birth_year: i32) -> String {
    let decade = usize::try_from((birth_year - 1940) / 10).unwrap_or_default().min(5);
    let letters = if sex == Sex::Man { MEN } else { WOMEN };
    let letters = letters.get(decade).copied().unwrap_or_default();
    // Names of one character were the fashion of the seventies and eighties.
    let single = [900, 1_800, 2_800, 4_200, 4_500, 2_500].get(decade).copied().unwrap_or_default();
    if chance.per_myriad(8) {
        return chance.word(RARE).to_owned();
    }
    if chance.per_myriad(single) {
        return chance.letter(letters).to_string();
    }
    let shared = sex == Sex::Man && birth_year < 1985 && chance.per_myriad(5_500);
    let first = chance.letter(if shared { GENERATIONS } else { letters });
    let mut second = chance.letter(letters);
    // 丽丽 is common for women, 国国 is nobody's name.
    if second == first && sex == Sex::Man {
        second = if first == '明' { '华' } else { '明' };
    }
    format!("{first}{second}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::values::pinyin::search_keys;

    #[test]
    fn names_can_be_entered_and_found() {
        let local = std::collections::BTreeMap::from([("谭".to_owned(), 300)]);
        let names = Names::new(local.iter());
        let mut chance = Chance::new(1, "names");
        for year in 1925..2008 {
            for (ethnicity, sex) in
                [("01", Sex::Man), ("15", Sex::Woman), ("05", Sex::Man), ("04", Sex::Woman)]
            {
                let name = names.draw(&mut chance, ethnicity, sex, year).unwrap();
                assert!(search_keys(name.as_str()).len() >= 3, "{name}");
                assert_eq!(name.as_str().contains('·'), ethnicity == "05");
            }
        }
    }

    #[test]
    fn tujia_people_bear_tujia_surnames_more_often() {
        let names = Names::new([].into_iter());
        let mut chance = Chance::new(1, "names");
        let mut share = |ethnicity| {
            (0..1000)
                .filter(|_| {
                    let name = names.draw(&mut chance, ethnicity, Sex::Man, 1960).unwrap();
                    TUJIA.iter().any(|(surname, _)| name.as_str().starts_with(surname))
                })
                .count()
        };
        assert!(share("15") > 2 * share("01"));
    }
}
