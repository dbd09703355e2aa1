//! The set-up while flags are applied to it.

use std::path::PathBuf;

use nanobragg::model::{Convention, Crystal, Experiment, Frame, Pivot, Quirks, Seeds, StructureFactors};
use nanobragg_session::{Device, GpuChoice, Outputs};

use super::Context;
use super::geometry::Instrument;
use crate::{Origins, Setup};

/// The set-up while flags are applied to it.
pub(super) struct Draft {
    pub setup: Setup,
    /// Vectors of the custom convention, whether or not it is the one in force.
    pub frame: Frame,
    pub custom: bool,
    pub convention: Convention,
    /// Where a header says that the beam hits, along the fast and slow axes in meters.
    pub beam_spot: Option<(f64, f64)>,
    /// Pixels along the fast and slow axes, where they are given as numbers.
    pub fast_pixels: Option<usize>,
    pub slow_pixels: Option<usize>,
    /// The pivot that the flags set one after the other, as the reference program reads them.
    pub pivot_in_order: Option<Pivot>,
    pub hkl: Option<PathBuf>,
    pub hkl_column: Option<String>,
    pub space_group: Option<String>,
    pub pdb: Option<PathBuf>,
    pub matrix: Option<PathBuf>,
    pub sources: Option<PathBuf>,
    pub spectrum: Option<PathBuf>,
    pub instrument: Option<Instrument>,
    pub default_f: f64,
    pub dump: PathBuf,
    /// Whether structure factors of an earlier run may be read, and written for a later one.
    pub reads_dump: bool,
    pub writes_dump: bool,
    /// Whether the picture is linear, and the powers of ten that it shows where it is not.
    pub png_is_linear: bool,
    pub png_decades: f64,
    pub seed_of_noise: Option<i64>,
    pub seed_of_misset: Option<i64>,
    clock_seed: i64,
}

impl Draft {
    pub(super) fn new(context: &Context, quirks: Quirks) -> Self {
        let mut experiment = Experiment::new(Crystal::blank(), StructureFactors::uniform(0.0));
        experiment.quirks = quirks;
        Draft {
            setup: Setup {
                experiment,
                panels: Vec::new(),
                outputs: Outputs {
                    float: Some(PathBuf::from("floatimage.bin")),
                    int: Some(PathBuf::from("intimage.img")),
                    pgm: Some(PathBuf::from("image.pgm")),
                    noise: Some(PathBuf::from("noiseimage.img")),
                    adc_offset: 40.0,
                    ..Outputs::default()
                },
                device: Device::default(),
                precision: None,
                gpu: GpuChoice::default(),
                threads: 0,
                progress: true,
                origins: Origins::default(),
                warnings: Vec::new(),
                notes: Vec::new(),
                inputs: Vec::new(),
            },
            frame: Frame::default(),
            custom: false,
            convention: Convention::default(),
            beam_spot: None,
            fast_pixels: None,
            slow_pixels: None,
            pivot_in_order: None,
            hkl: None,
            hkl_column: None,
            space_group: None,
            pdb: None,
            matrix: None,
            sources: None,
            spectrum: None,
            instrument: None,
            default_f: 0.0,
            dump: PathBuf::from("Fdump.bin"),
            reads_dump: true,
            writes_dump: true,
            png_is_linear: false,
            png_decades: 4.0,
            seed_of_noise: None,
            seed_of_misset: None,
            clock_seed: context.clock_seed,
        }
    }

    pub(super) fn finish(mut self) -> Setup {
        let noise = self.seed_of_noise.unwrap_or(self.clock_seed);
        let seeds = &mut self.setup.experiment.seeds;
        *seeds = Seeds { noise, misset: self.seed_of_misset.unwrap_or(noise), mosaic: seeds.mosaic };
        self.setup
    }
}
