//! What is printed: the quarterly report, and the forms that a clerk prints. How a page is set is the work of `print`,
//! how a sheet is of `sheets`; a form is written once and comes out as either (`form`).
//!
//! A form of one person leaves the house like any list: under the same rights, masked unless it is asked for in clear
//! with a reason, and with its entry in the trail before the file is handed on (`exports`).
mod form;
mod letter;
mod registration;
mod report;
pub(in crate::across) mod roster;
mod take;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::across::print::Fonts;
use crate::base::error::{Error, Result};

pub use letter::{Letter, LetterDetails};
pub use report::report;
pub use take::{Medium, Paper, Request, take};

/// The fonts that everything is printed with: looked for at the first print, then kept.
#[derive(Debug, Default)]
pub struct Press {
    own: Option<PathBuf>,
    fonts: Mutex<Option<Arc<Fonts>>>,
}

impl Press {
    /// A press that looks for fonts in `own` before the folders of the machine.
    #[must_use]
    pub fn new(own: Option<PathBuf>) -> Self {
        Self { own, fonts: Mutex::default() }
    }

    /// The fonts. Reads the disk: not for a thread that answers requests.
    ///
    /// # Errors
    /// `Refused`, with what to install, where the machine has none; they are looked for anew the next time.
    pub fn fonts(&self) -> Result<Arc<Fonts>> {
        // Whoever panicked while he looked left nothing half done.
        let mut kept = self.fonts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fonts) = &*kept {
            return Ok(fonts.clone());
        }
        let found = Fonts::find(self.own.as_deref()).map_err(|error| Error::Refused(error.to_string()))?;
        let fonts = Arc::new(found);
        *kept = Some(fonts.clone());
        Ok(fonts)
    }
}
