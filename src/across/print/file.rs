//! The file: pages, the fonts cut down to the letters in use, what they mean, the table of contents.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::writers::Resources;
use pdf_writer::{Date, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::document::{Document, PrintError};
use super::setter::{Used, font_name};

const IDENTITY: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Packs bytes; the same on every processor.
pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)
}

/// Numbers of objects, given out one after the other.
struct Numbers(i32);

impl Numbers {
    fn next(&mut self) -> Result<Ref, PrintError> {
        self.0 = self.0.checked_add(1).ok_or(PrintError::TooLong)?;
        Ok(Ref::new(self.0))
    }
}

/// Writes a finished document.
pub(super) fn written(document: &Document<'_>) -> Result<Vec<u8>, PrintError> {
    let mut numbers = Numbers(0);
    let mut pdf = Pdf::new();
    let (catalog, tree, resources) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let pages = document.pages.iter().map(|_| numbers.next()).collect::<Result<Vec<Ref>, _>>()?;
    let outline = outline(&mut pdf, &mut numbers, document, &pages)?;
    let mut root = pdf.catalog(catalog);
    root.pages(tree);
    root.lang(TextStr("zh-CN"));
    root.viewer_preferences().display_doc_title(true);
    if let Some(outline) = outline {
        root.outlines(outline);
    }
    root.finish();
    let count = i32::try_from(pages.len()).map_err(|_| PrintError::TooLong)?;
    pdf.pages(tree).kids(pages.iter().copied()).count(count);
    let (width, height) = document.paper();
    for (page, id) in document.pages.iter().zip(&pages) {
        let (body, frame) = (numbers.next()?, numbers.next()?);
        let mut written = pdf.page(*id);
        written.parent(tree).media_box(Rect::new(0.0, 0.0, width, height));
        written.pair(Name(b"Resources"), resources);
        written.insert(Name(b"Contents")).array().items([body, frame]);
        written.finish();
        pdf.stream(body, &page.body).filter(Filter::FlateDecode);
        pdf.stream(frame, &page.frame).filter(Filter::FlateDecode);
    }
    let mut fonts = Vec::new();
    for used in &document.setter.used {
        fonts.push(font(&mut pdf, &mut numbers, used)?);
    }
    let mut listed = pdf.indirect(resources).start::<Resources<'_>>();
    let mut by_name = listed.fonts();
    for (number, id) in fonts.iter().enumerate() {
        by_name.pair(Name(font_name(number).as_bytes()), id);
    }
    by_name.finish();
    listed.finish();
    information(&mut pdf, numbers.next()?, document);
    Ok(pdf.finish())
}

fn information(pdf: &mut Pdf, id: Ref, document: &Document<'_>) {
    use chrono::{Datelike, Timelike};
    let mut information = pdf.document_info(id);
    information.title(TextStr(&document.setup.title)).producer(TextStr("cadre"));
    if let Some(moment) = document.setup.created {
        let two = |number: u32| u8::try_from(number).unwrap_or_default();
        let date = Date::new(u16::try_from(moment.year()).unwrap_or_default())
            .month(two(moment.month()))
            .day(two(moment.day()))
            .hour(two(moment.hour()))
            .minute(two(moment.minute()))
            .second(two(moment.second()))
            .utc_offset_hour(0)
            .utc_offset_minute(0);
        information.creation_date(date);
    }
}

/// The reader's table of contents; none where there is no heading.
fn outline(
    pdf: &mut Pdf,
    numbers: &mut Numbers,
    document: &Document<'_>,
    pages: &[Ref],
) -> Result<Option<Ref>, PrintError> {
    let headings = &document.headings;
    let ids = headings.iter().map(|_| numbers.next()).collect::<Result<Vec<Ref>, _>>()?;
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(None) };
    let root = numbers.next()?;
    let count = i32::try_from(ids.len()).map_err(|_| PrintError::TooLong)?;
    pdf.outline(root).first(*first).last(*last).count(count);
    for (at, (heading, id)) in headings.iter().zip(&ids).enumerate() {
        let mut item = pdf.outline_item(*id);
        item.title(TextStr(&heading.text)).parent(root);
        if let Some(before) = at.checked_sub(1).and_then(|before| ids.get(before)) {
            item.prev(*before);
        }
        if let Some(next) = ids.get(at + 1) {
            item.next(*next);
        }
        if let Some(page) = pages.get(heading.page) {
            item.dest().page(*page).xyz(0.0, heading.y, None);
        }
    }
    Ok(Some(root))
}

/// Writes a font with the letters in use; answers its number.
fn font(pdf: &mut Pdf, numbers: &mut Numbers, used: &Used<'_>) -> Result<Ref, PrintError> {
    let (id, descendant, descriptor) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let (meaning, file) = (numbers.next()?, numbers.next()?);
    let name = base_name(used);
    pdf.type0_font(id)
        .base_font(Name(name.as_bytes()))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(descendant)
        .to_unicode(meaning);
    let subset = subsetter::subset(used.bytes, used.index, &used.glyphs)?;
    let compact = compact_outlines(&subset);
    let kind = if compact.is_some() { CidFontType::Type0 } else { CidFontType::Type2 };
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(kind).base_font(Name(name.as_bytes())).system_info(IDENTITY).font_descriptor(descriptor);
    if compact.is_none() {
        cid.cid_to_gid_map_predefined(Name(b"Identity"));
    }
    cid.default_width(1000.0);
    let mut widths = cid.widths();
    for ((_, width), glyph) in used.letters.iter().zip(1_u16..) {
        // Han characters are all as wide as they are high.
        if (*width - 1000.0).abs() > 0.01 {
            widths.consecutive(glyph, [*width]);
        }
    }
    widths.finish();
    cid.finish();
    describe(pdf, descriptor, used, &name, (file, compact.is_some()));
    let mut meanings = UnicodeCmap::<u16>::new(Name(b"Meaning"), IDENTITY);
    for ((letter, _), glyph) in used.letters.iter().zip(1_u16..) {
        meanings.pair(glyph, *letter);
    }
    pdf.stream(meaning, &packed(&meanings.finish())).filter(Filter::FlateDecode);
    let outlines = compact.unwrap_or(&subset);
    let bytes = packed(outlines);
    let mut stream = pdf.stream(file, &bytes);
    stream.filter(Filter::FlateDecode);
    if compact.is_some() {
        stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
    } else {
        stream.pair(Name(b"Length1"), i32::try_from(outlines.len()).map_err(|_| PrintError::TooLong)?);
    }
    Ok(id)
}

/// The table of compact outlines (CFF), which goes into a PDF alone; none where a font has TrueType outlines.
fn compact_outlines(subset: &[u8]) -> Option<&[u8]> {
    let face = ttf_parser::RawFace::parse(subset, 0).ok()?;
    face.table(ttf_parser::Tag::from_bytes(b"CFF "))
}

fn describe(pdf: &mut Pdf, id: Ref, used: &Used<'_>, name: &str, (file, is_compact): (Ref, bool)) {
    let ems = f32::from(used.face.units_per_em().max(1));
    let scaled = |units: i16| f32::from(units) * 1000.0 / ems;
    let edges = used.face.global_bounding_box();
    let mut descriptor = pdf.font_descriptor(id);
    descriptor
        .name(Name(name.as_bytes()))
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(scaled(edges.x_min), scaled(edges.y_min), scaled(edges.x_max), scaled(edges.y_max)))
        .italic_angle(0.0)
        .ascent(scaled(used.face.ascender()))
        .descent(scaled(used.face.descender()))
        .cap_height(scaled(used.face.capital_height().unwrap_or_else(|| used.face.ascender())))
        .stem_v(80.0);
    if is_compact {
        descriptor.font_file3(file);
    } else {
        descriptor.font_file2(file);
    }
}

/// The font's name behind a tag of six letters that says that it is cut down.
fn base_name(used: &Used<'_>) -> String {
    let names = used.face.names().into_iter();
    let name = names
        .filter(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME)
        .find_map(|name| name.to_string())
        .unwrap_or_else(|| "Font".to_owned());
    let name: String =
        name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
    format!("{}+{name}", tag(used))
}

/// Six letters that differ where the letters in use differ.
fn tag(used: &Used<'_>) -> String {
    let mut sum: u64 = 17;
    for (letter, _) in &used.letters {
        sum = sum.wrapping_mul(1_000_003).wrapping_add(u64::from(u32::from(*letter)));
    }
    (0..6)
        .map(|_| {
            let letter = u32::try_from(sum % 26).unwrap_or_default();
            sum /= 26;
            char::from_u32(u32::from('A') + letter).unwrap_or('A')
        })
        .collect()
}
