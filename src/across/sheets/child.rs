//! The confined process that takes a workbook apart: `cadre read-sheet FILE SHEET`, a hidden command.
//!
//! A workbook is a compressed, cross-referenced format, and a file of a few kilobytes can ask for gigabytes. The
//! process that reads it is therefore not the server: it has little memory and time, writes no file, leaves no
//! core, and inherits no environment, so no key and no address of a database either.

use std::io::{BufWriter, Write};
use std::path::Path;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::error::ReadError;
use super::limits::Limits;
use super::wire::{self, Frame};
use super::workbook::{self, Item};

/// Confines this process, reads the sheet and writes its rows as frames on standard output. To be called before
/// anything else is started, since the limits hold for the rest of the process's life.
///
/// Returns the exit status: 0 when the parent was told everything, be it rows or the reason why there are none;
/// 1 when it could not be told.
pub fn run(path: &Path, sheet: &str) -> u8 {
    let limits = Limits::default();
    if confine(&limits).is_err() {
        return 1;
    }
    let mut out = BufWriter::with_capacity(256 * 1024, std::io::stdout().lock());
    let told = tell(path, sheet, &limits, &mut out).and_then(|()| out.flush().map_err(ReadError::reader));
    u8::from(told.is_err())
}

/// Reads and writes frames; a refusal of the file is a frame too.
fn tell(path: &Path, sheet: &str, limits: &Limits, out: &mut impl Write) -> Result<(), ReadError> {
    let mut buffer = Vec::new();
    let read = workbook::read(path, sheet, limits, &mut |item| {
        let frame = match item {
            Item::Row(row) => Frame::Row(row),
            Item::Notice(notice) => Frame::Notice(notice),
        };
        wire::write(out, &frame, &mut buffer, limits)
    });
    let last = match read {
        Ok(()) => Frame::End,
        Err(error) => Frame::Failure(error),
    };
    wire::write(out, &last, &mut buffer, limits)
}

fn confine(limits: &Limits) -> rustix::io::Result<()> {
    let seconds = limits.time.as_secs();
    set(Resource::As, limits.memory, limits.memory)?;
    // The soft bound sends SIGXCPU, which the parent can tell from a kill; the hard one is the last word.
    set(Resource::Cpu, seconds, seconds + 5)?;
    set(Resource::Fsize, 0, 0)?;
    set(Resource::Core, 0, 0)?;
    set(Resource::Nofile, 32, 32)
}

fn set(resource: Resource, soft: u64, hard: u64) -> rustix::io::Result<()> {
    let limit = Rlimit { current: Some(soft), maximum: Some(hard) };
    setrlimit(resource, limit)
}
