//! The text of a document (.docx): the paragraphs of `word/document.xml`, and nothing else of it.
//!
//! No size is believed: the bytes are counted while they are unpacked. No entity but the five of XML and numbered
//! characters is known, and a document that declares others is refused.

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;
use zip::result::ZipError;

/// The unpacked size of the text part, in bytes.
const INFLATED: u64 = 20 * 1024 * 1024;

/// Files inside a document.
const PARTS: usize = 2_000;

/// The part that holds the text.
const TEXT: &str = "word/document.xml";

/// Why a document was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Another package.
    #[error("这不是 Word 文档（.docx）；请另存为 .docx，或直接粘贴文字。")]
    OtherPackage,
    /// A document under a password.
    #[error("文档设了打开密码，不能读取；请取消密码后另存再试，或直接粘贴文字。")]
    PasswordProtected,
    /// Larger than is read.
    #[error("文档展开后超过 {limit} MiB，不予读取；请只留下正文，或直接粘贴文字。")]
    TooLarge {
        /// The bound, in MiB.
        limit: u64,
    },
    /// Broken, or made to harm.
    #[error("文档已损坏或不完整（{0}）；请用 Word 或 WPS 打开，另存为新的 .docx 文件后再试。")]
    Broken(String),
}

/// The paragraphs of a document, a line each.
///
/// # Errors
/// A Chinese sentence with the way out.
pub fn read(bytes: &[u8]) -> Result<String, DocumentError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(package_error)?;
    if archive.len() > PARTS {
        return Err(DocumentError::Broken(format!("内含 {} 个部件，超过 {PARTS} 个", archive.len())));
    }
    let part = match archive.by_name(TEXT) {
        Ok(part) => part,
        Err(ZipError::FileNotFound) => return Err(DocumentError::OtherPackage),
        Err(error) => return Err(package_error(error)),
    };
    let too_large = || DocumentError::TooLarge { limit: INFLATED / (1024 * 1024) };
    if part.size() > INFLATED {
        return Err(too_large());
    }
    let mut xml = Vec::new();
    let read = part.take(INFLATED + 1).read_to_end(&mut xml);
    read.map_err(|error| DocumentError::Broken(format!("解压出错：{error}")))?;
    if u64::try_from(xml.len()).unwrap_or(u64::MAX) > INFLATED {
        return Err(too_large());
    }
    let xml = String::from_utf8(xml).map_err(|_| DocumentError::Broken("正文不是 UTF-8 编码".to_owned()))?;
    paragraphs(xml.trim_start_matches('\u{feff}'))
}

fn package_error(error: ZipError) -> DocumentError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => DocumentError::PasswordProtected,
        other => DocumentError::Broken(format!("压缩结构不对：{other}")),
    }
}

/// Elements whose text stands elsewhere too: what an older program would show, and what was moved away.
const SKIPPED: [&str; 2] = ["Fallback", "moveFrom"];

fn paragraphs(xml: &str) -> Result<String, DocumentError> {
    let broken = |error: quick_xml::Error| DocumentError::Broken(format!("正文结构不对：{error}"));
    let mut reader = Reader::from_str(xml);
    let mut text = String::new();
    let (mut skipped, mut inside) = (0_usize, false);
    loop {
        match reader.read_event().map_err(broken)? {
            Event::Eof => return Ok(text),
            Event::DocType(_) => return Err(DocumentError::Broken("正文声明了外部定义".to_owned())),
            Event::Start(element) => {
                let name = element.local_name();
                skipped += usize::from(skipped > 0 || SKIPPED.contains(&name.as_ref()));
                inside = name.as_ref() == "t";
            }
            Event::End(element) => {
                if element.local_name().as_ref() == "p" && skipped == 0 {
                    text.push('\n');
                }
                inside = false;
                skipped = skipped.saturating_sub(1);
            }
            Event::Empty(element) if skipped == 0 => match element.local_name().as_ref() {
                "p" | "br" | "cr" => text.push('\n'),
                "tab" => text.push('\t'),
                "noBreakHyphen" => text.push('-'),
                _ => {}
            },
            Event::Text(words) if inside && skipped == 0 => text.push_str(&words),
            Event::CData(words) if inside && skipped == 0 => text.push_str(&words),
            Event::GeneralRef(name) if inside && skipped == 0 => {
                let character = name.resolve_char_ref().map_err(broken)?.or_else(|| predefined(&name));
                text.push(
                    character.ok_or_else(|| DocumentError::Broken(format!("未定义的实体 {}", &*name)))?,
                );
            }
            _ => {}
        }
    }
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;

    /// A document with this body.
    pub(in crate::across::articles) fn document(body: &str) -> Vec<u8> {
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"w\" xmlns:mc=\"m\"><w:body>{body}</w:body></w:document>"
        );
        package(&[("[Content_Types].xml", "<Types/>"), (TEXT, &xml)])
    }

    fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let deflated = zip::write::SimpleFileOptions::default();
        for (name, content) in parts {
            writer.start_file(*name, deflated).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn paragraphs_become_lines() {
        let body = "<w:p><w:r><w:t>满票当选的</w:t></w:r><w:r><w:t xml:space=\"preserve\">228名 </w:t><w:tab/><w:t>占67.06%&amp;&#x4E00;</w:t></w:r></w:p>\
            <w:p><w:r><w:instrText>PAGE 9</w:instrText><w:delText>删去</w:delText><w:t>第二段</w:t></w:r></w:p>\
            <mc:AlternateContent><mc:Choice><w:p><w:r><w:t>框</w:t></w:r></w:p></mc:Choice>\
            <mc:Fallback><w:p><w:r><w:t>框</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>";
        assert_eq!(read(&document(body)).unwrap(), "满票当选的228名 \t占67.06%&一\n第二段\n框\n");
    }

    #[test]
    fn entities_are_not_expanded() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><w:document><w:body><w:p><w:t>&b;</w:t></w:p></w:body></w:document>";
        assert!(matches!(read(&package(&[(TEXT, bomb)])), Err(DocumentError::Broken(_))));
        assert!(matches!(
            read(&document("<w:p><w:r><w:t>&b;</w:t></w:r></w:p>")),
            Err(DocumentError::Broken(_))
        ));
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let blanks = " ".repeat(usize::try_from(INFLATED).unwrap() + 1);
        let bytes = package(&[(TEXT, &blanks)]);
        assert!(bytes.len() < 100_000, "the bomb is small");
        assert_eq!(read(&bytes), Err(DocumentError::TooLarge { limit: 20 }));
    }

    #[test]
    fn other_files_are_named() {
        assert_eq!(read(&package(&[("xl/workbook.xml", "<x/>")])), Err(DocumentError::OtherPackage));
        assert!(matches!(read(b"PK\x03\x04nothing"), Err(DocumentError::Broken(_))));
        assert!(matches!(read(&document("<w:p><w:r>")), Err(DocumentError::Broken(_))));
    }
}
