//! Sex, as in GB/T 2261.1: a citizen ID knows two of the standard's four codes, and so do the figures.

vocabulary! {
    /// Sex of a person (GB/T 2261.1-2003). The codes 0 and 9 (unknown, not stated) are not taken: the
    /// citizen ID always says which.
    pub enum Sex, "性别" {
        /// 男
        Man = "1", "男";
        /// 女
        Woman = "2", "女";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_taken() {
        assert_eq!(Sex::parse("1"), Ok(Sex::Man));
        assert_eq!(Sex::parse(" 女 "), Ok(Sex::Woman));
        assert_eq!(
            Sex::parse("9").unwrap_err().to_string(),
            "性别“9”不在可选范围内，请填写男、女（或对应代码1、2）"
        );
    }
}
