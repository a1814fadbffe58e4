//! The signals that ask a process to end, so that it ends in order: what it started is stopped first.

use std::io;
use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Which signal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupt {
    /// Ctrl-C.
    Keyboard,
    /// Asked by a supervisor or by `kill`.
    Terminate,
    /// The terminal was closed.
    Hangup,
}

impl Interrupt {
    /// The status with which a program that was ended by this signal is expected to exit: 128 and the signal's number.
    #[must_use]
    pub fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Hangup => 129,
            Self::Keyboard => 130,
            Self::Terminate => 143,
        })
    }
}

/// The three signals. While this exists, and ever after, they no longer end the process by themselves.
#[derive(Debug)]
pub struct Interrupts {
    keyboard: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Interrupts {
    /// Listens from now on. Call it before anything is started that must be stopped in order.
    ///
    /// # Errors
    /// The system refuses a handler.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            keyboard: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Interrupt {
        tokio::select! {
            _ = self.keyboard.recv() => Interrupt::Keyboard,
            _ = self.terminate.recv() => Interrupt::Terminate,
            _ = self.hangup.recv() => Interrupt::Hangup,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_signal_is_told_apart_and_ends_nothing() {
        let mut interrupts = Interrupts::listen().unwrap();
        for (signal, expected) in [
            (rustix::process::Signal::INT, Interrupt::Keyboard),
            (rustix::process::Signal::TERM, Interrupt::Terminate),
            (rustix::process::Signal::HUP, Interrupt::Hangup),
        ] {
            rustix::process::kill_process(rustix::process::getpid(), signal).unwrap();
            assert_eq!(interrupts.next().await, expected);
        }
    }
}
