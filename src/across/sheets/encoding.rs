//! Text of unknown encoding: UTF-8 or GB18030, strictly. A byte that fits neither is refused with its line.

use encoding_rs::GB18030;

use super::error::ReadError;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Multi-byte characters that a text must show before a later fault is held for damaged UTF-8 rather than for
/// GB18030: Chinese in GB18030 breaks the rules of UTF-8 within its first characters.
const CONVINCING: usize = 8;

/// Decodes a whole file.
///
/// # Errors
/// [`ReadError::Encoding`] with the first line that cannot be read.
pub(in crate::across) fn decode(bytes: Vec<u8>) -> Result<String, ReadError> {
    let (bytes, marked) = match bytes.strip_prefix(MARK) {
        Some(rest) => (rest.to_vec(), true),
        None => (bytes, false),
    };
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let valid = error.utf8_error().valid_up_to();
    let bytes = error.into_bytes();
    let before = bytes.get(..valid).unwrap_or_default();
    let wide = before.iter().filter(|byte| **byte >= 0xE0).count();
    if marked || wide >= CONVINCING {
        return Err(ReadError::Encoding { line: line(before) });
    }
    GB18030
        .decode_without_bom_handling_and_without_replacement(&bytes)
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| ReadError::Encoding { line: gb18030_fault(&bytes) })
}

/// The line, from 1, in which the bytes end.
fn line(before: &[u8]) -> usize {
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The first line that is not GB18030. A line break is never part of a longer character there.
fn gb18030_fault(bytes: &[u8]) -> usize {
    bytes
        .split(|byte| *byte == b'\n')
        .position(|line| GB18030.decode_without_bom_handling_and_without_replacement(line).is_none())
        .map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_read_without_being_told() {
        let text = "姓名,公民身份号码\n张伟,500237199001011234\n𬱖䶮,乐山·阿木\n";
        assert_eq!(decode(text.as_bytes().to_vec()).unwrap(), text);
        assert_eq!(
            decode([MARK, text.as_bytes()].concat()).unwrap(),
            text,
            "the mark is no character of the text"
        );
        let (bytes, _, lossy) = GB18030.encode(text);
        assert!(!lossy);
        assert_eq!(decode(bytes.into_owned()).unwrap(), text);
    }

    #[test]
    fn a_damaged_line_is_named() {
        let mut utf8 = "姓名,民族,学历,备注\n张伟,汉族\n李".as_bytes().to_vec();
        utf8.push(0xE6);
        utf8.extend_from_slice(b",x\n");
        assert_eq!(decode(utf8), Err(ReadError::Encoding { line: 3 }));

        let (gb, _, _) = GB18030.encode("姓名\n张伟\n");
        let mut gb = gb.into_owned();
        gb.extend_from_slice(b"\xFF,1\n");
        assert_eq!(decode(gb), Err(ReadError::Encoding { line: 3 }));

        let marked = [MARK, b"a\nb\xFF"].concat();
        assert_eq!(decode(marked), Err(ReadError::Encoding { line: 2 }));
    }
}
