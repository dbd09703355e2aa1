//! Lines of text logs.

/// What a line of a log says. Steps and rotated vectors as `name=number` pairs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    /// A fact; `setup` for the spelling with `=`, which the C program uses while it sets up the detector.
    Fact {
        key: String,
        values: Vec<f64>,
        setup: bool,
    },
    Step(Vec<(String, f64)>),
    RotStar(Vec<(String, f64)>),
    /// A structure factor of the neighborhood.
    Tricubic {
        at: [u8; 3],
        value: f64,
    },
    /// Indices along an axis of the neighborhood.
    TricubicAxis {
        axis: char,
        values: Vec<f64>,
    },
    /// Start or end of the neighborhood.
    TricubicMark,
    /// The pixel that is traced.
    Pixel {
        slow: usize,
        fast: usize,
    },
}

/// Which program's prefix a line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    Parity,
    Reference,
}

/// What `line` says, if it is a line of a trace that holds numbers.
pub(super) fn read(line: &str) -> Option<(Prefix, Line)> {
    if let Some(rest) = line.strip_prefix("TRACE_CONFIG:") {
        let number = |name: &str| rest.split_once(name)?.1.split([',', ')']).next()?.trim().parse().ok();
        let (slow, fast) = (number("spixel=")?, number("fpixel=")?);
        return Some((Prefix::Reference, Line::Pixel { slow, fast }));
    }
    if let Some(slope) = line.strip_prefix("TRACE_GRAD:") {
        let fact = fact_line(slope)?;
        return Some((Prefix::Parity, fact));
    }
    let (prefix, rest) = match line.strip_prefix("TRACE_PY") {
        Some(rest) => (Prefix::Parity, rest),
        None => (Prefix::Reference, line.strip_prefix("TRACE_C")?),
    };
    let parsed = if let Some(fact) = rest.strip_prefix(':') {
        fact_line(fact)
    } else if let Some(rest) = rest.strip_prefix("_PHI ") {
        pairs(rest).map(Line::Step)
    } else if let Some(rest) = rest.strip_prefix("_ROTSTAR ") {
        pairs(rest).map(Line::RotStar)
    } else {
        tricubic(rest.strip_prefix("_TRICUBIC")?)
    };
    parsed.map(|line| (prefix, line))
}

/// ` key v…` or `key=v…`.
fn fact_line(text: &str) -> Option<Line> {
    let text = text.trim();
    let end = text.find([' ', '='])?;
    let (key, rest) = text.split_at_checked(end)?;
    let setup = rest.starts_with('=');
    let values = numbers(rest.get(1..)?)?;
    Some(Line::Fact { key: key.to_owned(), values, setup })
}

/// Numbers between blanks, brackets, commas and semicolons, each maybe after a `label:`; `None` when there are
/// none, or anything else.
fn numbers(text: &str) -> Option<Vec<f64>> {
    let words =
        text.split(|c: char| c.is_whitespace() || "[](),;".contains(c)).filter(|word| !word.is_empty());
    let values: Option<Vec<f64>> = words.map(|word| number(word.rsplit(':').next()?)).collect();
    values.filter(|values| !values.is_empty())
}

/// A number as C and Python print it.
fn number(word: &str) -> Option<f64> {
    word.parse().ok()
}

/// `name=number` pairs; `None` when there is anything else.
fn pairs(text: &str) -> Option<Vec<(String, f64)>> {
    let pair = |word: &str| {
        let (name, value) = word.split_once('=')?;
        Some((name.to_owned(), number(value)?))
    };
    text.split_whitespace().map(pair).collect()
}

fn tricubic(rest: &str) -> Option<Line> {
    match rest.trim_end() {
        "_GRID_START" | "_GRID_END" => return Some(Line::TricubicMark),
        _ => {}
    }
    if let Some(rest) = rest.strip_prefix(':') {
        let (place, value) = rest.split_once('=')?;
        let mut place =
            place.trim().strip_prefix('[')?.strip_suffix(']')?.split(',').map(|n| n.trim().parse());
        let at = [place.next()?.ok()?, place.next()?.ok()?, place.next()?.ok()?];
        return Some(Line::Tricubic { at, value: number(value.trim())? });
    }
    let (axis, rest) = rest.strip_prefix('_')?.split_once("_COORDS:")?;
    let axis = axis.chars().next().filter(|c| "HKL".contains(*c))?.to_ascii_lowercase();
    Some(Line::TricubicAxis { axis, values: numbers(rest)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(line: &str) -> Option<(String, Vec<f64>, bool)> {
        match read(line)?.1 {
            Line::Fact { key, values, setup } => Some((key, values, setup)),
            _ => None,
        }
    }

    #[test]
    fn every_spelling_of_a_fact() {
        let vector = vec![0.1, -0.0, 2.5e-7];
        assert_eq!(fact("TRACE_PY: v 0.1 -0 2.5e-07"), Some(("v".into(), vector.clone(), false)));
        assert_eq!(fact("TRACE_C: v 0.1 -0 2.5e-07"), Some(("v".into(), vector.clone(), false)));
        assert_eq!(fact("TRACE_C:v=0.1 -0 2.5e-07"), Some(("v".into(), vector, true)));
        assert_eq!(fact("TRACE_C:m=[1 0 0; 0 1 -0; 0 0 1]").unwrap().1.len(), 9);
        assert_eq!(fact("TRACE_C:angles_rad=rotx:0.5 roty:2").unwrap().1, [0.5, 2.0]);
        assert!(fact("TRACE_PY: F_cell_interpolated nan").unwrap().1[0].is_nan());
    }

    #[test]
    fn steps_and_the_neighborhood() {
        let (prefix, line) = read("TRACE_C_PHI phi_tic=0 k_frac=-0.5").unwrap();
        let step = Line::Step(vec![("phi_tic".into(), 0.0), ("k_frac".into(), -0.5)]);
        assert_eq!((prefix, line), (Prefix::Reference, step));
        assert!(matches!(read("TRACE_PY_ROTSTAR phi_tic=1 ap_y=2").unwrap().1, Line::RotStar(_)));
        let value = read("TRACE_PY_TRICUBIC: [0,3,2]=7.5").unwrap().1;
        assert_eq!(value, Line::Tricubic { at: [0, 3, 2], value: 7.5 });
        let axis = read("TRACE_PY_TRICUBIC_K_COORDS: [-2.0, -1.0, 0.0, 1.0]").unwrap().1;
        assert_eq!(axis, Line::TricubicAxis { axis: 'k', values: vec![-2.0, -1.0, 0.0, 1.0] });
        assert_eq!(read("TRACE_PY_TRICUBIC_GRID_END").unwrap().1, Line::TricubicMark);
        let pixel = read("TRACE_CONFIG: tracing pixel (spixel=685, fpixel=1039)").unwrap().1;
        assert_eq!(pixel, Line::Pixel { slow: 685, fast: 1039 });
    }

    #[test]
    fn what_holds_no_numbers_is_no_fact() {
        for line in [
            "TRACE_C:detector_convention=CUSTOM",
            "TRACE_PY:",
            "TRACE_PY: key",
            "TRACE_PY_SOURCE 0: polar 1",
            "DETECTOR_FAST_AXIS 1 0 0",
            "TRACE: a = 5",
            "",
            "TRACE_PY_TRICUBIC: [0,1]=2",
            "TRACE_PY_PHI phi_tic=",
            "TRACE_C:convention_mapping=Fbeam←Ybeam_mm(+0.5px)",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
