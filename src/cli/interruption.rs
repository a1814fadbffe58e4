//! Ends a command in order when it is interrupted: what it holds is dropped, and with it this process's use of the
//! private PostgreSQL; a server finishes its requests first.

use std::io;
use std::pin::pin;
use std::sync::{Arc, OnceLock};

use crate::base::interrupt::{Interrupt, Interrupts};

/// Where a command leaves word that it serves, and how to ask the server to finish.
#[derive(Debug, Clone, Default)]
pub struct Serving(Arc<OnceLock<rocket::Shutdown>>);

impl Serving {
    /// From now on an interrupt asks the server to finish.
    pub fn begin(&self, shutdown: rocket::Shutdown) {
        // A process serves once; a second server would be ended with the first.
        let _ = self.0.set(shutdown);
    }
}

/// How a command ended.
#[derive(Debug)]
pub enum Ended<T> {
    /// With its own result; also a server that was asked to finish.
    Itself(T),
    /// In the middle.
    Interrupted(Interrupt),
}

/// Runs a command until it ends or is interrupted. A server gets one request to finish; the next interrupt ends it.
///
/// # Errors
/// The system refuses a handler for signals.
pub async fn guard<T>(command: impl Future<Output = T>, serving: &Serving) -> io::Result<Ended<T>> {
    let mut interrupts = Interrupts::listen()?;
    let mut command = pin!(command);
    let mut asked = false;
    loop {
        tokio::select! {
            result = &mut command => return Ok(Ended::Itself(result)),
            interrupt = interrupts.next() => match serving.0.get() {
                Some(shutdown) if !asked => {
                    asked = true;
                    shutdown.clone().notify();
                }
                _ => return Ok(Ended::Interrupted(interrupt)),
            },
        }
    }
}
