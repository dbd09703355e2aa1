//! Beam centers of an SMV header in the keys of other programs, which are not read.

use std::path::Path;

use crate::c_format::g;
use crate::lines::finite;
use crate::smv::SmvHeader;
use crate::warning::{Assumption, Warning, WarningKind};

/// Pixels by which the conventions of beam centers differ from one another.
pub const CONVENTIONS_PX: f64 = 1.5;
/// Keys of beam centers that are read, by which counts first. Of the first two the unit is a pixel, of which the first has the center 1.
const ORG: [[&str; 2]; 2] = [["ORGX", "ORGY"], ["XDS_ORGX", "XDS_ORGY"]];
const DENZO: [&str; 2] = ["DENZO_X_BEAM", "DENZO_Y_BEAM"];
const CENTER: [&str; 2] = ["BEAM_CENTER_X", "BEAM_CENTER_Y"];
/// Keys of those that are not.
const OTHERS: [[&str; 2]; 2] = [["MOSFLM_CENTER_X", "MOSFLM_CENTER_Y"], ["ADXV_CENTER_X", "ADXV_CENTER_Y"]];
/// The corner of the detector seen from the crystal, of which two numbers are the place of the beam.
const DIALS: &str = "DIALS_ORIGIN";

/// Centers that are another place than the one that counts, in whatever convention, or the only ones: of an image of so many pixels along fast
/// and slow whose detector is tilted by axes, or swung.
pub(super) fn of_other_programs(
    path: &Path,
    header: &SmvHeader,
    size: [usize; 2],
    (is_tilted, is_swung): (bool, bool),
) -> Vec<Warning> {
    let number = |key: &str| header.entry(key).ok().flatten();
    let pair = |[x, y]: [&str; 2]| Some([number(x)?, number(y)?]).filter(|pair| *pair != [0.0; 2]);
    let pixel = number("PIXEL_SIZE").filter(|pixel| *pixel > 0.0);
    let of_org = |keys| Some(pair(keys)?.map(|place| (place - 0.5) * pixel.unwrap_or_default()));
    let counts = pair(DENZO).or_else(|| pair(CENTER)).or_else(|| ORG.into_iter().find_map(of_org));
    let dials = header.exact(DIALS).and_then(|text| {
        let words = text.split([',', ' ']).map(|word| finite(word.trim().as_bytes()));
        let numbers: Vec<f64> = words.flatten().collect();
        let mut places: [f64; 3] = numbers.first_chunk::<3>()?.map(f64::abs);
        // The beam runs along any of the axes: what is left without the distance are the places.
        if let Some(distance) = number("DISTANCE") {
            let off = |place: &f64| (place - distance).abs();
            let along = (0..3).min_by(|&a, &b| off(&places[a]).total_cmp(&off(&places[b])))?;
            places[along..].rotate_left(1);
        }
        Some((DIALS.to_owned(), [places[0], places[1]]))
    });
    let others = OTHERS.into_iter().filter_map(|keys| Some((keys.join(", "), pair(keys)?)));
    let is_same = |[x, y]: [f64; 2], [a, b]: [f64; 2]| {
        let Some(pixel) = pixel else { return true };
        let [fast, slow] = size.map(|pixels| pixels as f64 * pixel);
        // Programs count along either axis from either end.
        let near = |value: f64, place: f64| {
            let ends = [place, fast - place, slow - place];
            ends.iter().any(|end| (end - value).abs() <= CONVENTIONS_PX * pixel)
        };
        near(x, a) && near(y, b) || near(x, b) && near(y, a)
    };
    let doubt = |(name, found): (String, [f64; 2])| {
        let said = found.map(|place| g(place, 6)).join(" ");
        let doubt = match counts {
            Some(counts) if is_swung || is_same(found, counts) => return None,
            Some(counts) => {
                let place = counts.map(|place| g(place, 6)).join(" ");
                let other = format!("ignored; the beam is at {place} mm by the keys that count");
                Warning::new(WarningKind::ContradictingHeader, path, name, said, other)
            }
            None if is_tilted => return None,
            None => {
                let assumed = "not read; DENZO_X_BEAM and DENZO_Y_BEAM are the keys for it";
                Warning::new(WarningKind::UnknownKey, path, name, said, assumed)
            }
        };
        Some(doubt.of(Assumption::BeamCenter))
    };
    others.chain(dials).filter_map(doubt).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centers_of_other_programs_are_named_where_they_are_elsewhere_or_alone() {
        let path = Path::new("a.img");
        let said = |text: &str| {
            let header = SmvHeader::of_text(path, &format!("{{\nPIXEL_SIZE=0.1;\n{text}}}"));
            let doubts = of_other_programs(path, &header, [40, 24], (false, false));
            doubts.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let denzo = "DENZO_X_BEAM=1.3;\nDENZO_Y_BEAM=2.1;\n";
        for same in [
            "MOSFLM_CENTER_X=1.25;\nMOSFLM_CENTER_Y=2.05;\n",
            "ADXV_CENTER_X=2.1;\nADXV_CENTER_Y=1.1;\n",
            "DIALS_ORIGIN=-2.1,1.3,-100\n",
            "DISTANCE=100;\nDIALS_ORIGIN=100,-2.1,1.3\n",
            "MOSFLM_CENTER_X=0;\nMOSFLM_CENTER_Y=0;\n",
        ] {
            assert_eq!(said(&format!("{denzo}{same}")), [""; 0], "{same}");
        }
        let mosflm = "MOSFLM_CENTER_X=0.4;\nMOSFLM_CENTER_Y=2.05;\n";
        let expected = "a.img: MOSFLM_CENTER_X, MOSFLM_CENTER_Y: 0.4 2.05: ignored; the beam is at 1.3 2.1 mm by the keys that count";
        assert_eq!(said(&format!("{denzo}{mosflm}")), [expected]);
        let expected = "a.img: MOSFLM_CENTER_X, MOSFLM_CENTER_Y: 0.4 2.05: not read; DENZO_X_BEAM and DENZO_Y_BEAM are the keys for it";
        assert_eq!(said(mosflm), [expected]);
        assert_eq!(said("DIALS_ORIGIN=-2.1,1.3,-100\n").len(), 1);
        assert_eq!(said(&format!("ORGX=21.5;\nORGY=13.5;\n{mosflm}")).len(), 1);
    }
}
