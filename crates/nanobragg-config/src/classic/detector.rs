//! How the C program places a detector by what flags and headers say of it.

use nanobragg::model::{Convention, Distance, PixelGrid, Placement, Quirk, Quirks, Rest};

use crate::draft::PlacementRequest;

/// The place of a detector with these pixels: a close distance before a distance, a corner before both; the close point
/// stands in for a beam center in the conventions that go by it. It is the near point unless a quirk drops it.
pub(crate) fn placement(
    request: &PlacementRequest,
    convention: &Convention,
    grid: &PixelGrid,
    quirks: Quirks,
) -> Placement {
    let middle = [grid.size_fast / 2.0, grid.size_slow / 2.0];
    let near_point = both(request.org, middle).map(|near| {
        // XDS counts pixels from 1, at their centers.
        let along = |org: Option<f64>, at: f64| org.map_or(at, |org| (org - 0.5) * grid.pixel_size);
        [along(request.org[0], near[0]), along(request.org[1], near[1])]
    });
    let close_counts = !quirks.has(Quirk::UnusedPointDropped);
    let near_point = near_point.or_else(|| both(request.close, middle).filter(|_| close_counts));
    let near = near_point.unwrap_or(middle);
    let close = [0, 1].map(|axis| request.close[axis].unwrap_or(near[axis]));
    let beam_center = match convention {
        Convention::Xds | Convention::Dials | Convention::Custom(_) => {
            let given = [0, 1].map(|axis| request.beam[axis].or(request.close[axis]));
            both(given, close)
        }
        Convention::Mosflm | Convention::Adxv | Convention::Denzo => {
            both(request.beam, convention.default_center(grid, near))
        }
    };
    let distance = match request.close_distance {
        Some(distance) => Distance::ToPlane(distance),
        None => Distance::AlongBeam(request.distance),
    };
    let rest = Rest { distance, beam_center, near_point };
    match request.corner {
        Some(origin) => Placement::Corner { origin, rest },
        None => Placement::Rest(rest),
    }
}

/// Two coordinates where either is given, the other by default.
fn both(given: [Option<f64>; 2], default: [f64; 2]) -> Option<[f64; 2]> {
    let any = given.iter().any(Option::is_some);
    any.then(|| [0, 1].map(|axis| given[axis].unwrap_or(default[axis])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DROPPED: Quirks = Quirks::NONE.with(Quirk::UnusedPointDropped);
    const GRID: PixelGrid = PixelGrid { pixel_size: 1e-3, size_fast: 0.06, size_slow: 0.04 };

    fn rest(request: PlacementRequest, convention: Convention) -> Rest {
        *placement(&request, &convention, &GRID, DROPPED).rest().unwrap()
    }

    fn request() -> PlacementRequest {
        PlacementRequest { distance: 0.1, ..PlacementRequest::default() }
    }

    #[test]
    fn what_is_not_said_is_left_to_the_library() {
        assert_eq!(rest(request(), Convention::Mosflm), Rest::at(0.1));
    }

    #[test]
    fn a_coordinate_alone_comes_with_the_default_of_the_other() {
        let beam = PlacementRequest { beam: [Some(0.011), None], ..request() };
        assert_eq!(rest(beam, Convention::Mosflm), Rest::at(0.1).with_beam_center(0.011, 0.061 / 2.0));
        assert_eq!(rest(beam, Convention::Xds), Rest::at(0.1).with_beam_center(0.011, 0.02));
        let org = PlacementRequest { org: [None, Some(2.5)], ..request() };
        assert_eq!(rest(org, Convention::Mosflm), Rest::at(0.1).with_near_point(0.03, 2.0 * 1e-3));
    }

    #[test]
    fn the_close_point_is_a_beam_center_only_where_the_convention_goes_by_it() {
        let close = PlacementRequest { close: [Some(0.01), None], org: [None, Some(2.5)], ..request() };
        assert_eq!(rest(close, Convention::Mosflm).beam_center, None);
        assert_eq!(rest(close, Convention::Dials).beam_center, Some([0.01, 2.0 * 1e-3]));
        let alone = PlacementRequest { close: [Some(0.01), None], ..request() };
        assert_eq!(rest(alone, Convention::Mosflm), Rest::at(0.1));
        let counted = placement(&alone, &Convention::Mosflm, &GRID, Quirks::NONE);
        assert_eq!(counted, Rest::at(0.1).with_near_point(0.01, 0.02).into());
        let beam = PlacementRequest { beam: [Some(0.02), None], ..close };
        assert_eq!(rest(beam, Convention::Dials).beam_center, Some([0.02, 2.0 * 1e-3]));
    }

    #[test]
    fn corner_then_close_distance_then_distance() {
        let close = PlacementRequest { close_distance: Some(0.09), ..request() };
        assert_eq!(rest(close, Convention::Xds).distance, Distance::ToPlane(0.09));
        let corner = PlacementRequest { corner: Some([0.1, 0.0, 0.0]), ..close };
        let found = placement(&corner, &Convention::Xds, &GRID, DROPPED);
        let rest = Rest { distance: Distance::ToPlane(0.09), ..Rest::at(0.1) };
        assert_eq!(found, Placement::Corner { origin: [0.1, 0.0, 0.0], rest });
    }
}
