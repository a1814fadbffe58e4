//! Reads the text of our PDF files back, as a reader's search and copy do: by the table of objects, the pages, and what
//! each font says that its glyphs mean.

use std::collections::HashMap;

/// A page: its text in the order in which it was written, without spaces; and what stands around it.
pub struct Page {
    pub body: String,
    pub frame: String,
}

/// The pages of a file.
pub fn pages(bytes: &[u8]) -> Vec<Page> {
    let file = File::new(bytes);
    let tree = file.find("/Type /Pages");
    let kids = references(&tree, "/Kids");
    kids.iter()
        .map(|page| {
            let contents = references(&file.text(*page), "/Contents");
            assert_eq!(contents.len(), 2, "a body and a frame");
            let resources = file.text(references(&file.text(*page), "/Resources")[0]);
            let fonts = file.fonts(&resources);
            let text = |stream| read(&file.stream(stream), &fonts);
            Page { body: text(contents[0]), frame: text(contents[1]) }
        })
        .collect()
}

/// The text of all pages.
pub fn text(bytes: &[u8]) -> String {
    pages(bytes).into_iter().map(|page| page.body).collect()
}

/// A text as the pages have it: without spaces.
pub fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

struct File<'a> {
    bytes: &'a [u8],
    objects: HashMap<usize, &'a [u8]>,
}

impl<'a> File<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let tail = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(64)..]).into_owned();
        let start: usize =
            tail.split("startxref").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
        let table = String::from_utf8_lossy(&bytes[start..]).into_owned();
        let mut lines = table.lines().skip(1);
        let count: usize = lines.next().unwrap().split(' ').nth(1).unwrap().trim().parse().unwrap();
        let offsets: Vec<usize> =
            lines.take(count).map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect();
        let objects =
            offsets.iter().enumerate().skip(1).map(|(number, offset)| (number, &bytes[*offset..])).collect();
        Self { bytes, objects }
    }

    /// An object up to its stream or its end.
    fn text(&self, number: usize) -> String {
        let object = self.objects[&number];
        let end = [&b"endobj"[..], b"stream\n"].iter().filter_map(|end| position(object, end)).min();
        String::from_utf8_lossy(&object[..end.unwrap()]).into_owned()
    }

    fn find(&self, what: &str) -> String {
        let found = self.objects.keys().map(|number| self.text(*number)).find(|text| text.contains(what));
        found.unwrap_or_else(|| panic!("no {what} among {} bytes", self.bytes.len()))
    }

    fn stream(&self, number: usize) -> Vec<u8> {
        let (object, head) = (self.objects[&number], self.text(number));
        let length: usize =
            head.split("/Length ").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
        let start = position(object, b"stream\n").unwrap() + 7;
        miniz_oxide::inflate::decompress_to_vec_zlib(&object[start..start + length]).expect("a packed stream")
    }

    /// For each font's name what its glyphs mean.
    fn fonts(&self, resources: &str) -> HashMap<String, HashMap<u16, String>> {
        let listed = resources.split("/Font").nth(1).unwrap().split(">>").next().unwrap();
        let words: Vec<&str> = listed.split_whitespace().collect();
        words
            .windows(4)
            .filter(|words| words[3] == "R")
            .map(|words| {
                let font = self.text(words[1].parse().unwrap());
                let meaning = self.stream(references(&font, "/ToUnicode")[0]);
                (words[0].trim_start_matches(['<', '/']).to_owned(), meanings(&meaning))
            })
            .collect()
    }
}

fn position(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// The numbers of the objects that stand behind a key.
fn references(text: &str, key: &str) -> Vec<usize> {
    let rest = text.split(key).nth(1).unwrap_or_else(|| panic!("no {key} in {text}"));
    let listed = match rest.trim_start().strip_prefix('[') {
        Some(list) => list.split(']').next().unwrap(),
        None => rest.split('R').next().unwrap(),
    };
    listed.split('R').filter_map(|one| one.split_whitespace().next()?.parse().ok()).collect()
}

/// Lines of `<0001> <5DEB>`.
fn meanings(map: &[u8]) -> HashMap<u16, String> {
    let text = String::from_utf8_lossy(map);
    let pairs = text.split("beginbfchar").skip(1).flat_map(|part| part.split("endbfchar").next());
    pairs
        .flat_map(str::lines)
        .filter_map(|line| line.trim().strip_prefix('<')?.strip_suffix('>')?.split_once("> <"))
        .map(|(glyph, letters)| {
            let units: Vec<u16> = (0..letters.len() / 4)
                .map(|at| u16::from_str_radix(&letters[at * 4..at * 4 + 4], 16).unwrap())
                .collect();
            (u16::from_str_radix(glyph, 16).unwrap(), String::from_utf16(&units).unwrap())
        })
        .collect()
}

/// What a stream of operations shows.
fn read(stream: &[u8], fonts: &HashMap<String, HashMap<u16, String>>) -> String {
    let mut shown = String::new();
    let mut font = "";
    let mut name: &str = "";
    let mut string: Vec<u8> = Vec::new();
    let mut at = 0;
    while at < stream.len() {
        match stream[at] {
            b'(' => (string, at) = literal(stream, at + 1),
            b'<' => {
                let end = at + position(&stream[at..], b">").unwrap();
                string = hex::decode(&stream[at + 1..end]).unwrap();
                at = end + 1;
            }
            byte if byte.is_ascii_whitespace() => at += 1,
            _ => {
                let end = (at..stream.len())
                    .find(|end| stream[*end].is_ascii_whitespace() || b"(<".contains(&stream[*end]))
                    .unwrap_or(stream.len());
                let word = std::str::from_utf8(&stream[at..end]).unwrap();
                match word {
                    "Tf" => font = name,
                    "Tj" => {
                        for glyph in string.chunks(2) {
                            let meaning = &fonts[font][&u16::from_be_bytes([glyph[0], glyph[1]])];
                            shown.push_str(&squeezed(meaning));
                        }
                    }
                    _ => name = word.strip_prefix('/').unwrap_or(name),
                }
                at = end;
            }
        }
    }
    shown
}

/// A string in brackets, and where it ends.
fn literal(stream: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let (mut string, mut depth) = (Vec::new(), 0);
    loop {
        let byte = stream[at];
        at += 1;
        match byte {
            b'\\' => {
                let escaped = stream[at];
                at += 1;
                string.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'f' => 12,
                    b'0'..=b'7' => {
                        let digits = std::str::from_utf8(&stream[at - 1..at + 2]).unwrap();
                        at += 2;
                        u8::from_str_radix(digits, 8).unwrap()
                    }
                    other => other,
                });
            }
            b')' if depth == 0 => return (string, at),
            _ => {
                depth += i32::from(byte == b'(') - i32::from(byte == b')');
                string.push(byte);
            }
        }
    }
}
