//! The arguments of `nanobragg gradient`: its own, and the flags of an image.

use std::ffi::OsString;
use std::path::PathBuf;

use super::super::own;
use crate::usage::UsageError;

/// What `nanobragg gradient -h` prints.
pub const HELP: &str = "\
Usage: nanobragg gradient [EXPERIMENT.toml] FLAG... -wrt NAME[,NAME...] [-o FILE] [-cotangent FILE] [-check]

Derivatives of every pixel of an image with respect to parameters of its experiment. FLAGs are those of an image
(nanobragg -h); they override the experiment file, if there is one. See docs/GRADIENTS.md.

  -wrt NAME[,NAME...]           the parameters to differentiate with respect to; may be repeated. Groups stand for their
                                members: misset, turn, cell, cell_sym, N, spindle, shift, detector_rot, detector_turn,
                                beam; all means every parameter of the experiment.
                                misset_x misset_y misset_z (deg), turn_x ... (deg, from the present orientation),
                                cell_a cell_b cell_c (A), cell_alpha cell_beta cell_gamma (deg), cell_sym_a ...
                                (cell parameters that the lattice's symmetry leaves free, with those that depend on
                                them), Na Nb Nc, mosaic (deg), phi phistep osc (deg), spindle_x ... (deg), distance
                                shift_fast shift_slow shift_beam (mm), detector_rotx ... twotheta (deg),
                                detector_turn_x ... (deg, around the crystal), beam_x ... (deg), lambda (A),
                                energy (eV), fluence, flux, exposure, scale, water (factors), B (A^2), weight_I (of
                                source I), F_H_K_L (electrons). panelN.NAME, such as panel3.shift_fast, moves panel N
                                alone. F means all structure factors of the table, for -cotangent
  -o FILE                       FILE.npy: derivative images, shape (parameters, slow, fast), doubles, with names and
                                units in FILE.json beside it; FILE.h5: the same as HDF5 (derivatives, names, units,
                                values); FILE.png: a picture for each parameter; FILE.json: the gradient for
                                -cotangent; FILE.hkl: h, k, l and the gradient with respect to F, one reflection per
                                line; may be repeated
  -cotangent FILE               an image y, in any format that compare reads: the gradient of the sum of y times
                                photons, as a table and as JSON
  -check                        compares with central differences and prints for each parameter the step, the largest
                                derivative, the worst deviation divided by that, and the number of pixels left out
                                because a node changes within the step; exit status 1 if they disagree
  -h                            this help

Example:
  nanobragg gradient -wrt misset,N -o grad.npy -cell 70 80 90 75 85 95 -default_F 100 -N 10 -distance 100
";

/// The arguments.
#[derive(Debug, Default)]
pub struct Arguments {
    /// Names of parameters and groups.
    pub wrt: Vec<String>,
    /// Whether all structure factors are among them.
    pub amplitudes: bool,
    /// Files, each of another kind or name.
    pub outputs: Vec<PathBuf>,
    pub cotangent: Option<PathBuf>,
    pub check: bool,
    /// The experiment file that flags are added to.
    pub experiment: Option<PathBuf>,
    /// The flags of an image.
    pub image: Vec<OsString>,
}

impl Arguments {
    /// Reads the arguments; `None` when the help is wanted.
    pub fn parse(arguments: Vec<OsString>) -> Result<Option<Self>, UsageError> {
        let mut parsed = Arguments::default();
        let mut rest = own::Words::new("gradient", arguments);
        parsed.experiment = rest.experiment();
        while let Some(argument) = rest.next() {
            match argument.name() {
                Some("h" | "help") => return Ok(None),
                Some("wrt") => {
                    let names = rest.value(&argument, "the name of a parameter")?;
                    let names = names
                        .to_str()
                        .ok_or_else(|| UsageError(format!("gradient: -wrt {names:?} is not valid UTF-8")))?;
                    if names.split(',').any(|name| name.trim().is_empty()) {
                        let text = format!("gradient: -wrt {names:?}: a name is missing beside a comma");
                        return Err(UsageError(text));
                    }
                    for name in names.split(',').map(str::trim) {
                        match name {
                            "F" => parsed.amplitudes = true,
                            _ => parsed.wrt.push(name.to_owned()),
                        }
                    }
                }
                Some("o" | "output") => parsed.outputs.push(rest.value(&argument, "a file name")?.into()),
                Some("cotangent") => parsed.cotangent = Some(rest.value(&argument, "a file name")?.into()),
                Some("check") => parsed.check = true,
                _ => parsed.image.push(argument.word),
            }
        }
        own::refuse_misspelled("gradient", &parsed.image)?;
        if parsed.wrt.is_empty() && !parsed.amplitudes {
            return Err(UsageError(
                "gradient: give the parameters to differentiate with respect to, such as -wrt misset,cell"
                    .to_owned(),
            ));
        }
        if parsed.outputs.is_empty() && parsed.cotangent.is_none() && !parsed.check {
            return Err(UsageError(
                "gradient: nothing to do; give -o FILE, -cotangent FILE or -check".to_owned(),
            ));
        }
        if parsed.amplitudes && (parsed.cotangent.is_none() || (parsed.wrt.is_empty() && parsed.check)) {
            return Err(UsageError(
                "gradient: -wrt F needs -cotangent FILE; for images and -check name reflections, F_H_K_L"
                    .to_owned(),
            ));
        }
        Ok(Some(parsed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Arguments>, UsageError> {
        Arguments::parse(line.split_whitespace().map(OsString::from).collect())
    }

    #[test]
    fn own_arguments_are_taken_out_and_flags_of_the_image_are_left() {
        let parsed =
            parse("-wrt misset,N -cell 70 80 90 90 90 90 --wrt=lambda -o g.npy -N 5").unwrap().unwrap();
        assert_eq!(parsed.wrt, ["misset", "N", "lambda"]);
        assert_eq!(parsed.outputs, [PathBuf::from("g.npy")]);
        let image: Vec<&str> = parsed.image.iter().map(|word| word.to_str().unwrap()).collect();
        assert_eq!(image.join(" "), "-cell 70 80 90 90 90 90 -N 5");
        assert!(parse("-h").unwrap().is_none());
    }

    #[test]
    fn a_bare_word_is_an_experiment_file_where_it_comes_first() {
        let parsed = parse("fit.toml -wrt N -o g.npy -hkl b.hkl").unwrap().unwrap();
        assert_eq!((parsed.experiment, parsed.image.len()), (Some("fit.toml".into()), 2));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |line: &str| parse(line).unwrap_err().to_string();
        assert!(wrong("-N 5 -o a.npy").contains("-wrt"));
        assert!(wrong("-wrt N -N 5").contains("nothing to do"));
        assert!(wrong("-wrt N,F -o a.npy").contains("-wrt F needs -cotangent FILE"));
        assert!(wrong("-wrt N -o").contains("-o needs a file name"));
        assert_eq!(wrong("-wrt -o g.npy"), "gradient: -wrt needs the name of a parameter, not -o");
        assert!(wrong("-wrt N, -check").ends_with("-wrt \"N,\": a name is missing beside a comma"));
    }
}
