//! How a point of a curved detector moves with what it is computed from.

use nalgebra::Vector3;

use crate::physics::geometry::Panel;
use crate::physics::rotation::about_axis;

/// Numbers that a point of a curved detector, and its solid angle, are computed from: beam, fast axis, slow axis, normal, corner,
/// distance along the beam, distance of the plane.
pub(crate) const BENT: usize = 17;

/// Derivatives by the vectors and lengths of a curved panel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BentSlopes {
    beam: Vector3<f64>,
    fdet: Vector3<f64>,
    sdet: Vector3<f64>,
    odet: Vector3<f64>,
    pix0: Vector3<f64>,
    distance: f64,
    close: f64,
}

/// What something that is computed from a point changes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByPoint {
    /// By the point.
    pub point: Vector3<f64>,
    /// By the normal.
    pub odet: Vector3<f64>,
    /// By the distance of the plane.
    pub close: f64,
}

impl BentSlopes {
    /// Of the point at `fast`, `slow` and `depth` meters, in the operations of [`position`](crate::physics::geometry::position).
    // @stage bent
    pub fn of(panel: &Panel<f64>, [fast, slow, depth]: [f64; 3], by: &ByPoint) -> Self {
        let Panel { beam, fdet, sdet, odet, pix0, distance, .. } = panel;
        let flat = fdet * fast + sdet * slow + odet * depth + pix0;
        let [swing, lift] = [flat.y / distance, flat.z / distance];
        let start = beam * *distance;
        let swung = about_axis(&start, sdet, swing);
        let lifted = Turned::back(&swung, fdet, lift, &by.point);
        let turned = Turned::back(&start, sdet, swing, &lifted.vector);
        let by_flat = Vector3::new(0.0, turned.angle, lifted.angle) / *distance;
        BentSlopes {
            beam: turned.vector * *distance,
            fdet: lifted.axis + by_flat * fast,
            sdet: turned.axis + by_flat * slow,
            odet: by.odet + by_flat * depth,
            pix0: by_flat,
            distance: turned.vector.dot(beam) - by_flat.dot(&flat) / distance,
            close: by.close,
        }
    }

    /// In the order of the panel's numbers.
    pub fn numbers(&self) -> impl Iterator<Item = f64> {
        let vectors = [self.beam, self.fdet, self.sdet, self.odet, self.pix0];
        vectors.into_iter().flat_map(|v| [v.x, v.y, v.z]).chain([self.distance, self.close])
    }
}

/// Derivatives by what a rotated vector is made of.
struct Turned {
    vector: Vector3<f64>,
    axis: Vector3<f64>,
    angle: f64,
}

impl Turned {
    /// Of `v` rotated about `axis`, from the derivative `by` of the rotated vector.
    // @stage turned_back
    fn back(v: &Vector3<f64>, axis: &Vector3<f64>, angle: f64, by: &Vector3<f64>) -> Self {
        let (sin, cos) = angle.sin_cos();
        let (along, by_along) = (axis.dot(v), axis.dot(by));
        Turned {
            vector: by * cos + by.cross(axis) * sin + axis * (by_along * (1.0 - cos)),
            axis: v.cross(by) * sin + (by * along + v * by_along) * (1.0 - cos),
            angle: by.dot(&(axis.cross(v) * cos - v * sin)) + by_along * along * sin,
        }
    }
}
