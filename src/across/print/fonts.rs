//! The fonts of this machine that a Chinese document is set in, found by the names of their files.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What a text is set in (GB/T 9704).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Face {
    /// 宋体: tables.
    Song,
    /// 小标宋: titles.
    Title,
    /// 黑体: headings.
    Hei,
    /// 仿宋: the text.
    Fang,
    /// 楷体: headings of the second rank, remarks.
    Kai,
}

/// The files that each face is taken from, the best first. What an office has licensed comes before the free ones: whoever
/// puts it on the machine wants it used.
const FILES: [(Face, &[&str]); 5] = [
    (
        Face::Song,
        &[
            "notoserifcjk-regular.ttc",
            "notoserifcjksc-regular.otf",
            "notoserifsc-regular.otf",
            "sourcehanserifsc-regular.otf",
            "sourcehanserifcn-regular.otf",
            "fandolsong-regular.otf",
            "simsun.ttc",
            "uming.ttc",
            "gbsn00lp.ttf",
        ],
    ),
    (
        Face::Title,
        &[
            "方正小标宋简体.ttf",
            "方正小标宋_gbk.ttf",
            "fzxbsjw.ttf",
            "fzxbsk.ttf",
            "notoserifcjk-bold.ttc",
            "notoserifcjksc-bold.otf",
            "notoserifsc-bold.otf",
            "sourcehanserifsc-bold.otf",
            "sourcehanserifcn-bold.otf",
            "fandolsong-bold.otf",
        ],
    ),
    (
        Face::Hei,
        &[
            "simhei.ttf",
            "notosanscjk-bold.ttc",
            "notosanscjksc-bold.otf",
            "notosanssc-bold.otf",
            "sourcehansanssc-bold.otf",
            "sourcehansanscn-bold.otf",
            "fandolhei-bold.otf",
            "notosanscjk-regular.ttc",
            "wqy-zenhei.ttc",
            "wqy-microhei.ttc",
        ],
    ),
    (
        Face::Fang,
        &["仿宋_gb2312.ttf", "fangsong_gb2312.ttf", "simfang.ttf", "stfangso.ttf", "fandolfang-regular.otf"],
    ),
    (
        Face::Kai,
        &[
            "楷体_gb2312.ttf",
            "kaiti_gb2312.ttf",
            "simkai.ttf",
            "stkaiti.ttf",
            "fandolkai-regular.otf",
            "lxgwwenkai-regular.ttf",
            "ukai.ttc",
            "gkai00mp.ttf",
        ],
    ),
];

/// Where rare characters of names are looked for in the end.
const RARE: [&str; 5] =
    ["simsunb.ttf", "babelstonehan.ttf", "hanamina.ttf", "hanaminb.ttf", "plangothicp1-regular.ttf"];

/// Folders of fonts on Debian, Ubuntu and their kin; the last is where TeX keeps Fandol.
const FOLDERS: [&str; 4] = [
    "/usr/local/share/fonts",
    "/usr/share/fonts",
    "/usr/share/texmf/fonts/opentype",
    "/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol",
];

/// How deep folders of fonts are searched.
const DEPTH: usize = 5;

/// There is no font to print Chinese with. `Display` is what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "本机没有可用的中文字体，不能生成PDF。请安装字体软件包 fonts-noto-cjk（apt-get install fonts-noto-cjk），\
     或把字体文件放进环境变量 CADRE_FONTS 所指的文件夹，然后重试；不需要重新启动。"
)]
pub struct NoFont;

/// A file of a font, read when it is first needed.
#[derive(Debug)]
struct File {
    path: PathBuf,
    read: OnceLock<Option<Data>>,
}

/// The bytes of a font, and which of the faces in it is the Chinese one.
#[derive(Debug)]
pub(super) struct Data {
    pub bytes: Vec<u8>,
    pub index: u32,
}

/// The fonts of a machine.
#[derive(Debug)]
pub struct Fonts {
    files: Vec<File>,
    /// For each face the files that are asked for a character, one after the other.
    orders: HashMap<Face, Vec<usize>>,
}

impl Fonts {
    /// Looks for fonts, in `own` before the usual folders. Nothing is read yet.
    ///
    /// # Errors
    /// [`NoFont`] where there is none of those that are known.
    pub fn find(own: Option<&Path>) -> Result<Self, NoFont> {
        let mut found = HashMap::new();
        let usual = FOLDERS.iter().map(Path::new).map(Path::to_path_buf);
        for folder in own.map(Path::to_path_buf).into_iter().chain(usual) {
            search(&folder, DEPTH, &mut found);
        }
        Self::among(&found)
    }

    /// Chooses among files by their names in small letters.
    fn among(found: &HashMap<String, PathBuf>) -> Result<Self, NoFont> {
        let mut fonts = Self { files: Vec::new(), orders: HashMap::new() };
        let mut best = Vec::new();
        for (face, names) in FILES {
            let chosen = names.iter().find_map(|name| found.get(*name));
            best.push((face, chosen.map(|path| fonts.file(path))));
        }
        let rare: Vec<usize> =
            RARE.iter().filter_map(|name| found.get(*name)).map(|path| fonts.file(path)).collect();
        let first = |wanted: Face| best.iter().find(|(face, _)| *face == wanted).and_then(|(_, file)| *file);
        for (face, own) in &best {
            // 仿宋 and 楷体 stand in for nothing else; a heading without a face of its own is at least set heavy.
            let stand_ins: &[Face] = match face {
                Face::Title => &[Face::Song, Face::Hei],
                Face::Hei => &[Face::Title, Face::Song],
                Face::Song | Face::Fang | Face::Kai => &[Face::Song, Face::Hei, Face::Title],
            };
            let stand_ins = stand_ins.iter().filter_map(|face| first(*face));
            let others = best.iter().filter_map(|(_, file)| *file);
            let mut order: Vec<usize> = Vec::new();
            for file in own.iter().copied().chain(stand_ins).chain(rare.iter().copied()).chain(others) {
                if !order.contains(&file) {
                    order.push(file);
                }
            }
            fonts.orders.insert(*face, order);
        }
        if best.iter().all(|(_, file)| file.is_none()) { Err(NoFont) } else { Ok(fonts) }
    }

    fn file(&mut self, path: &Path) -> usize {
        self.files.iter().position(|file| file.path == path).unwrap_or_else(|| {
            self.files.push(File { path: path.to_owned(), read: OnceLock::new() });
            self.files.len() - 1
        })
    }

    /// The files to ask for a character in a face, the best first.
    pub(super) fn order(&self, face: Face) -> &[usize] {
        self.orders.get(&face).map_or(&[], Vec::as_slice)
    }

    /// A font, read if it was not; none where it cannot be read.
    pub(super) fn data(&self, file: usize) -> Option<&Data> {
        let file = self.files.get(file)?;
        file.read
            .get_or_init(|| {
                let bytes = std::fs::read(&file.path).ok()?;
                let index = simplified(&bytes);
                ttf_parser::Face::parse(&bytes, index).ok()?;
                Some(Data { bytes, index })
            })
            .as_ref()
    }
}

/// Of a collection, the face for simplified Chinese.
fn simplified(bytes: &[u8]) -> u32 {
    let count = ttf_parser::fonts_in_collection(bytes).unwrap_or(1);
    let is_simplified = |index: &u32| {
        let Ok(face) = ttf_parser::Face::parse(bytes, *index) else { return false };
        let names = face.names().into_iter().filter(|name| name.name_id == ttf_parser::name_id::FAMILY);
        names.filter_map(|name| name.to_string()).any(|family| {
            [" SC", " CN", " GB"].iter().any(|end| family.ends_with(end)) && !family.contains("Mono")
        })
    };
    (0..count).find(is_simplified).unwrap_or_default()
}

/// Collects the font files below a folder by their names; the first of a name counts.
fn search(folder: &Path, depth: usize, found: &mut HashMap<String, PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth > 0 {
                search(&path, depth - 1, found);
            }
        } else if let Some(name) = path.file_name().and_then(OsStr::to_str) {
            found.entry(name.to_lowercase()).or_insert(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_font_it_is_said_what_to_install() {
        let error = Fonts::among(&HashMap::new()).unwrap_err().to_string();
        assert!(error.contains("fonts-noto-cjk") && error.contains("CADRE_FONTS"), "{error}");
    }

    #[test]
    fn what_an_office_has_licensed_comes_before_what_is_free() {
        let of = |names: &[&str]| {
            let found = names.iter().map(|name| ((*name).to_owned(), PathBuf::from(name))).collect();
            Fonts::among(&found).unwrap()
        };
        let first = |fonts: &Fonts, face| fonts.files[fonts.order(face)[0]].path.display().to_string();
        let free = of(&["notoserifcjk-regular.ttc", "notosanscjk-bold.ttc"]);
        assert_eq!(first(&free, Face::Fang), "notoserifcjk-regular.ttc");
        assert_eq!(first(&free, Face::Hei), "notosanscjk-bold.ttc");
        let own = of(&["notoserifcjk-regular.ttc", "fandolfang-regular.otf", "simfang.ttf"]);
        assert_eq!(first(&own, Face::Fang), "simfang.ttf");
        assert_eq!(own.order(Face::Fang).len(), 2, "rare characters are looked for in the next");
    }
}
