//! The results, printed as they come and once more at the end.

/// One line of the results.
struct Line {
    what: String,
    bar: String,
    measured: f64,
    limit: f64,
    unit: &'static str,
    wants_more: bool,
}

impl Line {
    fn is_kept(&self) -> bool {
        let ratio = self.measured / self.limit;
        if self.wants_more { ratio >= 1.0 } else { ratio <= 1.0 }
    }

    fn show(&self) -> String {
        let ratio = self.measured / self.limit;
        let verdict = if self.is_kept() { "kept" } else { "MISSED" };
        format!(
            "{:<54} {:>10.2} {:<7} {:<30} ratio {:>6.2}  {verdict}",
            self.what, self.measured, self.unit, self.bar, ratio
        )
    }
}

/// All lines, and which of them missed their limit.
#[derive(Default)]
pub struct Table {
    lines: Vec<String>,
    missed: Vec<String>,
}

impl Table {
    /// A figure that must not exceed its limit.
    pub fn add(&mut self, what: &str, bar: &str, measured: f64, limit: f64, unit: &'static str) {
        self.line(what, bar, measured, limit, unit, false);
    }

    /// A figure for which there is no bar.
    pub fn tell(&mut self, what: &str, measured: f64, unit: &'static str) {
        let line = format!("{what:<54} {measured:>10.2} {unit}");
        println!("{line}");
        self.lines.push(line);
    }

    /// A figure that must reach its limit.
    pub fn at_least(&mut self, what: &str, bar: &str, measured: f64, limit: f64, unit: &'static str) {
        self.line(what, bar, measured, limit, unit, true);
    }

    fn line(
        &mut self,
        what: &str,
        bar: &str,
        measured: f64,
        limit: f64,
        unit: &'static str,
        wants_more: bool,
    ) {
        let line = Line { what: what.to_owned(), bar: bar.to_owned(), measured, limit, unit, wants_more };
        println!("{}", line.show());
        self.lines.push(line.show());
        if !line.is_kept() {
            self.missed.push(line.what);
        }
    }

    /// Prints all of them.
    pub fn print(&self) {
        println!("\n== results");
        for line in &self.lines {
            println!("{line}");
        }
    }

    /// Says whether every limit was kept.
    ///
    /// # Errors
    /// With the names of those that were not: the run is to end with a failing status.
    pub fn judge(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.missed.is_empty(),
            "{} limits missed: {}",
            self.missed.len(),
            self.missed.join("; ")
        );
        Ok(())
    }
}

/// The value below which `part` per thousand of the values lie.
pub fn quantile(values: &mut [f64], part: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() * part).div_ceil(1000).max(1) - 1;
    values[place]
}

/// The middle of some values.
pub fn median(values: &mut [f64]) -> f64 {
    quantile(values, 500)
}
