//! Opens a file of either format and gives its rows as an iterator; starts and watches the confined process.

use std::ffi::OsString;
use std::fs::File;
use std::io::BufReader;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::cell::{Notice, Row};
use super::delimited::Delimited;
use super::error::ReadError;
use super::limits::Limits;
use super::package::{self, Kind};
use super::wire::{self, Frame};

/// The program that takes workbooks apart: `cadre` itself with its hidden command. File and sheet are appended.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

impl Program {
    /// The hidden command of the command line.
    pub const COMMAND: &str = "read-sheet";

    /// The `cadre` program at `path`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), arguments: vec![Self::COMMAND.into()] }
    }

    /// The running program; only right where that is `cadre`.
    ///
    /// # Errors
    /// When the operating system does not say which program is running.
    pub fn this() -> std::io::Result<Self> {
        std::env::current_exe().map(Self::at)
    }
}

/// Opens `path` and reads the sheet called `sheet` (a csv has only one and no name). Blocking: call it, and the
/// iterator, off the request threads.
///
/// # Errors
/// What can be told without reading rows: size, kind, encoding. Everything else comes out of the iterator.
pub fn open(program: &Program, path: &Path, sheet: &str) -> Result<Rows, ReadError> {
    let limits = Limits::default();
    let unreadable = |error: std::io::Error| ReadError::unreadable(&error);
    let path = path.canonicalize().map_err(unreadable)?;
    let mut file = File::open(&path).map_err(unreadable)?;
    let source = match package::kind(&mut file, &limits)? {
        Kind::Delimited => Source::Delimited(Box::new(Delimited::open(file, &limits)?)),
        Kind::Workbook => Source::Workbook(Workbook::start(program, &path, sheet, &limits)?),
    };
    Ok(Rows { source, notices: Vec::new(), finished: false })
}

/// The rows of a file, in its order, blank rows left out. After an error nothing more comes.
#[derive(Debug)]
pub struct Rows {
    source: Source,
    notices: Vec<Notice>,
    finished: bool,
}

#[derive(Debug)]
enum Source {
    Workbook(Workbook),
    Delimited(Box<Delimited>),
}

impl Rows {
    /// What the person who gave the file should know. Complete once the iterator has ended.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn advance(&mut self) -> Result<Option<Row>, ReadError> {
        match &mut self.source {
            Source::Delimited(text) => text.next_row(),
            Source::Workbook(workbook) => loop {
                match workbook.next_frame()? {
                    Frame::Row(row) => return Ok(Some(row)),
                    Frame::Notice(notice) => self.notices.push(notice),
                    Frame::Failure(error) => return Err(error),
                    Frame::End => return Ok(None),
                }
            },
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let row = self.advance().transpose();
        self.finished = !matches!(row, Some(Ok(_)));
        row
    }
}

type Batch = Result<Vec<Frame>, ReadError>;

/// The confined process and the thread that listens to it.
#[derive(Debug)]
struct Workbook {
    child: Child,
    listener: Option<JoinHandle<()>>,
    batches: Option<Receiver<Batch>>,
    frames: std::vec::IntoIter<Frame>,
    /// How long we may still wait for the process; the time that our own work takes does not count.
    patience: Duration,
    limits: Limits,
}

impl Workbook {
    fn start(program: &Program, path: &Path, sheet: &str, limits: &Limits) -> Result<Self, ReadError> {
        let mut child = Command::new(&program.path)
            .args(&program.arguments)
            .arg(path)
            .arg(sheet)
            .env_clear()
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(ReadError::reader)?;
        let (sender, receiver) = sync_channel(4);
        let listener = child.stdout.take().map(|output| {
            let limits = limits.clone();
            std::thread::spawn(move || listen(output, &sender, &limits))
        });
        Ok(Self {
            child,
            listener,
            batches: Some(receiver),
            frames: Vec::new().into_iter(),
            patience: limits.time,
            limits: limits.clone(),
        })
    }

    fn next_frame(&mut self) -> Result<Frame, ReadError> {
        loop {
            if let Some(frame) = self.frames.next() {
                return Ok(frame);
            }
            let Some(batches) = &self.batches else {
                return Err(ReadError::reader("读取已经结束"));
            };
            let asked = Instant::now();
            match batches.recv_timeout(self.patience) {
                Ok(batch) => {
                    self.patience = self.patience.saturating_sub(asked.elapsed());
                    self.frames = batch?.into_iter();
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.stop();
                    return Err(self.too_slow());
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.why_it_ended()),
            }
        }
    }

    fn too_slow(&self) -> ReadError {
        ReadError::TooSlow { seconds: self.limits.time.as_secs() }
    }

    /// The process ended without a last word: its exit status is all there is.
    fn why_it_ended(&mut self) -> ReadError {
        match self.child.wait() {
            Ok(status) => self.verdict(status),
            Err(error) => ReadError::reader(error),
        }
    }

    fn verdict(&self, status: ExitStatus) -> ReadError {
        use rustix::process::Signal;
        let signal = status.signal().and_then(Signal::from_named_raw);
        if signal == Some(Signal::XCPU) {
            self.too_slow()
        } else if signal.is_some() {
            // Rust aborts when memory is refused, and the system kills when it has none left.
            ReadError::TooMuchMemory { limit: self.limits.memory / Limits::MEBIBYTE }
        } else if status.code() == Some(101) {
            ReadError::broken("读取到一半时出错")
        } else {
            ReadError::reader(status)
        }
    }

    fn stop(&mut self) {
        // A process that has already ended cannot be killed; that is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.batches = None;
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

impl Drop for Workbook {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Reads frames until the stream ends or nobody wants them, and passes them on by the hundred.
fn listen(output: ChildStdout, sender: &SyncSender<Batch>, limits: &Limits) {
    const BATCH: usize = 256;
    let mut output = BufReader::with_capacity(256 * 1024, output);
    let mut batch = Vec::new();
    loop {
        let frame = match wire::read(&mut output, limits) {
            Ok(Some(frame)) => frame,
            Ok(None) => {
                // What came whole is still worth having: a cut stream is told apart by its missing end.
                let _ = sender.send(Ok(batch));
                return;
            }
            Err(error) => {
                let _ = sender.send(Err(error));
                return;
            }
        };
        batch.push(frame);
        if batch.len() >= BATCH && sender.send(Ok(std::mem::take(&mut batch))).is_err() {
            return;
        }
    }
}
