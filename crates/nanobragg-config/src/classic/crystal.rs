//! What flags of the crystal do to each other.

use nanobragg::model::{Crystal, Lattice, Mosaicity, MosflmMatrix, Quirk, Quirks, Rendering, Size, UnitCell};

use crate::draft::CrystalRequest;
use crate::{CombinationWarning, ConfigError, Warning};

/// Domains where only a spread is given.
const DOMAINS: usize = 10;

/// The crystal: a matrix orients a cell, which keeps its edges; a length wins over a number of cells, and no axis has
/// less than one.
///
/// # Errors
/// Flags that name no lattice, and numbers that make no crystal.
pub(crate) fn crystal(request: &CrystalRequest, warnings: &mut Vec<Warning>) -> Result<Crystal, ConfigError> {
    let cell =
        |[a, b, c, alpha, beta, gamma]: [f64; 6]| UnitCell::from_radians([a, b, c], [alpha, beta, gamma]);
    let matrix = request.matrix.map(MosflmMatrix::new).transpose()?;
    let lattice = match (matrix, request.cell.map(cell).transpose()?) {
        (Some(matrix), Some(cell)) => Lattice::MatrixOfCell(matrix, cell),
        (Some(matrix), None) => Lattice::Matrix(matrix),
        (None, Some(cell)) => Lattice::Cell(cell),
        (None, None) => return Err(ConfigError::NoCrystal(None)),
    };
    let size = [0, 1, 2].map(|axis| match request.size[axis] {
        length if length > 0.0 => Size::Length(length),
        _ => Size::Cells(request.cells[axis].max(1.0)),
    });
    Ok(Crystal::new(lattice)
        .with_misset(request.misset)?
        .with_size(size)?
        .with_shape(request.shape)
        .with_fudge(request.fudge)?
        .with_b_factor(request.b_factor)?
        .with_mosaicity(mosaicity(request, warnings))?)
}

/// Domains need a spread, and a spread has some.
fn mosaicity(request: &CrystalRequest, warnings: &mut Vec<Warning>) -> Mosaicity {
    let spread = request.spread.unwrap_or(0.0);
    if let Some(at_most) = request.enough {
        return Mosaicity::Enough { spread: spread.max(0.0), at_most };
    }
    let asked = request.domains.and_then(|count| usize::try_from(count).ok()).filter(|&count| count > 0);
    match asked {
        _ if spread <= 0.0 => {
            if let Some(domains) = asked.filter(|&asked| asked > 1) {
                warnings.push(CombinationWarning::DomainsAlone { domains }.into());
            }
            Mosaicity::None
        }
        None => {
            warnings.push(CombinationWarning::SpreadAlone { domains: DOMAINS }.into());
            Mosaicity::Domains { spread, count: DOMAINS }
        }
        Some(count) => Mosaicity::Domains { spread, count },
    }
}

/// Whether structure factors are interpolated. The C program decides before it makes cells of lengths.
pub(crate) fn interpolation(rendering: &Rendering, request: &CrystalRequest, quirks: Quirks) -> Option<bool> {
    let sized = request.size.iter().any(|&length| length > 0.0);
    let before = sized && quirks.has(Quirk::InterpolationBeforeSize);
    rendering.interpolate.or(before.then(|| request.cells.iter().any(|&cells| cells <= 2.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> CrystalRequest {
        CrystalRequest { cell: Some([10.0, 20.0, 30.0, 1.5, 1.5, 1.5]), ..CrystalRequest::default() }
    }

    fn of(request: &CrystalRequest) -> (Crystal, usize) {
        let mut warnings = Vec::new();
        let crystal = crystal(request, &mut warnings).unwrap();
        (crystal, warnings.len())
    }

    #[test]
    fn a_length_wins_over_cells_and_no_axis_has_less_than_one() {
        let sized = CrystalRequest { cells: [5.0, -3.0, 0.0], size: [1e-6, 0.0, 0.0], ..request() };
        assert_eq!(of(&sized).0.size(), [Size::Length(1e-6), Size::Cells(1.0), Size::Cells(1.0)]);
    }

    #[test]
    fn a_spread_has_domains_and_domains_need_a_spread() {
        for (spread, domains, expected, warnings) in [
            (None, None, Mosaicity::None, 0),
            (Some(0.0), Some(5), Mosaicity::None, 1),
            (None, Some(1), Mosaicity::None, 0),
            (Some(-0.1), None, Mosaicity::None, 0),
            (Some(0.01), None, Mosaicity::Domains { spread: 0.01, count: 10 }, 1),
            (Some(0.01), Some(-5), Mosaicity::Domains { spread: 0.01, count: 10 }, 1),
            (Some(0.01), Some(5), Mosaicity::Domains { spread: 0.01, count: 5 }, 0),
        ] {
            let (found, said) = of(&CrystalRequest { spread, domains, ..request() });
            assert_eq!((found.mosaicity(), said), (expected, warnings), "{spread:?} {domains:?}");
        }
    }

    #[test]
    fn without_cell_and_matrix_there_is_no_crystal() {
        assert!(crystal(&CrystalRequest { cell: None, ..request() }, &mut Vec::new()).is_err());
    }
}
