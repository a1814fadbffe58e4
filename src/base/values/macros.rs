//! What every value type gets besides its `parse`.

/// `FromStr` and `TryFrom<String>` (for serde's `try_from`) from the type's own `parse`.
macro_rules! parsed_text {
    ($type:ident, $error:ty) => {
        impl std::str::FromStr for $type {
            type Err = $error;

            fn from_str(input: &str) -> std::result::Result<Self, Self::Err> {
                Self::parse(input)
            }
        }

        impl TryFrom<String> for $type {
            type Error = $error;

            fn try_from(input: String) -> std::result::Result<Self, Self::Error> {
                Self::parse(&input)
            }
        }
    };
}

/// `Display` and `From<T> for String` from the type's own `as_str`, for values that anyone may read.
macro_rules! readable_text {
    ($type:ident) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.as_str().to_owned()
            }
        }
    };
}

/// An enumeration of `data/vocabulary.csv`: a code for JSON and the database, a Chinese name for people.
///
/// `parse` takes either and refuses anything else with the whole choice in the sentence. The first string
/// is what the field is called in that sentence. `or Added` after the list lets counties add words of their own to it.
#[macro_export]
macro_rules! vocabulary {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $type:ident, $what:literal {
            $($(#[$variant_attribute:meta])* $variant:ident = $code:literal, $name:literal;)+
        } $(or $added:ident)?
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        $visibility enum $type {
            $($(#[$variant_attribute])* $variant,)+
            $(
                /// What a county added.
                $added($crate::base::values::Word),
            )?
        }

        impl $type {
            /// Every value that each county knows, in the order of the vocabulary.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Takes the code or the Chinese name.
            ///
            /// # Errors
            /// When it is neither; the sentence lists the choice.
            pub fn parse(input: &str) -> std::result::Result<Self, $crate::base::values::VocabularyError> {
                let given = input.trim();
                Self::ALL
                    .iter()
                    .copied()
                    .find(|value| value.code() == given || value.name() == given)
                    .ok_or_else(|| {
                        $crate::base::values::VocabularyError::new(
                            $what,
                            given,
                            Self::ALL.iter().map(|value| (value.code(), value.name())),
                        )
                    })
            }

            $(
                /// Takes the code or the Chinese name of a value that each county knows, or of a word that this one added.
                ///
                /// # Errors
                /// When it is none of them; the sentence lists the choice.
                pub fn parse_with(
                    input: &str,
                    words: &[$crate::base::values::Word],
                ) -> std::result::Result<Self, $crate::base::values::VocabularyError> {
                    let given = input.trim();
                    let own = || words.iter().find(|word| word.code() == given || word.name() == given);
                    let choice = || Self::ALL.iter().map(|value| (value.code(), value.name()));
                    Self::parse(given).or_else(|_| {
                        own().copied().map(Self::$added).ok_or_else(|| {
                            let words = words.iter().map(|word| (word.code(), word.name()));
                            $crate::base::values::VocabularyError::new($what, given, choice().chain(words))
                        })
                    })
                }
            )?

            /// The code in JSON and in the database.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                    $(Self::$added(word) => word.code(),)?
                }
            }

            /// The name on pages and in workbooks.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    $(Self::$added(word) => word.name(),)?
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::base::values::VocabularyError;

            fn from_str(input: &str) -> std::result::Result<Self, Self::Err> {
                Self::parse(input)
            }
        }

        impl TryFrom<String> for $type {
            type Error = $crate::base::values::VocabularyError;

            fn try_from(input: String) -> std::result::Result<Self, Self::Error> {
                Self::parse(&input)
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.code().to_owned()
            }
        }
    };
}
