//! The table of all images.

use nanobragg_refine::Outcome;

use super::Fate;

/// What an image found.
#[derive(Clone, Debug)]
pub struct Row {
    pub verdict: &'static str,
    boxes: usize,
    pixels: usize,
    chi2_start: f64,
    pub chi2: f64,
    overlap: f64,
    /// Name, value and standard deviation of each free number.
    found: Vec<(String, f64, f64)>,
}

impl Row {
    /// That of an outcome.
    pub fn of(verdict: &'static str, outcome: &Outcome) -> Self {
        Row {
            verdict,
            boxes: outcome.boxes.len(),
            pixels: outcome.pixels,
            chi2_start: outcome.chi2_start,
            chi2: outcome.chi2,
            overlap: outcome.overlap,
            found: outcome.found.iter().map(|found| (found.name.clone(), found.value, found.esd)).collect(),
        }
    }

    /// Its fields; those of `names` that are not free in it are empty.
    fn fields(&self, names: &[&str]) -> Vec<String> {
        let mut fields = vec![
            self.verdict.to_owned(),
            self.boxes.to_string(),
            self.pixels.to_string(),
            format!("{:.5}", self.chi2_start),
            format!("{:.5}", self.chi2),
            format!("{:.4}", self.overlap),
        ];
        for name in names {
            match self.found.iter().find(|(own, ..)| own == name) {
                Some((_, value, esd)) => fields.extend([value.to_string(), format!("{esd:.3e}")]),
                None => fields.extend([String::new(), String::new()]),
            }
        }
        fields
    }
}

/// A row an image, and a column a number that is free in any of them.
pub(super) fn table(fates: &[Fate]) -> String {
    let rows: Vec<(&str, Result<&Row, &str>)> = fates
        .iter()
        .map(|fate| match fate {
            Fate::Refined(done) => (done.data.as_str(), Ok(&done.row)),
            Fate::Failed { data, why } => (data.as_str(), Err(why.as_str())),
        })
        .collect();
    of_rows(&rows)
}

fn of_rows(rows: &[(&str, Result<&Row, &str>)]) -> String {
    const HEADINGS: [&str; 8] =
        ["number", "data", "verdict", "boxes", "pixels", "chi2_per_pixel_start", "chi2_per_pixel", "overlap"];
    let mut names: Vec<&str> = Vec::new();
    for (name, ..) in rows.iter().filter_map(|(_, row)| row.ok()).flat_map(|row| &row.found) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let mut headings: Vec<String> = HEADINGS.map(str::to_owned).to_vec();
    headings.extend(names.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_esd")]));
    let columns = headings.len();
    let mut lines = vec![headings];
    for (number, (data, row)) in (1..).zip(rows) {
        let mut fields = vec![number.to_string(), (*data).to_owned()];
        match row {
            Ok(row) => fields.extend(row.fields(&names)),
            Err(why) => fields.push(format!("failed: {why}")),
        }
        fields.resize(columns, String::new());
        lines.push(fields);
    }
    let line =
        |fields: Vec<String>| fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",") + "\n";
    lines.into_iter().map(line).collect()
}

/// A field of a table.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_under_their_names() {
        let row = |names: &[&str]| Row {
            verdict: "converged",
            boxes: 3,
            pixels: 40,
            chi2_start: 2.0,
            chi2: 1.0,
            overlap: 0.9,
            found: (1..).zip(names).map(|(n, name)| ((*name).to_owned(), f64::from(n), 0.5)).collect(),
        };
        let (one, other) = (row(&["scale", "cell_a"]), row(&["cell_a", "distance"]));
        let text = of_rows(&[("a,\"b\"", Ok(&one)), ("b", Err("no spots")), ("c", Ok(&other))]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].ends_with(",overlap,scale,scale_esd,cell_a,cell_a_esd,distance,distance_esd"),
            "{text}"
        );
        assert!(lines[1].starts_with("1,\"a,\"\"b\"\"\",converged,3,40,"), "{text}");
        assert!(lines[1].ends_with(",1,5.000e-1,2,5.000e-1,,"), "{text}");
        assert_eq!(lines[2], "2,b,failed: no spots,,,,,,,,,,,");
        assert!(lines[3].ends_with(",0.9000,,,1,5.000e-1,2,5.000e-1"), "{text}");
    }
}
