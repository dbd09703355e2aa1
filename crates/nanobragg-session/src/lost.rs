//! What the headers of files cannot say of the setting of their images.

use std::path::PathBuf;

use nanobragg::plan::Plan;

use crate::header::{FrameDescription, OffSquare, unsaid};
use crate::{Content, Format, Output, Warning};

/// What the headers of files cannot say, gathered over the images of a job: a warning for each format.
#[derive(Debug, Default)]
pub struct Lost {
    tilted: Vec<(Format, Files, OffSquare)>,
    curved: Files,
    /// Descriptions of the instrument, with what they cannot say.
    unsaid: Vec<(PathBuf, Vec<String>)>,
}

/// Files that have something in common: the first, and how many more.
#[derive(Clone, Debug, Default)]
struct Files {
    first: Option<PathBuf>,
    more: usize,
}

impl Files {
    fn add(&mut self, output: &Output) {
        if self.first.is_some() {
            self.more += 1;
        } else {
            self.first = Some(output.path.clone());
        }
    }
}

impl Lost {
    /// Takes note of an image: its plan, and the files that are made of it.
    ///
    /// Under the quirk `smv_beam_center` SMV headers are those of the C program, whatever they leave out.
    pub fn note(&mut self, plan: &Plan, outputs: &[Output]) {
        let frame = FrameDescription::of(plan);
        let off = frame.axes.off_square();
        for output in outputs {
            if let Content::Instrument(format) = output.content {
                let what = unsaid(plan, format);
                if !what.is_empty() && !self.unsaid.iter().any(|(path, _)| *path == output.path) {
                    self.unsaid.push((output.path.clone(), what));
                }
            }
            let square = match output.format {
                Format::Cbf => true,
                Format::Smv => !frame.counting.smv_of_the_c_program,
                _ => false,
            };
            if square && off.is_lost() {
                self.tilt(output, off);
            }
            if frame.panel.plane.curved
                && (square || matches!(output.format, Format::Nexus | Format::Instrument))
            {
                self.curved.add(output);
            }
        }
    }

    fn tilt(&mut self, output: &Output, off: OffSquare) {
        if let Some((_, files, worst)) = self.tilted.iter_mut().find(|(format, ..)| *format == output.format)
        {
            files.add(output);
            *worst = worst.or(off);
        } else {
            let mut files = Files::default();
            files.add(output);
            self.tilted.push((output.format, files, off));
        }
    }

    /// The warnings.
    pub fn warnings(self) -> Vec<Warning> {
        let tilted = self.tilted.into_iter().filter_map(|(format, Files { first, more }, off)| {
            let format = if format == Format::Cbf { "miniCBF" } else { "SMV" };
            Some(Warning::Tilted { path: first?, more, format, off })
        });
        let Files { first, more } = self.curved;
        let curved = first.map(|path| Warning::Curved { path, more });
        let unsaid = self.unsaid.into_iter().map(|(path, what)| Warning::NotDescribed { path, what });
        tilted.chain(curved).chain(unsaid).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Experiment, PixelGrid, Preset, Quirks, UnitCell};

    fn experiment(preset: Preset) -> Experiment {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.detector.pixels = PixelGrid::new(20, 30, 1e-3);
        experiment.quirks = Quirks::from(preset);
        experiment
    }

    fn plan(preset: Preset, twotheta: f64) -> Plan {
        let mut experiment = experiment(preset);
        experiment.detector.tilt.twotheta = twotheta;
        experiment.plan().unwrap()
    }

    fn outputs() -> Vec<Output> {
        let output = |name: &str| {
            let path = PathBuf::from(name);
            Output { format: Format::of(&path).unwrap(), path, content: Content::Photons }
        };
        ["a.img", "b.img", "c.cbf", "d.nxs", "e.npy"].map(output).into()
    }

    #[test]
    fn a_curved_detector_is_flat_in_every_header_but_those_of_the_c_program() {
        let said = |preset: Preset| -> Vec<String> {
            let mut experiment = experiment(preset);
            experiment.detector.curved = true;
            let mut lost = Lost::default();
            lost.note(&experiment.plan().unwrap(), &outputs());
            lost.warnings().iter().map(ToString::to_string).collect()
        };
        let text = "headers say a flat detector; this one is curved";
        assert_eq!(said(Preset::Exact), [format!("a.img (and 3 more): {text}")]);
        assert_eq!(said(Preset::Reference), [format!("c.cbf (and 1 more): {text}")]);
    }

    fn texts(preset: Preset, angles: &[f64]) -> Vec<String> {
        let mut lost = Lost::default();
        angles.iter().for_each(|&angle| lost.note(&plan(preset, angle), &outputs()));
        lost.warnings().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_format_that_cannot_say_it_is_named_once() {
        let expected = [
            "a.img (and 3 more): SMV cannot record a detector tilted by 30 deg; use NXmx",
            "c.cbf (and 1 more): miniCBF cannot record a detector tilted by 30 deg; use NXmx",
        ];
        assert_eq!(texts(Preset::Exact, &[0.0, 10_f64.to_radians(), 30_f64.to_radians()]), expected);
        assert_eq!(texts(Preset::Exact, &[0.0]), Vec::<String>::new());
    }

    #[test]
    fn headers_of_the_c_program_are_left_alone() {
        let expected = ["c.cbf: miniCBF cannot record a detector tilted by 10 deg; use NXmx"];
        assert_eq!(texts(Preset::Reference, &[10_f64.to_radians()]), expected);
    }
}
