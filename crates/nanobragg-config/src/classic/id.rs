//! The names by which the program itself knows the flags.

/// Declares the enum and the list of all its members from one place, so that a test can ask whether every
/// member has its row in the table.
macro_rules! flag_ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Which flag an argument is, whatever spelling was used for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum FlagId { $($(#[$doc])* $name,)* }

        impl FlagId {
            /// Every flag, in the order of declaration.
            pub const ALL: &'static [FlagId] = &[$(FlagId::$name,)*];
        }
    };
}

flag_ids! {
    /// `-hkl`: text file of structure factors.
    Hkl,
    /// `-hkl_column`: which column of a file of structure factors.
    HklColumn,
    /// `-spacegroup`: symmetry of the structure factors.
    SpaceGroup,
    /// `-pdb`: coordinate file with the unit cell.
    Pdb,
    /// `-mat`: orientation matrix.
    Mat,
    /// `-cell`: unit cell lengths and angles.
    Cell,
    /// `-misset`: rotation of the crystal, or a random one.
    Misset,
    /// `-misset_seed`: seed of the random orientation.
    MissetSeed,
    /// `-default_F`: structure factor of reflections that are not listed.
    DefaultF,
    /// `-dump`: binary copy of the structure factors.
    Dump,
    /// `-nodump`: no binary copy.
    NoDump,
    /// `-img`: image whose header describes the experiment.
    Img,
    /// `-geometry`: instrument as DIALS, XDS or CrystFEL describe it.
    Geometry,
    /// `-experiment`: which experiment of a list.
    ExperimentNumber,
    /// `-scan_point`: which image of a scan.
    ScanPoint,
    /// `-panel`: the only panel to render.
    Panel,
    /// `-mask`: image that says which pixels to compute.
    Mask,
    /// `-spectrum`: measured spectrum.
    Spectrum,
    /// `-sourcefile`: table of X-ray sources.
    Sourcefile,
    /// `-stol`: table of an amorphous background against sin(theta)/lambda.
    Stol,
    /// `-4stol`: the same against four times sin(theta)/lambda.
    FourStol,
    /// `-Q`: the same against 4 pi sin(theta)/lambda.
    Q,
    /// `-stolout`: output table against sin(theta)/lambda.
    StolOut,
    /// `-N`: unit cells along every axis.
    N,
    /// `-Na`: unit cells along a.
    Na,
    /// `-Nb`: unit cells along b.
    Nb,
    /// `-Nc`: unit cells along c.
    Nc,
    /// `-xtalsize`: width of the crystal in all directions.
    XtalSize,
    /// `-xtal_thick`: width of the crystal along a.
    XtalX,
    /// `-xtal_width`: width of the crystal along b.
    XtalY,
    /// `-xtal_height`: width of the crystal along c.
    XtalZ,
    /// `-density`: density of the sample.
    Density,
    /// `-MW`: molecular weight of the sample.
    MolecularWeight,
    /// `-pixel`: edge of a pixel.
    Pixel,
    /// `-detpixels`: pixels along both edges.
    DetPixels,
    /// `-detpixels_f`: pixels along the fast axis.
    DetPixelsF,
    /// `-detpixels_s`: pixels along the slow axis.
    DetPixelsS,
    /// `-detsize`: length of both edges.
    DetSize,
    /// `-detsize_f`: length along the fast axis.
    DetSizeF,
    /// `-detsize_s`: length along the slow axis.
    DetSizeS,
    /// `-distance`: along the beam.
    Distance,
    /// `-close_distance`: along the detector normal.
    CloseDistance,
    /// `-Xbeam`: first coordinate of the direct beam.
    Xbeam,
    /// `-Ybeam`: second coordinate of the direct beam.
    Ybeam,
    /// `-Xclose`: fast coordinate of the nearest point.
    Xclose,
    /// `-Yclose`: slow coordinate of the nearest point.
    Yclose,
    /// `-ORGX`: fast coordinate of the nearest point, as XDS writes it.
    OrgX,
    /// `-ORGY`: slow coordinate of the nearest point, as XDS writes it.
    OrgY,
    /// `-pivot`: the point about which the detector turns.
    Pivot,
    /// `-mosflm`: convention of MOSFLM.
    Mosflm,
    /// `-xds`: convention of XDS.
    Xds,
    /// `-adxv`: convention of ADXV.
    Adxv,
    /// `-denzo`: convention of DENZO.
    Denzo,
    /// `-dials`: convention of DIALS.
    Dials,
    /// `-fdet_vector`: fast axis of the detector.
    FdetVector,
    /// `-sdet_vector`: slow axis of the detector.
    SdetVector,
    /// `-odet_vector`: normal of the detector.
    OdetVector,
    /// `-beam_vector`: direction of the beam.
    BeamVector,
    /// `-polar_vector`: direction of the electric field.
    PolarVector,
    /// `-spindle_axis`: axis of the phi rotation.
    SpindleAxis,
    /// `-twotheta_axis`: axis of the two-theta swing.
    TwothetaAxis,
    /// `-twotheta`: angle of the two-theta swing.
    Twotheta,
    /// `-pix0_vector`: origin of the first pixel, in meters.
    Pix0Vector,
    /// `-pix0_vector_mm`: origin of the first pixel, in millimeters.
    Pix0VectorMm,
    /// `-detector_rotx`: rotation of the detector about x.
    DetectorRotX,
    /// `-detector_roty`: rotation of the detector about y.
    DetectorRotY,
    /// `-detector_rotz`: rotation of the detector about z.
    DetectorRotZ,
    /// `-curved_det`: all pixels equally far from the sample.
    CurvedDet,
    /// `-point_pixel`: no obliquity in the solid angle.
    PointPixel,
    /// `-detector_abs`: attenuation depth of the sensor.
    DetectorAbs,
    /// `-detector_thick`: thickness of the sensor.
    DetectorThick,
    /// `-detector_thicksteps`: layers of the sensor.
    DetectorThicksteps,
    /// `-lambda`: wavelength.
    Lambda,
    /// `-energy`: photon energy.
    Energy,
    /// `-dispersion`: relative width of the spectrum.
    Dispersion,
    /// `-dispsteps`: wavelengths in the spectrum.
    Dispsteps,
    /// `-divergence`: horizontal and vertical divergence.
    Divergence,
    /// `-hdivrange`: horizontal divergence.
    HdivRange,
    /// `-vdivrange`: vertical divergence.
    VdivRange,
    /// `-hdivstep`: horizontal angle between sources.
    HdivStep,
    /// `-vdivstep`: vertical angle between sources.
    VdivStep,
    /// `-hdivsteps`: sources in the horizontal.
    HdivSteps,
    /// `-vdivsteps`: sources in the vertical.
    VdivSteps,
    /// `-divsteps`: sources in both directions.
    DivSteps,
    /// `-round_div`: elliptical grid of sources.
    RoundDiv,
    /// `-square_div`: rectangular grid of sources.
    SquareDiv,
    /// `-polar`: Kahn polarization factor.
    Polar,
    /// `-nopolar`: no polarization correction.
    NoPolar,
    /// `-phi`: first spindle angle.
    Phi,
    /// `-osc`: spindle range.
    Osc,
    /// `-phistep`: angle between phi steps.
    PhiStep,
    /// `-phisteps`: number of phi steps.
    PhiSteps,
    /// `-mosaic`: mosaic spread.
    Mosaic,
    /// `-mosaic_domains`: number of mosaic domains.
    MosaicDomains,
    /// `-mosaic_seed`: seed of the mosaic domains.
    MosaicSeed,
    /// `-dmin`: resolution limit.
    Dmin,
    /// `-oversample`: sub-pixels along each pixel edge.
    Oversample,
    /// `-oversample_thick`: absorption for every sub-pixel.
    OversampleThick,
    /// `-oversample_polar`: polarization for every sub-pixel.
    OversamplePolar,
    /// `-oversample_omega`: solid angle for every sub-pixel.
    OversampleOmega,
    /// `-roi`: part of the image to compute.
    Roi,
    /// `-fluence`: photons per area.
    Fluence,
    /// `-flux`: photons per second.
    Flux,
    /// `-exposure`: exposure time.
    Exposure,
    /// `-beamsize`: width of the beam.
    BeamSize,
    /// `-water`: size of the water that surrounds the crystal.
    Water,
    /// `-interpolate`: interpolate structure factors.
    Interpolate,
    /// `-nointerpolate`: use the nearest structure factor.
    NoInterpolate,
    /// `-square_xtal`: parallelepiped crystal.
    SquareXtal,
    /// `-round_xtal`: ellipsoidal crystal.
    RoundXtal,
    /// `-gauss_xtal`: Gaussian spots.
    GaussXtal,
    /// `-tophat_spots`: spots with a sharp edge.
    TophatSpots,
    /// `-fudge`: scale of the spot width.
    Fudge,
    /// `-floatfile`: image of 32-bit floats.
    FloatFile,
    /// `-intfile`: noiseless SMV image.
    IntFile,
    /// `-scale`: scale of the noiseless SMV image.
    Scale,
    /// `-adc`: offset of the SMV images.
    Adc,
    /// `-pgmfile`: 8-bit gray image.
    PgmFile,
    /// `-pgmscale`: scale of the gray image.
    PgmScale,
    /// `-nopgm`: no gray image.
    NoPgm,
    /// `-noisefile`: SMV image with photon noise.
    NoiseFile,
    /// `-nonoise`: no image with noise.
    NoNoise,
    /// `-cbffile`: miniCBF image.
    CbfFile,
    /// `-nxsfile`: NXmx file.
    NxsFile,
    /// `-npyfile`: NumPy array.
    NpyFile,
    /// `-tiffile`: TIFF image of floats.
    TifFile,
    /// `-pngfile`: picture to look at.
    PngFile,
    /// `-png_scale`: linear or logarithmic picture.
    PngScale,
    /// `-png_decades`: powers of ten that a logarithmic picture shows.
    PngDecades,
    /// `-png_percentile`: pixels that are shown at their brightest.
    PngPercentile,
    /// `-png_colors`: color map of the picture.
    PngColors,
    /// `-png_rings`: resolution rings on the picture.
    PngRings,
    /// `-png_beam`: mark of the direct beam on the picture.
    PngBeam,
    /// `-seed`: seed of the photon noise.
    Seed,
    /// `-printout`: print pixel values.
    Printout,
    /// `-printout_pixel`: print one pixel's values.
    PrintoutPixel,
    /// `-trace_pixel`: print every intermediate of one pixel.
    TracePixel,
    /// `-progress`: progress meter on.
    Progress,
    /// `-noprogress`: progress meter off.
    NoProgress,
    /// `-coherent`: accepted, without effect.
    Coherent,
    /// `-hdiv`: in older documentation, never read.
    Hdiv,
    /// `-vdiv`: in older documentation, never read.
    Vdiv,
    /// `-dispstep`: in older documentation, never read.
    DispStep,
    /// `-source_distance`: in older documentation, never read.
    SourceDistance,
    /// `-quirks`: which defects of the reference to keep.
    Quirks,
    /// `-phi_carryover_mode`: what a phi step of exactly zero does.
    PhiCarryoverMode,
    /// `-threads`: number of threads.
    Threads,
    /// `-device`: what computes the image.
    Device,
    /// `-dtype`: precision of the lattice factor.
    Dtype,
    /// `-adapter`: which graphics processor.
    Adapter,
    /// `-selftest`: test the graphics processor anew.
    SelfTest,
    /// `-gpu_limits`: limits below those of the graphics processor.
    GpuLimits,
    /// `-show`: print the experiment and stop.
    Show,
    /// `-version`: print the version and stop.
    Version,
    /// `-help`: print the help and stop.
    Help,
    /// `-completions`: print a completion script and stop.
    Completions,
    /// `-man`: print the manual page and stop.
    ManPage,
    /// `-v`: say more.
    Verbose,
    /// `-vv`: say much more.
    VeryVerbose,
    /// `-q`: say nothing but errors.
    Quiet,
    /// `-o`: one output file, format by extension.
    Output,
}
