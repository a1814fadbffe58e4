//! What kind of file this is, by its bytes, and whether the parts of a workbook are safe to unpack.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::error::ReadError;
use super::limits::Limits;

/// The two kinds of file that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Workbook,
    Delimited,
}

/// Signatures of files that are often uploaded by mistake.
const OTHERS: &[(&[u8], &str)] = &[
    (b"%PDF", "PDF 文件"),
    (b"Rar!", "压缩包（.rar）"),
    (b"7z\xBC\xAF", "压缩包（.7z）"),
    (b"\x1F\x8B", "压缩包（.gz）"),
    (b"\x89PNG", "图片"),
    (b"\xFF\xD8\xFF", "图片"),
    (b"{\\rtf", "写字板文档（.rtf）"),
    (b"\xFF\xFE", "UTF-16 编码的文本（“Unicode 文本”）"),
    (b"\xFE\xFF", "UTF-16 编码的文本（“Unicode 文本”）"),
];
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const ZIP: &[u8] = b"PK";

/// Tells the kind of a file by its first bytes; its name plays no part.
///
/// # Errors
/// A sentence that names what the file is instead, or that it is too large or empty.
pub(super) fn kind(file: &mut File, limits: &Limits) -> Result<Kind, ReadError> {
    let failed = |error: std::io::Error| ReadError::unreadable(&error);
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(ReadError::OtherFormat { kind: "文件夹".to_owned() });
    }
    if metadata.len() > limits.file {
        return Err(ReadError::FileTooLarge {
            mebibytes: metadata.len().div_ceil(Limits::MEBIBYTE),
            limit: limits.file / Limits::MEBIBYTE,
        });
    }
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    if head.starts_with(COMPOUND) {
        return Err(compound(file).map_err(failed)?);
    }
    kind_of_bytes(&head)
}

fn kind_of_bytes(head: &[u8]) -> Result<Kind, ReadError> {
    if head.is_empty() {
        return Err(ReadError::Empty);
    }
    if head.starts_with(ZIP) {
        return Ok(Kind::Workbook);
    }
    let other = OTHERS.iter().find(|(signature, _)| head.starts_with(signature)).map(|(_, kind)| *kind);
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let kind = if let Some(kind) = other {
        kind
    } else if text.trim_ascii_start().starts_with(b"<") {
        "网页或 XML 表格"
    } else if head.contains(&0) {
        "不认识的二进制文件"
    } else {
        return Ok(Kind::Delimited);
    };
    Err(ReadError::OtherFormat { kind: kind.to_owned() })
}

/// A compound file is an encrypted xlsx or an old binary workbook; the names of its streams tell which.
fn compound(file: &mut File) -> std::io::Result<ReadError> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    Ok(if has("EncryptedPackage") {
        ReadError::PasswordProtected
    } else if has("WordDocument") {
        ReadError::OtherFormat { kind: "Word 文档（.doc 或 .wps）".to_owned() }
    } else {
        ReadError::OldBinary
    })
}

/// What unpacking once has shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Package {
    /// Whether any part mentions merged cells.
    pub merged: bool,
    /// Whether any sheet mentions something hidden.
    pub hidden: bool,
}

/// Unpacks every part once into nothing: no size is believed, the bytes are counted.
///
/// # Errors
/// [`ReadError::InflatedTooLarge`] by the sizes the file names or by the bytes it holds, and the sentences for
/// a broken, encrypted or foreign package.
pub(super) fn check(file: &mut File, limits: &Limits) -> Result<Package, ReadError> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(zip_error)?;
    let too_large = || ReadError::InflatedTooLarge { limit: limits.inflated / Limits::MEBIBYTE };
    if archive.len() > limits.parts {
        return Err(ReadError::broken(format!("内含 {} 个部件，超过 {} 个", archive.len(), limits.parts)));
    }
    foreign(&archive)?;
    let mut declared: u64 = 0;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(zip_error)?;
        if part.encrypted() {
            return Err(ReadError::PasswordProtected);
        }
        declared = declared.saturating_add(part.size());
    }
    if declared > limits.inflated {
        return Err(too_large());
    }
    let mut left = limits.inflated;
    let mut package = Package { merged: false, hidden: false };
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(zip_error)?;
        // Styles speak of hidden cells too, in nearly every workbook of some programs.
        let is_sheet = part.name().is_ok_and(|name| name.contains("worksheets/"));
        let mut part = part.take(left.saturating_add(1));
        let scanned = scan(&mut part).map_err(|error| ReadError::broken(io_words(&error)))?;
        left = left.checked_sub(scanned.bytes).ok_or_else(too_large)?;
        package.merged |= scanned.merged;
        package.hidden |= is_sheet && scanned.hidden;
    }
    Ok(package)
}

struct Scanned {
    bytes: u64,
    merged: bool,
    hidden: bool,
}

/// Reads to the end, counting, and looks for the words that a sheet with merged cells, or with hidden rows or columns,
/// must contain.
fn scan(part: &mut impl Read) -> std::io::Result<Scanned> {
    const MERGED: &[u8] = b"mergeCell ";
    const HIDDEN: &[u8] = b"hidden=";
    const LONGEST: usize = MERGED.len();
    let mut chunk = vec![0; 64 * 1024];
    let mut kept = 0;
    let mut scanned = Scanned { bytes: 0, merged: false, hidden: false };
    loop {
        let read = part.read(chunk.get_mut(kept..).unwrap_or_default())?;
        if read == 0 {
            return Ok(scanned);
        }
        scanned.bytes = scanned.bytes.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        let filled = chunk.get(..kept + read).unwrap_or_default();
        scanned.merged = scanned.merged || contains(filled, MERGED);
        scanned.hidden = scanned.hidden || contains(filled, HIDDEN);
        let tail = filled.len().saturating_sub(LONGEST - 1);
        kept = filled.len() - tail;
        chunk.copy_within(tail..tail + kept, 0);
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(bytes, word).is_some()
}

/// Refuses packages of other programs by their well-known parts, and workbooks with programs inside or with values that
/// belong to other files.
fn foreign<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<(), ReadError> {
    let has = |start: &[u8]| archive.file_names_raw().any(|name| name.starts_with(start));
    let kind = if has(b"xl/workbook.bin") {
        "二进制工作簿（.xlsb）"
    } else if has(b"xl/vbaProject") || has(b"xl/macrosheets/") {
        "含有宏的工作簿（.xlsm）"
    } else if has(b"xl/externalLinks/") {
        return Err(ReadError::Linked);
    } else if has(b"xl/") || has(b"[Content_Types].xml") && !has(b"word/") && !has(b"ppt/") {
        return Ok(());
    } else if has(b"word/") {
        "Word 文档（.docx）"
    } else if has(b"ppt/") {
        "演示文稿（.pptx）"
    } else if has(b"mimetype") && has(b"content.xml") {
        "ODS 表格（.ods）或其他开放文档"
    } else {
        "压缩包（.zip）"
    };
    Err(ReadError::OtherFormat { kind: kind.to_owned() })
}

fn zip_error(error: ZipError) -> ReadError {
    match error {
        ZipError::Io(error) => ReadError::broken(io_words(&error)),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ReadError::PasswordProtected,
        ZipError::UnsupportedArchive(what) => ReadError::broken(format!("压缩方式不支持：{what}")),
        other => ReadError::broken(format!("压缩结构不对：{other}")),
    }
}

fn io_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "文件不完整，可能没有下载完".to_owned(),
        _ => format!("解压出错：{error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_bytes() {
        assert_eq!(kind_of_bytes(b"PK\x03\x04"), Ok(Kind::Workbook));
        assert_eq!(kind_of_bytes("姓名,公民身份号码".as_bytes()), Ok(Kind::Delimited));
        assert_eq!(kind_of_bytes(b""), Err(ReadError::Empty));
        for (bytes, kind) in [
            (&b"%PDF-1.7"[..], "PDF 文件"),
            (b"\xEF\xBB\xBF\n <html>", "网页或 XML 表格"),
            (b"\xFF\xFEa\0", "UTF-16 编码的文本（“Unicode 文本”）"),
            (b"ab\0c", "不认识的二进制文件"),
        ] {
            let kind = kind.to_owned();
            assert_eq!(kind_of_bytes(bytes), Err(ReadError::OtherFormat { kind }));
        }
    }

    #[test]
    fn a_word_across_two_reads_is_found() {
        struct Slowly<'a>(&'a [u8]);
        impl Read for Slowly<'_> {
            fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                let length = self.0.len().min(3).min(into.len());
                let (now, later) = self.0.split_at(length);
                into[..length].copy_from_slice(now);
                self.0 = later;
                Ok(length)
            }
        }
        let xml = b"<sheetData/><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>";
        let scanned = scan(&mut Slowly(xml)).unwrap();
        assert!(scanned.merged);
        assert_eq!(scanned.bytes, 61);
        assert!(!scanned.hidden);
        assert!(!scan(&mut Slowly(b"<mergeCells/>")).unwrap().merged);
        assert!(scan(&mut Slowly(b"<row r=\"3\" hidden=\"1\"/>")).unwrap().hidden);
    }
}
