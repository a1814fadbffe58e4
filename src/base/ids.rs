//! All ids as newtypes, so that any floor can name a thing without importing its area. UUIDv7, given here.

/// Declares an id type over `uuid::Uuid` that diesel, serde and Rocket understand.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[serde(transparent)]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// A new id, later than every one given before on this machine.
            #[must_use]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                uuid::Uuid::parse_str(text).map(Self)
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::Uuid, diesel::pg::Pg>::to_sql(&self.0, out)
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                <uuid::Uuid as diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg>>::from_sql(bytes)
                    .map(Self)
            }
        }

        impl<'r> rocket::request::FromParam<'r> for $name {
            type Error = &'r str;
            fn from_param(param: &'r str) -> Result<Self, Self::Error> {
                param.parse().map_err(|_| param)
            }
        }
    };
}

id!(
    /// A county.
    CountyId
);
id!(
    /// An organisation of the tree.
    OrganisationId
);
id!(
    /// An account that signs in.
    AccountId
);
id!(
    /// Two records of one person that were made one.
    MergeId
);
id!(
    /// A signed-in browser.
    SessionId
);
id!(
    /// A request that a second person decides.
    ApprovalId
);
id!(
    /// A bearer token of a program.
    AccessTokenId
);
id!(
    /// A person.
    PersonId
);
id!(
    /// A member: one spell of membership.
    MembershipId
);
id!(
    /// A proposed move of a member.
    TransferId
);
id!(
    /// An uploaded workbook.
    ImportId
);
id!(
    /// A grid that is being filled in.
    DraftId
);
id!(
    /// A rating scheme.
    SchemeId
);
id!(
    /// A dimension of one version of a rating scheme.
    DimensionId
);
id!(
    /// A round of ratings.
    RoundId
);
id!(
    /// That two people are near relatives.
    KinshipId
);
id!(
    /// A committee of a village.
    CommitteeId
);
id!(
    /// One term of a committee.
    TermId
);
id!(
    /// One post of a committee held by one person.
    SeatId
);
id!(
    /// Why something unusual in a term is as it is.
    ExplanationId
);
id!(
    /// An extension of a term that the superior approved.
    ExtensionId
);
id!(
    /// One vote on one post.
    ElectionId
);
id!(
    /// A county's own rule for its committees.
    CommitteeRuleId
);
id!(
    /// A version of a target that a county sets for its committees.
    TargetId
);
id!(
    /// A proposed team of a village.
    SlateId
);
id!(
    /// The rating of one subject in one round.
    RatingId
);
id!(
    /// One stay of one person in the pool of reserve cadres and local talent.
    ReserveId
);
id!(
    /// Somebody who guides one of the pool.
    MentorId
);
id!(
    /// What a mentor did.
    MentorNoteId
);
id!(
    /// A judgement of somebody in the pool.
    ReserveReviewId
);
id!(
    /// A version of what a county demands of its pool.
    ReserveSettingsId
);
id!(
    /// A version of how villages are assessed each quarter.
    AssessmentSchemeId
);
id!(
    /// What a version of an assessment scheme looks at.
    IndicatorId
);
id!(
    /// One town's assessment of its villages for one quarter.
    AssessmentRoundId
);
id!(
    /// The assessment of one village in one round.
    AssessmentId
);
id!(
    /// What was raised against a published assessment.
    AssessmentObjectionId
);
id!(
    /// A check of a village beside the quarterly assessment.
    InspectionId
);
id!(
    /// A draw of the units that are visited unannounced.
    VisitDrawId
);
id!(
    /// A draw of ratings that somebody else scores again.
    RatingSampleId
);
id!(
    /// A department that vets candidates.
    VettingDepartmentId
);
id!(
    /// A version of what candidates are vetted for.
    VettingChecklistId
);
id!(
    /// The vetting of one candidate for one term of a committee.
    CandidateCheckId
);
id!(
    /// What a department says of one item of a candidate.
    VerdictId
);
id!(
    /// One version of a rule of data quality.
    QualityRuleId
);
id!(
    /// One version of when and by whom quarters are signed off.
    QuarterSettingsId
);
id!(
    /// A sign-off of a quarter.
    SignOffId
);
id!(
    /// One version of the hours of training that a county demands.
    TrainingSettingsId
);
id!(
    /// A site where classes are held.
    TrainingSiteId
);
id!(
    /// A training programme.
    TrainingProgrammeId
);
id!(
    /// One version of what a training programme demands.
    TrainingDemandId
);
id!(
    /// A class of a training programme.
    TrainingClassId
);
id!(
    /// That a member is exempt from training.
    TrainingExemptionId
);
id!(
    /// Who guides whom.
    TrainingPairId
);
id!(
    /// One version of a scheme of awards.
    AwardSchemeId
);
id!(
    /// One village put forward for one award.
    AwardId
);
id!(
    /// An objection to an award or a rating.
    ObjectionId
);
id!(
    /// A version of a word that a county added to a list.
    WordId
);
id!(
    /// Whom or what a rating is about: a membership, an organisation, or a person.
    SubjectId
);
id!(
    /// Who scores in a round.
    RaterId
);

impl From<MembershipId> for SubjectId {
    fn from(membership: MembershipId) -> Self {
        Self(membership.0)
    }
}

impl From<OrganisationId> for SubjectId {
    fn from(organisation: OrganisationId) -> Self {
        Self(organisation.0)
    }
}

impl From<PersonId> for SubjectId {
    fn from(person: PersonId) -> Self {
        Self(person.0)
    }
}
