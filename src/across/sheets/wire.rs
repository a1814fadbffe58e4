//! How the confined process hands rows to its parent: frames with their length in front.
//!
//! A frame is its length (four bytes, little endian) and a body; the body's first byte says what it is. Rows are
//! compact binary, the rare rest is JSON. The parent trusts nothing: every length is checked before it is used.

use std::io::{ErrorKind, Read, Write};

use chrono::{DateTime, Datelike, NaiveDate};

use super::cell::{Cell, Notice, Row};
use super::error::ReadError;
use super::limits::Limits;

const ROW: u8 = 1;
const NOTICE: u8 = 2;
const FAILURE: u8 = 3;
const END: u8 = 4;

const TEXT: u8 = 1;
const NUMBER: u8 = 2;
const BOOLEAN: u8 = 3;
const DATE: u8 = 4;
const MOMENT: u8 = 5;
const ERROR: u8 = 6;

/// One message of the confined process.
#[derive(Debug, PartialEq)]
pub(super) enum Frame {
    Row(Row),
    Notice(Notice),
    Failure(ReadError),
    End,
}

/// Writes one frame.
///
/// # Errors
/// [`ReadError::TextTooLong`] when a row outgrows its limit; [`ReadError::Reader`] when nobody listens.
pub(super) fn write(
    out: &mut impl Write,
    frame: &Frame,
    buffer: &mut Vec<u8>,
    limits: &Limits,
) -> Result<(), ReadError> {
    buffer.clear();
    match frame {
        Frame::Row(row) => encode_row(row, buffer),
        Frame::Notice(notice) => encode_json(NOTICE, notice, buffer)?,
        Frame::Failure(error) => encode_json(FAILURE, error, buffer)?,
        Frame::End => buffer.push(END),
    }
    let length = u32::try_from(buffer.len())
        .ok()
        .filter(|_| buffer.len() <= limits.row)
        .ok_or_else(|| too_long(frame, limits))?;
    out.write_all(&length.to_le_bytes()).and_then(|()| out.write_all(buffer)).map_err(ReadError::reader)
}

fn too_long(frame: &Frame, limits: &Limits) -> ReadError {
    match frame {
        Frame::Row(row) => ReadError::TextTooLong { row: row.number, column: None, limit: limits.text },
        _ => ReadError::reader("消息过长"),
    }
}

fn encode_json(kind: u8, value: &impl serde::Serialize, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
    buffer.push(kind);
    serde_json::to_writer(buffer, value).map_err(ReadError::reader)
}

fn encode_row(row: &Row, buffer: &mut Vec<u8>) {
    buffer.push(ROW);
    buffer.extend_from_slice(&row.number.to_le_bytes());
    for (column, cell) in row.cells() {
        if matches!(cell, Cell::Empty) {
            continue;
        }
        buffer.extend_from_slice(&column.to_le_bytes());
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => encode_text(TEXT, text, buffer),
            Cell::Error(text) => encode_text(ERROR, text, buffer),
            Cell::Number(number) => {
                buffer.push(NUMBER);
                buffer.extend_from_slice(&number.to_le_bytes());
            }
            Cell::Boolean(flag) => buffer.extend_from_slice(&[BOOLEAN, u8::from(*flag)]),
            Cell::Date(date) => {
                buffer.push(DATE);
                buffer.extend_from_slice(&date.num_days_from_ce().to_le_bytes());
            }
            Cell::DateTime(moment) => {
                buffer.push(MOMENT);
                let micros = moment.and_utc().timestamp_micros();
                buffer.extend_from_slice(&micros.to_le_bytes());
            }
        }
    }
}

fn encode_text(kind: u8, text: &str, buffer: &mut Vec<u8>) {
    // A cell's text is bounded by the limits, far below what four bytes count.
    let length = u32::try_from(text.len()).unwrap_or(0);
    buffer.push(kind);
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(text.get(..length.try_into().unwrap_or(0)).unwrap_or_default().as_bytes());
}

/// Reads the next frame; `None` at the end of the stream.
///
/// # Errors
/// [`ReadError::Reader`] for anything that is not a whole, well-formed frame.
pub(super) fn read(from: &mut impl Read, limits: &Limits) -> Result<Option<Frame>, ReadError> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(ReadError::reader(error)),
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > limits.row {
        return Err(ReadError::reader("消息过长"));
    }
    let mut body = vec![0; length];
    match from.read_exact(&mut body) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(ReadError::reader(error)),
    }
    decode(&body).map(Some)
}

fn decode(body: &[u8]) -> Result<Frame, ReadError> {
    let malformed = || ReadError::reader("消息不合格式");
    let (kind, rest) = body.split_first().ok_or_else(malformed)?;
    match *kind {
        ROW => decode_row(rest).map(Frame::Row).ok_or_else(malformed),
        NOTICE => serde_json::from_slice(rest).map(Frame::Notice).map_err(ReadError::reader),
        FAILURE => serde_json::from_slice(rest).map(Frame::Failure).map_err(ReadError::reader),
        END => Ok(Frame::End),
        _ => Err(malformed()),
    }
}

/// Takes values from the front of a frame's body.
struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(u32::from_le_bytes(self.array()?)).ok()?;
        String::from_utf8(self.bytes(length)?.to_vec()).ok()
    }
}

fn decode_row(bytes: &[u8]) -> Option<Row> {
    let mut body = Body(bytes);
    let number = u32::from_le_bytes(body.array()?);
    let mut cells: Vec<(u32, Cell)> = Vec::new();
    while !body.0.is_empty() {
        let column = u32::from_le_bytes(body.array()?);
        if cells.last().is_some_and(|(last, _)| *last >= column) {
            return None;
        }
        let [kind] = body.array()?;
        let cell = match kind {
            TEXT => Cell::Text(body.text()?),
            ERROR => Cell::Error(body.text()?),
            NUMBER => Cell::Number(f64::from_le_bytes(body.array()?)),
            BOOLEAN => Cell::Boolean(body.array::<1>()? != [0]),
            DATE => Cell::Date(NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(body.array()?))?),
            MOMENT => {
                let micros = i64::from_le_bytes(body.array()?);
                Cell::DateTime(DateTime::from_timestamp_micros(micros)?.naive_utc())
            }
            _ => return None,
        };
        cells.push((column, cell));
    }
    Some(Row::new(number, cells))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            "\\S.{0,40}".prop_map(Cell::Text),
            "#\\S{1,10}".prop_map(Cell::Error),
            (-1e300..1e300).prop_map(Cell::Number),
            any::<bool>().prop_map(Cell::Boolean),
            (600_000..800_000).prop_map(|day| Cell::Date(NaiveDate::from_num_days_from_ce_opt(day).unwrap())),
            (0..4_102_444_800_000_000_i64).prop_map(|micros| Cell::DateTime(
                DateTime::from_timestamp_micros(micros).unwrap().naive_utc()
            )),
        ]
    }

    proptest! {
        #[test]
        fn rows_come_out_as_they_went_in(
            number in 1..1_048_577_u32,
            cells in proptest::collection::btree_map(0..16_384_u32, cell(), 0..30),
        ) {
            let frame = Frame::Row(Row::new(number, cells.into_iter().collect()));
            let mut bytes = Vec::new();
            write(&mut bytes, &frame, &mut Vec::new(), &Limits::default()).unwrap();
            let read = read(&mut bytes.as_slice(), &Limits::default()).unwrap();
            prop_assert_eq!(read, Some(frame));
        }

        #[test]
        fn noise_is_refused_and_never_believed(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            // Only that it returns: a panic or a huge allocation fails the test.
            let _ = read(&mut bytes.as_slice(), &Limits::default());
            let _ = decode(&bytes);
        }
    }

    #[test]
    fn a_frame_longer_than_a_row_may_be_is_refused_unread() {
        let error = read(&mut &[0xFF, 0xFF, 0xFF, 0xFF][..], &Limits::default()).unwrap_err();
        assert!(error.is_ours());
    }

    #[test]
    fn a_row_too_long_to_send_names_itself() {
        let limits = Limits { row: 10, ..Limits::default() };
        let row = Row::new(214, vec![(0, Cell::Text("党".repeat(10)))]);
        let error = write(&mut Vec::new(), &Frame::Row(row), &mut Vec::new(), &limits).unwrap_err();
        assert_eq!(error.to_string(), "第 214 行的文字太长（一格最多 32767 个字）；请缩短后再上传");
    }
}
