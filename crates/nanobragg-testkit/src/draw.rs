//! Random experiments, as flags, for comparing evaluations with the definition.

use nanobragg::Error;
use nanobragg::model::{IndexBox, Reflection, StructureFactors};

use crate::SplitMix;

/// Structure factors with gaps and zero outside, a table larger than some random images reach and smaller than others.
///
/// # Errors
/// None that its own size could cause.
pub fn gapped_table() -> Result<StructureFactors, Error> {
    let mut random = SplitMix(3);
    let bounds = IndexBox { min: [-9, -7, -8], max: [8, 9, 7] };
    let indices = (-9..=8).flat_map(|h| (-7..=9).flat_map(move |k| (-8..=7).map(move |l| [h, k, l])));
    let reflections: Vec<Reflection> = indices
        .filter_map(|hkl| {
            let f = random.uniform(-10.0, 100.0);
            (f > 0.0).then_some(Reflection { hkl, f })
        })
        .collect();
    StructureFactors::from_reflections(bounds, 0.0, reflections)
}

/// Flags of a random small experiment over the options that shape a pixel: everything that backends have to
/// evaluate alike. The same generator state gives the same flags.
pub fn random_flags(random: &mut SplitMix) -> Vec<String> {
    let mut flags = Flags { list: Vec::new(), random };
    flags.always();
    flags.crystal();
    flags.beam();
    flags.detector();
    flags.sampling();
    flags.list
}

struct Flags<'a> {
    list: Vec<String>,
    random: &'a mut SplitMix,
}

impl Flags<'_> {
    fn number(&mut self, flag: &str, low: f64, high: f64) {
        let value = self.random.uniform(low, high);
        self.list.extend([flag.to_owned(), format!("{value:.4}")]);
    }

    fn whole(&mut self, flag: &str, low: u64, high: u64) {
        let value = low + self.random.next_u64() % (high - low + 1);
        self.list.extend([flag.to_owned(), value.to_string()]);
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.random.next_u64().is_multiple_of(n)
    }

    fn maybe(&mut self, n: u64, flag: &str) {
        if self.one_in(n) {
            self.list.push(flag.to_owned());
        }
    }

    fn choose(&mut self, flags: &[&str]) {
        let at = self.random.next_u64() as usize % flags.len();
        self.list.push(flags[at].to_owned());
    }

    fn always(&mut self) {
        for edge in ["-cell", "", ""] {
            let value = self.random.uniform(25.0, 120.0);
            self.list.extend([edge.to_owned(), format!("{value:.2}")]);
        }
        for _ in 0..3 {
            let angle = self.random.uniform(75.0, 115.0);
            self.list.push(format!("{angle:.2}"));
        }
        self.list.retain(|word| !word.is_empty());
        self.list.extend(["-default_F", "100"].map(str::to_owned));
        self.number("-pixel", 0.3, 2.0);
        self.whole("-detpixels_x", 5, 80);
        self.whole("-detpixels_y", 3, 8);
        self.number("-distance", 40.0, 200.0);
        self.number("-lambda", 0.6, 4.0);
    }

    fn crystal(&mut self) {
        for flag in ["-Na", "-Nb", "-Nc"] {
            self.whole(flag, 1, 12);
        }
        self.choose(&[
            "-square_xtal",
            "-round_xtal",
            "-gauss_xtal",
            "-tophat_spots",
            "-gauss_star",
            "-tophat_star",
        ]);
        self.number("-fudge", 0.3, 3.0);
        self.list.push("-misset".to_owned());
        for _ in 0..3 {
            let angle = self.random.uniform(-180.0, 180.0);
            self.list.push(format!("{angle:.3}"));
        }
        if self.one_in(2) {
            self.number("-mosaic", 0.01, 2.0);
            self.whole("-mosaic_dom", 1, 6);
        }
        if self.one_in(5) {
            self.number("-water", 1.0, 30.0);
        }
    }

    fn beam(&mut self) {
        if self.one_in(3) {
            self.number("-dispersion", 0.1, 4.0);
            self.whole("-dispsteps", 2, 4);
        }
        if self.one_in(3) {
            self.number("-hdivrange", 0.1, 9.0);
            self.whole("-hdivsteps", 2, 3);
            self.maybe(2, "-square_div");
        }
        match self.random.next_u64() % 3 {
            0 => self.list.push("-nopolar".to_owned()),
            _ => self.number("-polar", -1.0, 1.0),
        }
    }

    fn detector(&mut self) {
        self.choose(&["-mosflm", "-xds", "-adxv", "-denzo", "-dials"]);
        for flag in ["-detector_rotx", "-detector_roty", "-detector_rotz", "-twotheta"] {
            if self.one_in(3) {
                self.number(flag, -25.0, 25.0);
            }
        }
        self.maybe(6, "-curved_det");
        self.maybe(6, "-point_pixel");
        if self.one_in(3) {
            self.number("-detector_thick", 50.0, 600.0);
            self.number("-detector_abs", 50.0, 900.0);
            self.whole("-detector_thicksteps", 1, 3);
        }
    }

    fn sampling(&mut self) {
        self.whole("-oversample", 1, 3);
        if self.one_in(2) {
            self.choose(&["-phi"]);
            let start = self.random.uniform(-2.0, 2.0).round();
            self.list.push(start.to_string());
            self.number("-osc", 0.1, 3.0);
            self.whole("-phisteps", 1, 4);
        }
        if self.one_in(4) {
            self.number("-dmin", 1.0, 6.0);
        }
        if self.one_in(4) {
            self.choose(&["-roi"]);
            // The first pixel lies on the smallest detector, the last one may lie beyond the largest.
            let ends = [(1, 4), (60, 4), (0, 3), (4, 4)];
            let ends = ends.map(|(end, more): (u64, u64)| (end + self.random.next_u64() % more).to_string());
            self.list.extend(ends);
        }
        if self.one_in(4) {
            self.number("-B", -5.0, 30.0);
        }
    }
}
