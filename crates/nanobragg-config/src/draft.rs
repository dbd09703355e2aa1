//! The set-up while flags are applied to it.

use std::path::PathBuf;

use nanobragg::Error;
use nanobragg::model::{
    Convention, Detector, Dose, Experiment, Frame, Misset, Quirks, Rendering, Shape, Source, SpectralLine,
    StepPoint, UnitCell,
};
use nanobragg::nalgebra::Matrix3;
use nanobragg_io::cell::{SpaceGroup, cell_of_rows};
use nanobragg_io::geometry;
use nanobragg_io::image_axes::ImageAxes;
use nanobragg_io::instrument_image::ImageCrystal;
use nanobragg_session::{Device, GpuChoice, Provenance};

use crate::flag_id::FlagId;
use crate::{Origin, Origins, Outputs, Setup};

/// The set-up while flags are applied to it.
pub(crate) struct Draft {
    pub setup: Setup,
    /// Vectors of the custom convention, whether or not it is the one in force.
    pub frame: Frame,
    pub is_custom: bool,
    pub convention: Convention,
    pub beam: BeamRequest,
    pub crystal: CrystalRequest,
    pub placement: PlacementRequest,
    pub sensor: SensorRequest,
    pub rotation: RotationRequest,
    /// Where a header says that the beam hits, along the fast and slow axes in meters.
    pub beam_spot: Option<(f64, f64)>,
    /// The distance to the detector's plane in mm that a header says and that counts, and the file.
    pub close_in_header: Option<(String, f64)>,
    /// How an image's file says that its detector lies, and the file.
    pub axes: Option<(String, ImageAxes)>,
    /// The spindle that an image's file has, in the frame of its axes, and the file.
    pub spindle: Option<(String, [f64; 3])>,
    /// The direction of the field that an image's file has, in the frame of its axes, and the file.
    pub polar: Option<(String, [f64; 3])>,
    /// The crystal in an image's file, and the file.
    pub crystal_of_image: Option<(PathBuf, ImageCrystal)>,
    /// The space group that the file of an image names.
    pub group_of_image: Option<(PathBuf, SpaceGroup)>,
    /// That of a matrix.
    pub group_of_matrix: Option<(PathBuf, SpaceGroup)>,
    /// That of the file of a cell.
    pub group_of_cell: Option<(PathBuf, SpaceGroup)>,
    /// The exposure of an image in seconds that its file says.
    pub exposure_of_image: Option<(PathBuf, f64)>,
    /// Photons per area in the image, 1/m², and its file.
    pub fluence_of_image: Option<(PathBuf, f64)>,
    /// The reciprocal axes of its crystal as columns in the laboratory's frame.
    pub reciprocal_of_image: Option<Matrix3<f64>>,
    /// Pixels along the fast and slow axes, where they are given as numbers.
    pub fast_pixels: Option<usize>,
    pub slow_pixels: Option<usize>,
    pub hkl: Option<PathBuf>,
    pub hkl_column: Option<String>,
    pub space_group: Option<String>,
    pub pdb: Option<PathBuf>,
    pub matrix: Option<PathBuf>,
    /// The file of the mask.
    pub mask: Option<PathBuf>,
    pub sources: Option<PathBuf>,
    pub spectrum: Option<PathBuf>,
    pub instrument: Option<Instrument>,
    pub default_f: f64,
    pub dump: PathBuf,
    /// Whether structure factors of an earlier run may be read, and written for a later one.
    pub reads_dump: bool,
    pub writes_dump: bool,
    /// The image whose format its extension tells.
    pub named: Vec<PathBuf>,
    pub no_noise: bool,
    /// Whether the picture is linear, and the powers of ten that it shows where it is not.
    pub png_is_linear: bool,
    pub png_decades: f64,
    pub seed_of_noise: Option<i64>,
    pub seed_of_misset: Option<i64>,
    seed: i64,
}

/// What flags and headers say of a rotation: angles in radians, `None` (or a negative number) where they say nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RotationRequest {
    pub start: f64,
    pub range: Option<f64>,
    pub step: Option<f64>,
    pub count: Option<i64>,
    /// Whether the count is the plan's to choose.
    pub enough: bool,
    /// Where steps are sampled, if that is said.
    pub at: Option<StepPoint>,
    /// Whether it turns the other way: range and step are counted against the right-handed sense of the axis.
    pub backwards: bool,
}

/// What flags say of samples: `None` (or a negative number) where they say nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StepsRequest {
    pub range: Option<f64>,
    pub step: Option<f64>,
    pub count: Option<i64>,
}

/// What flags and headers say of where the detector stands: meters, `None` where they say nothing; pairs are X and Y of the
/// convention or, of the near point, along the fast and slow axes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PlacementRequest {
    /// Along the beam.
    pub distance: f64,
    /// Along the normal.
    pub close_distance: Option<f64>,
    pub beam: [Option<f64>; 2],
    pub close: [Option<f64>; 2],
    /// The near point in pixels as XDS counts them.
    pub org: [Option<f64>; 2],
    /// Vector from the crystal to the outer corner of the first pixel.
    pub corner: Option<[f64; 3]>,
}

/// What flags say of the sensor, in SI units.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SensorRequest {
    pub thickness: f64,
    pub mu: Option<f64>,
    pub layers: Option<i64>,
}

/// What flags, headers and files say of the beam, in SI units.
#[derive(Clone, Debug)]
pub(crate) struct BeamRequest {
    pub wavelength: f64,
    /// As fractions of the wavelength.
    pub dispersion: StepsRequest,
    pub horizontal: StepsRequest,
    pub vertical: StepsRequest,
    /// Whether the corners of the grid of directions are kept.
    pub square: bool,
    pub spectrum: Option<Vec<SpectralLine>>,
    pub sources: Option<Vec<Source>>,
    /// Kahn's factor, whether or not it is applied.
    pub kahn: f64,
    pub polarized: bool,
    pub fluence: f64,
    /// Zero where it is not given.
    pub flux: f64,
    pub exposure: f64,
    pub size: f64,
}

impl Default for BeamRequest {
    fn default() -> Self {
        let dose = Dose::default();
        BeamRequest {
            wavelength: 1e-10,
            dispersion: StepsRequest { range: Some(0.0), ..StepsRequest::default() },
            horizontal: StepsRequest::default(),
            vertical: StepsRequest::default(),
            square: false,
            spectrum: None,
            sources: None,
            kahn: 0.0,
            polarized: true,
            fluence: dose.fluence(),
            flux: 0.0,
            exposure: dose.exposure(),
            size: dose.beam_size().unwrap_or_default(),
        }
    }
}

/// What flags and files say of the crystal.
#[derive(Clone, Debug)]
pub(crate) struct CrystalRequest {
    /// Edges in Ångström and angles in radians, complete.
    pub cell: Option<[f64; 6]>,
    /// Rows of a MOSFLM matrix.
    pub matrix: Option<[[f64; 3]; 3]>,
    pub misset: Misset,
    pub cells: [f64; 3],
    /// Meters; zero where it is not given.
    pub size: [f64; 3],
    pub shape: Shape,
    pub fudge: f64,
    /// m².
    pub b_factor: f64,
    /// Mosaic spread in radians.
    pub spread: Option<f64>,
    pub domains: Option<i64>,
    /// Where the plan is to choose their number: the most that there may be.
    pub enough: Option<usize>,
}

impl Default for CrystalRequest {
    fn default() -> Self {
        CrystalRequest {
            cell: None,
            matrix: None,
            misset: Misset::None,
            cells: [1.0; 3],
            size: [0.0; 3],
            shape: Shape::default(),
            fudge: 1.0,
            b_factor: 0.0,
            spread: None,
            domains: None,
            enough: None,
        }
    }
}

/// What the description of an instrument says that has to wait for the flags.
pub(crate) struct Instrument {
    /// The file, as the flag names it.
    pub file: PathBuf,
    /// Reciprocal cell vectors in 1/Å, in columns.
    pub crystal: Option<Matrix3<f64>>,
    /// A cell without an orientation, edges in Å and angles in degrees.
    pub lone_cell: Option<[f64; 6]>,
    pub space_group: Option<SpaceGroup>,
    pub panels: Vec<geometry::Panel>,
    /// Models of all images, where they vary.
    pub moving: Vec<geometry::Moving>,
    /// The panel that was asked for.
    pub chosen: Option<usize>,
}

impl Instrument {
    /// The cell of its crystal, edges in Å and angles in degrees.
    pub fn own_cell(&self) -> Option<[f64; 6]> {
        Some(cell_of_rows(&self.crystal?.try_inverse()?))
    }
}

impl Draft {
    /// A draft of which no flag has said anything, the defaults of the table included.
    ///
    /// # Errors
    /// None that flags could cause.
    pub fn blank(seed: i64, quirks: Quirks) -> Result<Self, Error> {
        // The place of the crystal that flags and files are going to describe.
        let any = UnitCell::new(1.0, 1.0, 1.0, 90.0, 90.0, 90.0)?;
        let mut experiment = Experiment::uniform(any, 0.0);
        experiment.quirks = quirks;
        Ok(Draft {
            setup: Setup {
                experiment,
                panels: Vec::new(),
                images: Vec::new(),
                described: None,
                outputs: Outputs::default(),
                device: Device::default(),
                precision: None,
                gpu: GpuChoice::default(),
                threads: 0,
                allow_nonfinite: false,
                progress: false,
                origins: Origins::default(),
                warnings: Vec::new(),
                notes: Vec::new(),
                inputs: Vec::new(),
                symmetry: Vec::new(),
                provenance: Provenance::default(),
            },
            frame: Frame::default(),
            is_custom: false,
            convention: Convention::default(),
            beam: BeamRequest::default(),
            crystal: CrystalRequest::default(),
            placement: PlacementRequest::default(),
            sensor: SensorRequest::default(),
            rotation: RotationRequest::default(),
            beam_spot: None,
            close_in_header: None,
            axes: None,
            spindle: None,
            polar: None,
            crystal_of_image: None,
            group_of_image: None,
            group_of_cell: None,
            group_of_matrix: None,
            exposure_of_image: None,
            reciprocal_of_image: None,
            fluence_of_image: None,
            fast_pixels: None,
            slow_pixels: None,
            hkl: None,
            hkl_column: None,
            space_group: None,
            pdb: None,
            mask: None,
            matrix: None,
            sources: None,
            spectrum: None,
            instrument: None,
            default_f: 0.0,
            dump: PathBuf::new(),
            reads_dump: true,
            writes_dump: true,
            named: Vec::new(),
            no_noise: false,
            png_is_linear: false,
            png_decades: 0.0,
            seed_of_noise: None,
            seed_of_misset: None,
            seed,
        })
    }

    pub fn rendering(&mut self) -> &mut Rendering {
        &mut self.setup.experiment.rendering
    }

    pub fn detector(&mut self) -> &mut Detector {
        &mut self.setup.experiment.detector
    }

    pub fn outputs(&mut self) -> &mut Outputs {
        &mut self.setup.outputs
    }

    /// Chooses a named convention.
    pub fn choose(&mut self, convention: Convention) {
        self.convention = convention;
        self.is_custom = false;
    }

    /// Chooses the custom convention, whose vectors these are.
    pub fn custom(&mut self) -> &mut Frame {
        self.is_custom = true;
        &mut self.frame
    }

    /// The set-up, with its seeds.
    pub fn finish(mut self) -> Setup {
        if self.seed_of_noise.is_none() {
            self.setup.origins.note(FlagId::Seed, Origin::Drawn);
        }
        if self.seed_of_misset.is_none() {
            let origin = self.setup.origins.of(&[FlagId::Seed]);
            self.setup.origins.note(FlagId::MissetSeed, origin);
        }
        let noise = self.seed_of_noise.unwrap_or(self.seed);
        let seeds = &mut self.setup.experiment.seeds;
        (seeds.noise, seeds.misset) = (noise, self.seed_of_misset.unwrap_or(noise));
        self.setup
    }
}
