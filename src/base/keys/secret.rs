//! What is sealed, one name for each.

/// What an encrypted column holds; part of the associated data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// 公民身份号码.
    CitizenId,
    /// 手机号码.
    Mobile,
    /// 固定电话.
    Telephone,
    /// The rows of an uploaded workbook.
    ImportRow,
    /// The rows of a grid that is being filled in.
    DraftRow,
    /// An uploaded file that waits until somebody says what its columns are.
    Upload,
    /// What a department says of a candidate.
    Verdict,
    /// Why a candidate was filed or rejected.
    Decision,
    /// What the one-time codes of an account are made from.
    OneTimeCode,
    /// The seed of a draw that is not revealed yet.
    DrawSeed,
}

impl Secret {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::CitizenId,
        Self::Mobile,
        Self::Telephone,
        Self::ImportRow,
        Self::DraftRow,
        Self::Upload,
        Self::Verdict,
        Self::Decision,
        Self::OneTimeCode,
        Self::DrawSeed,
    ];

    pub(super) fn label(self) -> &'static [u8] {
        match self {
            Self::CitizenId => b"citizen_id",
            Self::Mobile => b"mobile",
            Self::Telephone => b"telephone",
            Self::ImportRow => b"import_row",
            Self::DraftRow => b"draft_row",
            Self::Upload => b"upload",
            Self::Verdict => b"verdict",
            Self::Decision => b"decision",
            Self::OneTimeCode => b"one_time_code",
            Self::DrawSeed => b"draw_seed",
        }
    }
}
