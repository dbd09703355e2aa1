//! The keys that dxtbx has for its models.

/// Those of an experiment.
pub(super) const EXPERIMENT: &[&str] = &[
    "__id__",
    "identifier",
    "beam",
    "detector",
    "goniometer",
    "scan",
    "crystal",
    "imageset",
    "profile",
    "scaling_model",
];
/// Those of a document.
const DOCUMENT: &[&str] = &[
    "__id__",
    "experiment",
    "imageset",
    "beam",
    "detector",
    "goniometer",
    "scan",
    "crystal",
    "profile",
    "scaling_model",
    "history",
];
const SCAN: &[&str] = &[
    "image_range",
    "batch_offset",
    "oscillation",
    "exposure_time",
    "epochs",
    "valid_image_ranges",
    "properties",
];
const PROPERTIES: &[&str] = &["oscillation", "oscillation_width", "exposure_time", "epochs"];
const BEAM: &[&str] = &[
    "direction",
    "wavelength",
    "wavelength_range",
    "divergence",
    "sigma_divergence",
    "polarization_normal",
    "polarization_fraction",
    "flux",
    "transmission",
    "sample_to_source_distance",
    "s0_at_scan_points",
];
const GONIOMETER: &[&str] = &[
    "axes",
    "angles",
    "names",
    "scan_axis",
    "rotation_axis",
    "fixed_rotation",
    "setting_rotation",
    "setting_rotation_at_scan_points",
];
const CRYSTAL: &[&str] = &[
    "real_space_a",
    "real_space_b",
    "real_space_c",
    "space_group_hall_symbol",
    "mosaicity",
    "ML_half_mosaicity_deg",
    "ML_domain_size_ang",
    "A_at_scan_points",
    "B_covariance",
    "recalculated_unit_cell",
];
const DETECTOR: &[&str] = &["panels", "hierarchy"];
const PANEL: &[&str] = &[
    "fast_axis",
    "slow_axis",
    "origin",
    "raw_image_offset",
    "image_size",
    "pixel_size",
    "trusted_range",
    "thickness",
    "material",
    "identifier",
    "pedestal",
    "px_mm_strategy",
    "children",
];

/// The keys that dxtbx has for a model, or for what is in one.
pub(super) fn keys_of(model: &str) -> &'static [&'static str] {
    match model {
        "" => DOCUMENT,
        "experiment" => EXPERIMENT,
        "scan" => SCAN,
        "properties" => PROPERTIES,
        "beam" => BEAM,
        "goniometer" => GONIOMETER,
        "crystal" => CRYSTAL,
        "detector" => DETECTOR,
        "panels" | "hierarchy" | "children" => PANEL,
        _ => &[],
    }
}
