//! What the shaders read, as Rust structures. A test compares them with the shaders' own, field by field.

use bytemuck::{Pod, Zeroable};

/// Defines a structure and the list of its fields, for the comparison with the shaders'.
macro_rules! listed {
    ($(#[$meta:meta])* $name:ident { $($field:ident: $kind:ty,)* }) => {
        $(#[$meta])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
        pub struct $name {
            $(pub $field: $kind,)*
        }
        #[cfg(test)]
        impl $name {
            /// Names and offsets in bytes.
            pub const FIELDS: &'static [(&'static str, usize)] =
                &[$((stringify!($field), std::mem::offset_of!($name, $field)),)*];
        }
    };
}

listed! {
    /// One dispatch: which tiles, and which part of their pixels' sums.
    Dispatch {
        tile_first: u32,
        tile_count: u32,
        groups_x: u32,
        band_first: u32,
        band_sums: u32,
        place_first: u32,
        place_end: u32,
        source_first: u32,
        source_end: u32,
        orientation_first: u32,
        orientation_end: u32,
        begins: u32,
        zero: u32,
        sources_per_block: u32,
        places_per_block: u32,
        padding: u32,
    }
}

macro_rules! frames {
    ($single:ident, $double:ident { $($real:ident,)* } { $($whole:ident: $kind:ty,)* }) => {
        listed! {
            /// What belongs to the experiment, in single precision.
            $single { $($real: f32,)* $($whole: $kind,)* }
        }
        listed! {
            /// What belongs to the experiment, in double precision.
            $double { $($real: f64,)* $($whole: $kind,)* }
        }
        impl $double {
            /// The same in single precision.
            pub fn narrowed(&self) -> $single {
                $single { $($real: self.$real as f32,)* $($whole: self.$whole,)* }
            }
        }
    };
}

frames! {
    FrameSingle, FrameDouble {
        fdet_x, fdet_y, fdet_z,
        sdet_x, sdet_y, sdet_z,
        odet_x, odet_y, odet_z,
        pix0_x, pix0_y, pix0_z,
        beam_x, beam_y, beam_z,
        distance,
        subpixel_size,
        pixel_size,
        close_distance,
        layer_spacing,
        layer_depth,
        plane_step,
        mu,
        dmin,
        cells_a, cells_b, cells_c,
        a_star_x, a_star_y, a_star_z,
        b_star_x, b_star_y, b_star_z,
        c_star_x, c_star_y, c_star_z,
        star_rest_ax, star_rest_ay, star_rest_az,
        star_rest_bx, star_rest_by, star_rest_bz,
        star_rest_cx, star_rest_cy, star_rest_cz,
        star_factor_a, star_factor_b, star_factor_c,
        fudge,
        half_b,
        kahn,
        background_start,
        background_per_term,
        intensity,
        default_f,
        place_unit,
    } {
        row_first: u32,
        row_end: u32,
        column_first: u32,
        column_end: u32,
        tiles_x: u32,
        image_fast: u32,
        oversample: u32,
        layers: u32,
        sources: u32,
        orientations: u32,
        flags: u32,
        latch: u32,
        table_first_h: i32,
        table_first_k: i32,
        table_first_l: i32,
        table_shape_h: u32,
        table_shape_k: u32,
        table_shape_l: u32,
        table_split: u32,
        whole_cells_a: i32,
        whole_cells_b: i32,
        whole_cells_c: i32,
        dmin_low: i32,
        radius_a: u32,
        radius_b: u32,
        radius_c: u32,
        radius_shift: u32,
        star_whole_ax: i32,
        star_whole_ay: i32,
        star_whole_az: i32,
        star_whole_bx: i32,
        star_whole_by: i32,
        star_whole_bz: i32,
        star_whole_cx: i32,
        star_whole_cy: i32,
        star_whole_cz: i32,
        star_exponent: i32,
        padding: u32,
    }
}

/// Bits of `flags`, named as in `shader/layout.wgsl`.
pub mod flag {
    pub const ABSORBING: u32 = 1;
    pub const POLARIZED: u32 = 2;
    pub const EPSILON: u32 = 4;
    pub const POINT_PIXEL: u32 = 8;
    pub const OMEGA_PER_TERM: u32 = 16;
    pub const POLAR_PER_TERM: u32 = 32;
    pub const CAPTURE_PER_TERM: u32 = 64;
    pub const WATER: u32 = 128;
    pub const DMIN: u32 = 256;
}

listed! {
    /// A source in single precision.
    SourceSingle {
        high_x: i32, high_y: i32, high_z: i32,
        low_x: u32, low_y: u32, low_z: u32,
        ratio: u32,
        ratio_rest: f32,
        incident_x: f32, incident_y: f32, incident_z: f32,
        wavelength: f32,
        weight: f32,
        b_x: f32, b_y: f32, b_z: f32,
        e_x: f32, e_y: f32, e_z: f32,
    }
}

listed! {
    /// A source in double precision.
    SourceDouble {
        incident_x: f64, incident_y: f64, incident_z: f64,
        wavelength: f64,
        weight: f64,
        b_x: f64, b_y: f64, b_z: f64,
        e_x: f64, e_y: f64, e_z: f64,
    }
}

/// A lattice in single precision: a, b and c in units of 2⁻¹⁰ turns, the rest times 2³², and themselves. Without gaps, so
/// that a shader reads seven words of 16 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct OrientationSingle {
    pub whole: [[i32; 3]; 3],
    pub rest: [[f32; 3]; 3],
    pub alpha: [[f32; 3]; 3],
    pub padding: u32,
}

/// A lattice in double precision, meters.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct OrientationDouble {
    pub vectors: [f64; 9],
}
