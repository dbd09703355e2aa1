//! The decision tables that complete a partly given (range, step, count).
//!
//! Any of the three may be missing; a negative number counts as missing. The rules are those of the reference
//! program with all their corners (a step without a range always gives two samples, for instance), one test a
//! row.

const MISSING: f64 = -1.0;

/// What was asked of a grid of divergence angles (radians), wavelengths (relative) or sensor layers (meters).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GridRequest {
    /// Full range.
    pub range: Option<f64>,
    /// Distance between samples.
    pub step: Option<f64>,
    /// Number of samples.
    pub count: Option<i64>,
}

/// A grid with nothing left open: sample `i` is at `step * i - range / 2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Full range, 0 for a single sample.
    pub range: f64,
    /// Distance between samples, 0 for a single one.
    pub step: f64,
    /// Number of samples, at least one.
    pub count: usize,
}

impl GridRequest {
    /// Fills in what is missing; `range_of_count` is the range when only a count is given.
    pub fn resolve(&self, range_of_count: f64) -> Grid {
        let (range, step, count) = self.complete(range_of_count, |range| (range, 2));
        collapse(range, step, count)
    }

    fn complete(&self, range_of_count: f64, step_of_range: impl Fn(f64) -> (f64, i64)) -> (f64, f64, i64) {
        let range = self.range.unwrap_or(MISSING);
        let step = self.step.unwrap_or(MISSING);
        let count = self.count.unwrap_or(0);
        match (count > 0, range < 0.0, step <= 0.0) {
            (false, true, true) => (0.0, 0.0, 1),
            (_, true, false) => (step, step, 2),
            (false, false, true) => {
                let (step, count) = step_of_range(range);
                (range, step, count)
            }
            (false, false, false) => (range, step, whole(range / step)),
            (true, true, true) => (range_of_count, range_of_count / count as f64, count),
            (true, false, true) => {
                let count = count.max(2);
                (range, range / (count - 1) as f64, count)
            }
            (true, false, false) => (range, step, count),
        }
    }
}

/// Sensor layers with nothing left open: layer `t` lies `t * spacing` behind the front of the sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layers {
    /// Thickness of the sensor in meters, 0 when it is not modeled.
    pub thickness: f64,
    /// Distance between layers in meters.
    pub spacing: f64,
    /// Number of layers, at least one.
    pub count: usize,
}

impl Layers {
    /// Thickness in meters when only a number of layers is given.
    pub const DEFAULT_THICKNESS: f64 = 0.5e-6;

    /// Fills in what is missing. With `spacing_by_gaps` (quirk `layer_spacing`) a thickness and a count give
    /// thickness / (count - 1), otherwise thickness / count.
    pub fn resolve(request: GridRequest, spacing_by_gaps: bool) -> Layers {
        let (thickness, spacing, count) =
            request.complete(Layers::DEFAULT_THICKNESS, |range| (range / 2.0, 2));
        let grid = collapse(thickness, spacing, count);
        let given = request.count.unwrap_or(0) > 0 && request.range.is_some_and(|range| range > 0.0);
        if given && !spacing_by_gaps && grid.range > 0.0 && request.step.is_none_or(|step| step <= 0.0) {
            // A count of one is a request for one layer, which only the rule by gaps has to refuse.
            let count = request.count.unwrap_or(1).max(1);
            return Layers { thickness, spacing: thickness / count as f64, count: count as usize };
        }
        Layers { thickness: grid.range, spacing: grid.step, count: grid.count }
    }
}

/// Mosaic sampling with nothing left open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mosaic {
    /// Spread in radians.
    pub spread: f64,
    /// Number of domains, at least one.
    pub domains: usize,
}

impl Mosaic {
    /// Fills in what is missing: a spread without a count gives ten domains, a count without a spread one.
    pub fn resolve(spread: Option<f64>, domains: Option<i64>) -> Mosaic {
        let spread = spread.unwrap_or(MISSING);
        let domains = domains.unwrap_or(0);
        let (spread, domains) = match (domains > 0, spread) {
            (_, s) if s <= 0.0 => (0.0, 1),
            (false, s) => (s, 10),
            (true, s) => (s, domains),
        };
        Mosaic { spread, domains: domains as usize }
    }
}

fn collapse(range: f64, step: f64, count: i64) -> Grid {
    if range <= 0.0 || step <= 0.0 || count <= 0 {
        return Grid { range: 0.0, step: 0.0, count: 1 };
    }
    Grid { range, step, count: count as usize }
}

fn whole(ratio: f64) -> i64 {
    ratio.ceil() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(range: Option<f64>, step: Option<f64>, count: Option<i64>) -> (f64, f64, usize) {
        let grid = GridRequest { range, step, count }.resolve(1.0);
        (grid.range, grid.step, grid.count)
    }

    #[test]
    fn grid_rows() {
        assert_eq!(grid(None, None, None), (0.0, 0.0, 1));
        assert_eq!(grid(None, Some(0.2), None), (0.2, 0.2, 2));
        assert_eq!(grid(Some(0.4), None, None), (0.4, 0.4, 2));
        assert_eq!(grid(Some(0.5), Some(0.2), None), (0.5, 0.2, 3));
        assert_eq!(grid(None, None, Some(4)), (1.0, 0.25, 4));
        assert_eq!(grid(None, Some(0.2), Some(4)), (0.2, 0.2, 2));
        assert_eq!(grid(Some(0.6), None, Some(4)), (0.6, 0.6 / 3.0, 4));
        assert_eq!(grid(Some(0.6), None, Some(1)), (0.6, 0.6, 2));
        assert_eq!(grid(Some(0.6), Some(0.1), Some(4)), (0.6, 0.1, 4));
    }

    #[test]
    fn an_empty_range_is_one_sample_whatever_the_count() {
        assert_eq!(grid(Some(0.0), None, Some(5)), (0.0, 0.0, 1));
        assert_eq!(grid(Some(0.0), Some(0.1), None), (0.0, 0.0, 1));
    }

    fn layers(range: Option<f64>, count: Option<i64>, by_gaps: bool) -> (f64, f64, usize) {
        let layers = Layers::resolve(GridRequest { range, step: None, count }, by_gaps);
        (layers.thickness, layers.spacing, layers.count)
    }

    #[test]
    fn layer_rows() {
        assert_eq!(layers(None, None, true), (0.0, 0.0, 1));
        assert_eq!(layers(Some(0.0), None, true), (0.0, 0.0, 1));
        assert_eq!(layers(Some(0.0), Some(4), true), (0.0, 0.0, 1));
        assert_eq!(layers(Some(1e-4), None, true), (1e-4, 5e-5, 2));
        assert_eq!(layers(None, Some(5), true), (0.5e-6, 0.5e-6 / 5.0, 5));
        assert_eq!(layers(Some(1e-4), Some(1), true), (1e-4, 1e-4, 2));
        let stepped = GridRequest { range: Some(1e-4), step: Some(3e-5), count: None };
        assert_eq!(Layers::resolve(stepped, true).count, 4);
        let step_only = GridRequest { range: None, step: Some(3e-5), count: None };
        assert_eq!(Layers::resolve(step_only, true), Layers { thickness: 3e-5, spacing: 3e-5, count: 2 });
    }

    #[test]
    fn layer_spacing_in_both_states_of_its_quirk() {
        assert_eq!(layers(Some(4.5e-4), Some(4), true), (4.5e-4, 4.5e-4 / 3.0, 4));
        assert_eq!(layers(Some(4.5e-4), Some(4), false), (4.5e-4, 4.5e-4 / 4.0, 4));
        assert_eq!(layers(Some(4.5e-4), Some(1), false), (4.5e-4, 4.5e-4, 1));
    }

    #[test]
    fn mosaic_rows() {
        let domains = |spread, count| {
            let mosaic = Mosaic::resolve(spread, count);
            (mosaic.spread, mosaic.domains)
        };
        assert_eq!(domains(None, None), (0.0, 1));
        assert_eq!(domains(Some(0.0), None), (0.0, 1));
        assert_eq!(domains(Some(0.01), None), (0.01, 10));
        assert_eq!(domains(None, Some(5)), (0.0, 1));
        assert_eq!(domains(Some(0.0), Some(5)), (0.0, 1));
        assert_eq!(domains(Some(0.01), Some(5)), (0.01, 5));
    }
}
