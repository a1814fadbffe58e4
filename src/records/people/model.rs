//! What a person is.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::base::error::{Error, Result};
use crate::base::ids::{CountyId, PersonId};
use crate::base::keys::{KeyRing, Secret};
use crate::base::values::{CitizenId, MobileNumber, PersonName, Sex, Telephone};
use crate::schema::people;

/// Everything that is known of a person, in parsed form.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Name.
    pub name: PersonName,
    /// Citizen ID.
    pub citizen_id: CitizenId,
    /// Sex.
    pub sex: Sex,
    /// GB/T 3304 code.
    pub ethnicity: String,
    /// Birth date.
    pub birth_date: NaiveDate,
    /// GB/T 4658 code.
    pub education: String,
    /// GB/T 6864 code.
    pub degree: Option<String>,
    /// Native place.
    pub native_place: Option<String>,
    /// Mobile number.
    pub mobile: Option<MobileNumber>,
    /// Telephone number.
    pub telephone: Option<Telephone>,
    /// Home address.
    pub address: Option<String>,
}

/// A person to be registered or rewritten, under an id given by the caller.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// His id.
    pub id: PersonId,
    /// What is known of him.
    pub identity: Identity,
}

/// A row of `people`.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = people)]
pub struct Person {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// His id.
    pub id: PersonId,
    /// Name.
    pub name: String,
    /// Pinyin, syllables parted by spaces.
    pub pinyin: String,
    /// GB/T 2261.1.
    pub sex: String,
    /// GB/T 3304.
    pub ethnicity: String,
    /// Birth date.
    pub birth_date: NaiveDate,
    /// Citizen ID, encrypted.
    pub citizen_id_cipher: Vec<u8>,
    /// Keyed MAC of the citizen ID.
    pub citizen_id_mac: Vec<u8>,
    /// GB/T 4658.
    pub education: String,
    /// GB/T 6864.
    pub degree: Option<String>,
    /// Native place.
    pub native_place: Option<String>,
    /// Mobile number, encrypted.
    pub mobile_cipher: Option<Vec<u8>>,
    /// Keyed MAC of the mobile number; none also where the number was written before MACs were kept.
    pub mobile_mac: Option<Vec<u8>>,
    /// Telephone number, encrypted.
    pub telephone_cipher: Option<Vec<u8>>,
    /// Keyed MAC of the telephone number; none also where the number was written before MACs were kept.
    pub telephone_mac: Option<Vec<u8>>,
    /// Home address.
    pub address: Option<String>,
}

/// How often and when a row of `people` was changed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = people)]
pub struct Stamp {
    /// Rises by one with every change.
    pub version: i32,
    /// When he was registered.
    pub created_at: DateTime<Utc>,
    /// When he was last changed.
    pub updated_at: DateTime<Utc>,
    /// Who changed him last; none where nobody has.
    pub updated_by: Option<String>,
}

/// The identifiers of a person as they are shown.
#[derive(Debug, Clone)]
pub struct Masks {
    /// Citizen ID: the first six digits and stars.
    pub citizen_id: String,
    /// Mobile number.
    pub mobile: Option<String>,
    /// Telephone number.
    pub telephone: Option<String>,
}

/// A person with everything that is shown of him. Identifiers are masked.
#[derive(Debug, Clone)]
pub struct PersonCard {
    /// The person; his identifiers are still encrypted.
    pub person: Person,
    /// How often and when he was changed.
    pub stamp: Stamp,
    /// His identifiers as they are shown.
    pub masks: Masks,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Person {
    /// The row of a person: identifiers are encrypted here, each beside the MAC that it is found by.
    ///
    /// # Errors
    /// `Broken` when the key ring refuses.
    pub fn seal(county: CountyId, person: &NewPerson, keys: &KeyRing) -> Result<Self> {
        let identity = &person.identity;
        let owner = person.id.0;
        let seal = |secret, text: &str| keys.seal(secret, owner, text.as_bytes()).map_err(Error::broken);
        Ok(Self {
            county_id: county,
            id: person.id,
            name: identity.name.as_str().to_owned(),
            pinyin: crate::base::values::pinyin::sort_key(identity.name.as_str()),
            sex: identity.sex.code().to_owned(),
            ethnicity: identity.ethnicity.clone(),
            birth_date: identity.birth_date,
            citizen_id_cipher: seal(Secret::CitizenId, identity.citizen_id.as_str())?,
            citizen_id_mac: keys.mac(Secret::CitizenId, identity.citizen_id.as_str()),
            education: identity.education.clone(),
            degree: identity.degree.clone(),
            native_place: identity.native_place.clone(),
            mobile_cipher: identity.mobile.as_ref().map(|m| seal(Secret::Mobile, m.as_str())).transpose()?,
            mobile_mac: identity.mobile.as_ref().map(|m| keys.mac(Secret::Mobile, m.as_str())),
            telephone_cipher: identity
                .telephone
                .as_ref()
                .map(|t| seal(Secret::Telephone, t.as_str()))
                .transpose()?,
            telephone_mac: identity.telephone.as_ref().map(|t| keys.mac(Secret::Telephone, t.as_str())),
            address: identity.address.clone(),
        })
    }

    /// The citizen ID as it is shown: masked.
    ///
    /// # Errors
    /// `Broken` when the key does not fit or the stored value no longer parses.
    pub fn masked_citizen_id(&self, keys: &KeyRing) -> Result<String> {
        let plain = keys.unseal_text(Secret::CitizenId, self.id.0, &self.citizen_id_cipher);
        let plain = plain.map_err(Error::broken)?;
        Ok(CitizenId::parse(&plain).map_err(Error::broken)?.masked())
    }

    /// The identifiers as they are shown; they are opened only to be masked.
    ///
    /// # Errors
    /// `Broken` when the key does not fit or a stored value no longer parses.
    pub fn masks(&self, keys: &KeyRing) -> Result<Masks> {
        let open = |secret, cipher: &Option<Vec<u8>>| {
            cipher.as_ref().map(|cipher| keys.unseal_text(secret, self.id.0, cipher)).transpose()
        };
        let mobile = open(Secret::Mobile, &self.mobile_cipher).map_err(Error::broken)?;
        let mobile = mobile.map(|text| MobileNumber::parse(&text)).transpose().map_err(Error::broken)?;
        let telephone = open(Secret::Telephone, &self.telephone_cipher).map_err(Error::broken)?;
        let telephone = telephone.map(|text| Telephone::parse(&text)).transpose().map_err(Error::broken)?;
        Ok(Masks {
            citizen_id: self.masked_citizen_id(keys)?,
            mobile: mobile.map(|number| number.masked()),
            telephone: telephone.map(|number| number.masked()),
        })
    }

    /// What the row says, with identifiers in clear: for comparing and rewriting, never for showing.
    ///
    /// # Errors
    /// `Broken` when the key does not fit or a stored value no longer parses.
    pub fn unseal(&self, keys: &KeyRing) -> Result<Identity> {
        let open = |secret, cipher: &[u8]| keys.unseal_text(secret, self.id.0, cipher).map_err(Error::broken);
        let citizen_id = open(Secret::CitizenId, &self.citizen_id_cipher)?;
        let mobile = self.mobile_cipher.as_ref().map(|cipher| open(Secret::Mobile, cipher)).transpose()?;
        let telephone =
            self.telephone_cipher.as_ref().map(|cipher| open(Secret::Telephone, cipher)).transpose()?;
        Ok(Identity {
            name: PersonName::parse(&self.name).map_err(Error::broken)?,
            citizen_id: CitizenId::parse(&citizen_id).map_err(Error::broken)?,
            sex: Sex::parse(&self.sex).map_err(Error::broken)?,
            ethnicity: self.ethnicity.clone(),
            birth_date: self.birth_date,
            education: self.education.clone(),
            degree: self.degree.clone(),
            native_place: self.native_place.clone(),
            mobile: mobile.map(|text| MobileNumber::parse(&text)).transpose().map_err(Error::broken)?,
            telephone: telephone.map(|text| Telephone::parse(&text)).transpose().map_err(Error::broken)?,
            address: self.address.clone(),
        })
    }
}
