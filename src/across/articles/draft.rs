//! What is handed in: a text, or a file that holds one.

use super::docx::{self, DocumentError};
use super::text::Lines;
use crate::across::sheets::decode;
use crate::base::error::{Error, Result};

/// Characters of a draft.
pub const LONGEST: usize = 200_000;

/// Bytes of a file.
pub const LARGEST: usize = 2 * 1024 * 1024;

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its text.
    pub text: String,
    /// What its lines are.
    pub lines: Lines,
}

/// Files that are often uploaded by mistake.
const OTHERS: [(&[u8], &str); 6] = [
    (b"\xD0\xCF\x11\xE0", "旧格式的 Word 文档（.doc 或 .wps）"),
    (b"%PDF", "PDF 文件"),
    (b"{\\rtf", "写字板文档（.rtf）"),
    (b"\xFF\xFE", "UTF-16 编码的文本"),
    (b"\xFE\xFF", "UTF-16 编码的文本"),
    (b"\x89PNG", "图片"),
];

impl Draft {
    /// Takes what was handed in: a text or a file, not both.
    ///
    /// # Errors
    /// `Invalid` with the field, and what to do.
    pub fn take(text: Option<&str>, file: Option<&[u8]>) -> Result<Self> {
        let text = text.filter(|text| !text.trim().is_empty());
        let draft = match (text, file.filter(|file| !file.is_empty())) {
            (None, None) => {
                return Err(Error::invalid("text", "没有收到文稿，请粘贴文字，或选择 .docx、.txt 文件。"));
            }
            (Some(_), Some(_)) => {
                return Err(Error::invalid("file", "文字和文件只核对一样，请清空文字，或不选文件。"));
            }
            (Some(text), None) => Self { text: text.to_owned(), lines: Lines::Wrapped },
            (None, Some(file)) => Self::of_file(file)?,
        };
        let length = draft.text.chars().count();
        let field = if text.is_some() { "text" } else { "file" };
        if length > LONGEST {
            let rule = format!("文稿有{length}字，超过上限{LONGEST}字；请分成几段核对。");
            return Err(Error::invalid(field, rule));
        }
        if draft.text.trim().is_empty() {
            return Err(Error::invalid(field, "文件里没有文字（图片里的文字不能识别）；请直接粘贴文字。"));
        }
        if draft.text.contains('\0') {
            return Err(Error::invalid(field, "文稿中含有不可用的空字符（U+0000），请删除后重新提交。"));
        }
        Ok(draft)
    }

    fn of_file(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > LARGEST {
            let size = bytes.len().div_ceil(1024);
            let limit = LARGEST / 1024;
            let rule = format!("文件有{size} KiB，超过上限{limit} KiB；请删去图片，或直接粘贴文字。");
            return Err(Error::invalid("file", rule));
        }
        if bytes.starts_with(b"PK") {
            let text = docx::read(bytes).map_err(|error: DocumentError| Error::invalid("file", error))?;
            return Ok(Self { text, lines: Lines::Paragraphs });
        }
        if let Some((_, kind)) = OTHERS.iter().find(|(start, _)| bytes.starts_with(start)) {
            let rule =
                format!("这是{kind}，不能读取；请另存为 .docx 或 UTF-8 文本（.txt），或直接粘贴文字。");
            return Err(Error::invalid("file", rule));
        }
        let text = decode(bytes.to_vec()).map_err(|_| {
            let rule = "文件不是 UTF-8 或 GB18030 编码的文本，也不是 .docx；请另存后再试，或直接粘贴文字。";
            Error::invalid("file", rule)
        })?;
        Ok(Self { text, lines: Lines::Wrapped })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::across::articles::docx::tests::document;

    fn refused(text: Option<&str>, file: Option<&[u8]>) -> String {
        Draft::take(text, file).unwrap_err().to_string()
    }

    #[test]
    fn a_text_or_a_file_is_taken() {
        assert_eq!(Draft::take(Some("全县340个村"), Some(b"")).unwrap().lines, Lines::Wrapped);
        let document = document("<w:p><w:r><w:t>全县340个村</w:t></w:r></w:p>");
        let draft = Draft::take(Some(" "), Some(&document)).unwrap();
        assert_eq!((draft.text.as_str(), draft.lines), ("全县340个村\n", Lines::Paragraphs));
        let (gb, _, _) = encoding_rs::GB18030.encode("满票当选的228名");
        assert_eq!(Draft::take(None, Some(&gb)).unwrap().text, "满票当选的228名");
    }

    #[test]
    fn what_cannot_be_checked_is_refused_with_the_way_out() {
        assert!(refused(None, None).contains("请粘贴文字"));
        assert!(refused(Some("a"), Some(b"b")).contains("只核对一样"));
        assert!(refused(Some(&"字".repeat(LONGEST + 1)), None).contains("超过上限200000字"));
        assert!(refused(None, Some(&vec![b'a'; LARGEST + 1])).contains("2048 KiB"));
        assert!(refused(None, Some(b"%PDF-1.7")).contains("PDF"));
        assert!(refused(None, Some(b"\xD0\xCF\x11\xE0\xA1")).contains(".doc"));
        assert!(refused(None, Some(b"\xE6\xFF")).contains("GB18030"));
        assert!(refused(None, Some(&document("<w:p/>"))).contains("没有文字"));
        assert!(refused(Some("a\0b"), None).contains("U+0000"));
    }
}
