//! People of a sample county: age, sex, ethnicity, education and numbers that hang together.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate};

use crate::base::values::{
    CitizenId, CitizenIdError, MobileNumber, MobileNumberError, PersonName, PersonNameError, Sex, Telephone,
    TelephoneError, completed_years,
};

use super::chance::Chance;
use super::model::SamplePerson;
use super::names::Names;
use super::pack::CountyPack;
use super::schooling;
use super::units::Sector;

/// Serial numbers of the sample begin here: offices give them out in order, so that the highest hardly ever
/// come up and a made-up number is hardly ever anybody's.
const FIRST_SERIAL: u16 = 900;
/// From 996 they were kept for centenarians.
const LAST_SERIAL: u16 = 995;

/// Address codes of neighbouring counties, for people who came from there.
const NEIGHBOURS: &[&str] = &[
    "500101", "500112", "500233", "500235", "500236", "511702", "420502", "420527", "420528", "420303",
    "420325", "422802", "422823", "430821", "610925",
];

/// Age bands (first, last, weight) of those who are in the register when it begins.
const FARMERS: &[((u32, u32), u32)] = &[
    ((19, 25), 3),
    ((26, 30), 6),
    ((31, 35), 8),
    ((36, 40), 9),
    ((41, 45), 8),
    ((46, 50), 9),
    ((51, 55), 11),
    ((56, 60), 11),
    ((61, 65), 9),
    ((66, 70), 10),
    ((71, 75), 8),
    ((76, 80), 5),
    ((81, 92), 3),
];
const STAFF: &[((u32, u32), u32)] = &[
    ((22, 30), 16),
    ((31, 35), 16),
    ((36, 40), 16),
    ((41, 45), 14),
    ((46, 50), 14),
    ((51, 55), 13),
    ((56, 60), 11),
];
const RETIRED: &[((u32, u32), u32)] =
    &[((60, 65), 30), ((66, 70), 28), ((71, 75), 20), ((76, 80), 12), ((81, 93), 10)];
/// Ages at admission.
const ADMITTED: &[((u32, u32), u32)] =
    &[((19, 24), 34), ((25, 30), 32), ((31, 35), 20), ((36, 45), 12), ((46, 55), 2)];

/// Why no person could be made. Cannot happen with sound packs; kept apart so that nothing panics.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// The name.
    #[error(transparent)]
    Name(#[from] PersonNameError),
    /// The citizen ID.
    #[error(transparent)]
    CitizenId(#[from] CitizenIdError),
    /// The mobile number.
    #[error(transparent)]
    Mobile(#[from] MobileNumberError),
    /// The telephone number.
    #[error(transparent)]
    Telephone(#[from] TelephoneError),
}

/// Makes people.
pub struct People<'a> {
    pack: &'a CountyPack,
    names: Names,
    ethnicities: Vec<(String, u32)>,
    chance: Chance,
    /// Serial numbers given so far, by address code, birth date and sex.
    serials: HashMap<(String, NaiveDate, Sex), u16>,
    /// The first of them.
    first_serial: u16,
}

/// Who is wanted.
pub struct Wanted<'a> {
    /// What he does.
    pub sector: Sector,
    /// Where he lives.
    pub place: &'a str,
    /// Birth date.
    pub born: NaiveDate,
    /// Whether he comes from another county.
    pub from_elsewhere: bool,
}

impl<'a> People<'a> {
    /// People of a county.
    pub fn new(pack: &'a CountyPack, seed: u64) -> Self {
        Self {
            pack,
            names: Names::new(pack.surnames.iter()),
            ethnicities: pack.ethnicities.iter().map(|(code, weight)| (code.clone(), *weight)).collect(),
            chance: Chance::new(seed, "people"),
            serials: HashMap::new(),
            first_serial: FIRST_SERIAL,
        }
    }

    /// People of a county who are not in its register, with serial numbers that no member has.
    pub fn beside(pack: &'a CountyPack, seed: u64, label: &str, first_serial: u16) -> Self {
        Self { chance: Chance::new(seed, label), first_serial, ..Self::new(pack, seed) }
    }

    /// A name for somebody who is only named.
    pub fn name(&mut self, sex: Sex, year: i32) -> Result<PersonName, PersonError> {
        let ethnicity = self.chance.weighted(&self.ethnicities).cloned().unwrap_or_else(|| "01".to_owned());
        Ok(self.names.draw(&mut self.chance, &ethnicity, sex, year)?)
    }

    /// A birth date of a member of a branch of this sector on `day`.
    pub fn born_for(&mut self, sector: Sector, day: NaiveDate) -> NaiveDate {
        let bands = match sector {
            Sector::Village | Sector::Community => FARMERS,
            Sector::Retired => RETIRED,
            _ => STAFF,
        };
        self.born(bands, day)
    }

    /// A birth date of somebody who is admitted on `day`.
    pub fn born_for_admission(&mut self, day: NaiveDate) -> NaiveDate {
        self.born(ADMITTED, day)
    }

    fn born(&mut self, bands: &[((u32, u32), u32)], day: NaiveDate) -> NaiveDate {
        let (low, high) = self.chance.weighted(bands).copied().unwrap_or((30, 60));
        let years = self.chance.between(low, high);
        let days = u64::from(years) * 36_525 / 100 + u64::from(self.chance.between(1, 364));
        day.checked_sub_days(Days::new(days)).unwrap_or(day)
    }

    /// A person.
    pub fn make(&mut self, wanted: &Wanted<'_>) -> Result<SamplePerson, PersonError> {
        let sex = if self.chance.per_myriad(women(wanted.sector, wanted.born.year())) {
            Sex::Woman
        } else {
            Sex::Man
        };
        self.make_of(wanted, sex)
    }

    /// A person of a sex.
    pub fn make_of(&mut self, wanted: &Wanted<'_>, sex: Sex) -> Result<SamplePerson, PersonError> {
        let ethnicity = self.chance.weighted(&self.ethnicities).cloned().unwrap_or_else(|| "01".to_owned());
        let name = self.names.draw(&mut self.chance, &ethnicity, sex, wanted.born.year())?;
        let married_in = sex == Sex::Woman && self.chance.per_myriad(800);
        let address_code = if wanted.from_elsewhere || married_in {
            self.chance.word(NEIGHBOURS).to_owned()
        } else {
            self.pack.code.clone()
        };
        let citizen_id = self.citizen_id(&address_code, wanted.born, sex)?;
        let (education, degree) = schooling::draw(&mut self.chance, wanted.sector, wanted.born.year());
        let home = crate::base::codes::divisions::county_name(&address_code)
            .map_or_else(|| format!("{}{}", self.pack.province, self.pack.name), str::to_owned);
        Ok(SamplePerson {
            name,
            citizen_id,
            ethnicity,
            education,
            degree,
            native_place: home,
            mobile: self.mobile(wanted.born)?,
            telephone: self.telephone()?,
            address: self.address(wanted),
        })
    }

    fn citizen_id(&mut self, address: &str, born: NaiveDate, sex: Sex) -> Result<CitizenId, CitizenIdError> {
        let mut born = born;
        loop {
            let first = if sex == Sex::Man { self.first_serial.saturating_add(1) } else { self.first_serial };
            let last = self.first_serial.saturating_add(LAST_SERIAL - FIRST_SERIAL);
            let next = self.serials.entry((address.to_owned(), born, sex)).or_insert(first);
            let serial = *next;
            *next = serial.saturating_add(2);
            if serial <= last {
                return CitizenId::compose(address, born, serial);
            }
            // Forty-eight people of one sex and day are enough.
            born = born.pred_opt().unwrap_or(born);
        }
    }

    /// Numbers begin with 154, which no operator uses.
    fn mobile(&mut self, born: NaiveDate) -> Result<Option<MobileNumber>, MobileNumberError> {
        let share = if born.year() < 1945 { 4_000 } else { 9_300 };
        if !self.chance.per_myriad(share) {
            return Ok(None);
        }
        let number = format!("154{:04}{:04}", self.chance.below(10_000), self.chance.below(10_000));
        MobileNumber::parse(&number).map(Some)
    }

    /// Landlines begin with 0 after the area code, which no subscriber's number does.
    fn telephone(&mut self) -> Result<Option<Telephone>, TelephoneError> {
        if !self.chance.per_myriad(500) {
            return Ok(None);
        }
        let area = &self.pack.telephone_area;
        let digits = self.chance.below(10_000_000);
        let local =
            if area.len() == 3 { format!("0{digits:07}") } else { format!("0{:06}", digits % 1_000_000) };
        Telephone::parse(&format!("{area}-{local}")).map(Some)
    }

    fn address(&mut self, wanted: &Wanted<'_>) -> String {
        const STREETS: [&str; 8] =
            ["人民路", "建设路", "滨江路", "文化路", "解放路", "广场路", "朝阳路", "迎宾路"];
        let place = wanted.place;
        match wanted.sector {
            Sector::Village => {
                format!("{place}{}组{}号", self.chance.between(1, 8), self.chance.between(1, 120))
            }
            Sector::Community => format!(
                "{place}{}号楼{}单元{}室",
                self.chance.between(1, 20),
                self.chance.between(1, 4),
                self.chance.between(1, 18) * 100 + self.chance.between(1, 4)
            ),
            _ => {
                let street = self.chance.word(&STREETS);
                format!("{place}{street}{}号", self.chance.between(1, 200))
            }
        }
    }

    /// The occupation of somebody of this sector and age.
    pub fn occupation(&mut self, sector: Sector, born: NaiveDate, today: NaiveDate) -> String {
        let age = completed_years(born, today).unwrap_or_default();
        let choice: &[(&str, u32)] = match (sector, age) {
            (_, 0..=21) => &[("3", 70), ("1", 15), ("113", 15)],
            (Sector::Village, 22..=59) => &[("1", 62), ("113", 30), ("021", 2), ("025", 4), ("5", 2)],
            (Sector::Village, _) => &[("1", 97), ("4", 3)],
            (Sector::Community, 22..=54) => {
                &[("025", 30), ("113", 22), ("021", 10), ("024", 8), ("5", 25), ("1", 5)]
            }
            (Sector::Community, _) => &[("4", 70), ("5", 30)],
            (Sector::Retired, _) | (_, 61..) => &[("4", 100)],
            (Sector::Office, _) => &[("011", 84), ("012", 10), ("016", 6)],
            (Sector::Education | Sector::Health, _) => &[("013", 86), ("012", 10), ("016", 4)],
            (Sector::StateEnterprise, _) => &[("014", 30), ("015", 32), ("016", 36), ("0164", 2)],
            (Sector::Private, _) => {
                &[("021", 24), ("022", 26), ("023", 6), ("024", 14), ("025", 26), ("0253", 4)]
            }
        };
        self.chance.weighted(choice).map_or("5", |code| code).to_owned()
    }
}

/// Women per ten thousand members of a sector and birth year: the later born, the more.
fn women(sector: Sector, year: i32) -> u32 {
    let farmers = match year {
        ..1950 => 1_000,
        1950..1960 => 1_300,
        1960..1970 => 1_800,
        1970..1980 => 2_500,
        1980..1990 => 3_300,
        1990..2000 => 4_200,
        _ => 4_800,
    };
    let more = match sector {
        Sector::Village => 0,
        Sector::Health => 3_000,
        Sector::Education => 2_200,
        _ => 900,
    };
    farmers + more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::across::sample::pack::Pack;
    use crate::base::codes;

    #[test]
    fn neighbours_exist() {
        for code in NEIGHBOURS {
            assert!(codes::divisions::county_name(code).is_some(), "{code}");
        }
    }

    #[test]
    fn many_people_of_one_day_have_numbers_of_their_own() {
        let pack = Pack::load("wufeng").unwrap();
        let mut people = People::new(&pack.county, 1);
        let born = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let mut numbers = std::collections::HashSet::new();
        for _ in 0..300 {
            let wanted = Wanted { sector: Sector::Village, place: "牛庄乡", born, from_elsewhere: false };
            let person = people.make(&wanted).unwrap();
            assert!(numbers.insert(person.citizen_id.as_str().to_owned()));
            assert!(codes::education().by_code(&person.education).is_some());
        }
    }

    #[test]
    fn every_occupation_is_in_the_table() {
        let pack = Pack::load("wufeng").unwrap();
        let mut people = People::new(&pack.county, 1);
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        for sector in [
            Sector::Village,
            Sector::Community,
            Sector::Office,
            Sector::Education,
            Sector::Health,
            Sector::StateEnterprise,
            Sector::Private,
            Sector::Retired,
        ] {
            for year in 1940..2008 {
                let born = NaiveDate::from_ymd_opt(year, 5, 5).unwrap();
                let code = people.occupation(sector, born, today);
                assert!(codes::occupation().by_code(&code).is_some(), "{code}");
            }
        }
    }
}
