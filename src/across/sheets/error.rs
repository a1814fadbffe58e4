//! Why a file could not be read or written: sentences for the person who gave it, each with a way out.

use serde::{Deserialize, Serialize};

use super::cell::column_letters;

/// Why a file was not read. [`ReadError::is_ours`] tells our own failures from the file's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ReadError {
    /// The file cannot be opened.
    #[error("文件打不开（{reason}），请确认文件存在、没有被移走，且有读取权限")]
    Unreadable {
        /// The operating system's words.
        reason: String,
    },
    /// A file of no bytes, or a csv of blank lines.
    #[error("文件是空的，请选择填好的工作簿（.xlsx）或 CSV 文件")]
    Empty,
    /// More bytes than [`super::Limits::file`].
    #[error("文件有 {mebibytes} MiB，超过上限 {limit} MiB；请删去图片和无关的工作表，或分成几个文件")]
    FileTooLarge {
        /// Its size, rounded up.
        mebibytes: u64,
        /// The bound.
        limit: u64,
    },
    /// More bytes than [`super::Limits::inflated`] when unpacked, by what the file says or by what it holds.
    #[error("文件展开后超过 {limit} MiB，不予读取；请删去图片、无关的工作表和整列的格式，或分成几个文件")]
    InflatedTooLarge {
        /// The bound, in MiB.
        limit: u64,
    },
    /// More cells than [`super::Limits::cells`].
    #[error("工作表超过 {limit} 个单元格；请删去空白行列上的格式，或分成几个文件")]
    TooManyCells {
        /// The bound.
        limit: u64,
    },
    /// More rows than [`super::Limits::rows`].
    #[error("工作表超过 {limit} 行；请分成几个文件，每个不超过 {limit} 行")]
    TooManyRows {
        /// The bound.
        limit: u64,
    },
    /// A row wider than a sheet can be.
    #[error("第 {row} 行超过 {limit} 列；请检查分隔符，只保留模板里的列")]
    TooManyColumns {
        /// The sheet's own row number.
        row: u32,
        /// The bound.
        limit: u32,
    },
    /// One cell, or one row, holds more text than any form needs.
    #[error("第 {row} 行{}的文字太长（一格最多 {limit} 个字）；请缩短后再上传", at(*column))]
    TextTooLong {
        /// The sheet's own row number.
        row: u32,
        /// The column from 0, when it is one cell.
        column: Option<u32>,
        /// The bound of one cell.
        limit: usize,
    },
    /// The reading took too long.
    #[error(
        "文件读取超过 {seconds} 秒，已停止；请删去公式、图片和无关的工作表，另存为 .xlsx 后再试，或分成几个文件"
    )]
    TooSlow {
        /// The bound.
        seconds: u64,
    },
    /// The reading asked for too much memory.
    #[error(
        "文件内容过多，读取所需的内存超过上限 {limit} MiB；请只保留要导入的工作表，另存为 .xlsx 后再试，或分成几个文件"
    )]
    TooMuchMemory {
        /// The bound, in MiB.
        limit: u64,
    },
    /// A workbook of Excel 97–2003 or of old WPS.
    #[error(
        "这是旧格式的工作簿（.xls 或 .et），不能读取；请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”"
    )]
    OldBinary,
    /// A workbook under a password.
    #[error("工作簿设了打开密码，不能读取；请用 Excel 或 WPS 打开，取消密码后另存再试")]
    PasswordProtected,
    /// Some other kind of file.
    #[error("这是{kind}，不是工作簿；请另存为“Excel 工作簿（.xlsx）”或“CSV UTF-8（逗号分隔）”")]
    OtherFormat {
        /// What it looks like, in Chinese.
        kind: String,
    },
    /// A workbook some of whose values are those of another file.
    #[error(
        "工作簿链接着其他文件，其中的值可能已经过时，不予读取；请在 Excel 或 WPS 中断开链接（数据 → 编辑链接 → 断开链接）并保存后再试"
    )]
    Linked,
    /// A workbook that breaks the format.
    #[error("工作簿已损坏或不完整（{detail}）；请用 Excel 或 WPS 打开，另存为新的 .xlsx 文件后再试")]
    Broken {
        /// What was found.
        detail: String,
    },
    /// No sheet has the wanted name.
    #[error("工作簿里没有名为“{wanted}”的工作表（只有“{}”）；请把要导入的工作表改名为“{wanted}”", found.join("”“"))]
    SheetMissing {
        /// The name that is wanted.
        wanted: String,
        /// The names that there are.
        found: Vec<String>,
    },
    /// A chart or a macro sheet under the wanted name.
    #[error("“{wanted}”不是普通工作表（是图表或宏表）；请把数据放进名为“{wanted}”的普通工作表")]
    NotASheet {
        /// The name.
        wanted: String,
    },
    /// Bytes that are neither UTF-8 nor GB18030.
    #[error(
        "第 {line} 行有不能识别的字符，既不是 UTF-8 也不是 GB18030 编码；请用 Excel 或 WPS 另存为“CSV UTF-8（逗号分隔）”"
    )]
    Encoding {
        /// The line, from 1.
        line: usize,
    },
    /// A quotation mark that is never closed.
    #[error("第 {line} 行的英文双引号没有成对，后面的内容分不清；请补上引号，或另存为 .xlsx 再试")]
    Unclosed {
        /// The line where the quotation begins, from 1.
        line: usize,
    },
    /// Text right behind a closing quotation mark.
    #[error("第 {line} 行在英文双引号之后还有文字；单元格里的双引号要写成两个，或另存为 .xlsx 再试")]
    BehindQuotation {
        /// The line, from 1.
        line: usize,
    },
    /// Full-width separators in the heading.
    #[error("列之间用了全角“{found}”分隔；请改用英文逗号，或另存为 .xlsx 再试")]
    WideDelimiter {
        /// The character that was found.
        found: char,
    },
    /// Our own reading process failed.
    #[error("读取程序没有正常工作（{detail}），文件没有导入；请稍后再试，仍不行请联系系统管理员")]
    Reader {
        /// What happened, for the log.
        detail: String,
    },
}

impl ReadError {
    /// Whether the failure is ours, so that it belongs in the log and the same file may be tried again.
    pub fn is_ours(&self) -> bool {
        matches!(self, ReadError::Reader { .. })
    }

    pub(super) fn unreadable(error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "文件不存在".to_owned(),
            std::io::ErrorKind::PermissionDenied => "没有读取权限".to_owned(),
            _ => error.to_string(),
        };
        ReadError::Unreadable { reason }
    }

    pub(super) fn reader(detail: impl ToString) -> Self {
        ReadError::Reader { detail: detail.to_string() }
    }

    pub(super) fn broken(detail: impl ToString) -> Self {
        ReadError::Broken { detail: detail.to_string() }
    }
}

fn at(column: Option<u32>) -> String {
    column.map_or_else(String::new, |column| format!(" {} 列", column_letters(column)))
}

/// Why a file was not written. A user cannot cause these, except by asking for too much.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// More rows or longer texts than the format holds, or a failing disk.
    #[error("工作簿没有写成：{0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A failing disk or a reader that went away.
    #[error("文件没有写成：{0}")]
    Io(#[from] std::io::Error),
    /// More columns or list entries than a sheet holds.
    #[error("列数或选项数超过工作表的上限")]
    TooWide,
}
