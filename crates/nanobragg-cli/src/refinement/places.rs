//! Which reflections are refined against.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use nanobragg_io::reflection_table::{PlacedReflection, read_positions};
use nanobragg_refine::Reflections;

/// Around which spots boxes are asked for.
#[derive(Debug, Default)]
pub enum Asked {
    /// Strong spots of the image.
    #[default]
    Strong,
    /// Where the start predicts reflections.
    Predicted,
    /// Positions in a file, which is read once.
    File(PathBuf, OnceLock<Vec<PlacedReflection>>),
}

impl Asked {
    /// What a flag says.
    pub fn new(value: PathBuf) -> Self {
        if value.as_os_str() == "predicted" { Asked::Predicted } else { Asked::File(value, OnceLock::new()) }
    }

    /// The file, where there is one.
    pub fn file(&self) -> Option<&PathBuf> {
        match self {
            Asked::File(file, _) => Some(file),
            Asked::Strong | Asked::Predicted => None,
        }
    }

    /// As a flag.
    pub fn setting(&self) -> String {
        match self {
            Asked::Strong => "no -reflections".to_owned(),
            Asked::Predicted => "-reflections predicted".to_owned(),
            Asked::File(file, _) => format!("-reflections {}", file.display()),
        }
    }

    /// Those of experiment `own`, where a table is of several experiments: of its panel `chosen`, which is the only one then, or of the
    /// first `panels`.
    ///
    /// # Errors
    /// A file that cannot be read, or has none for this image.
    pub fn of(&self, own: usize, chosen: Option<usize>, panels: usize) -> anyhow::Result<Reflections> {
        let (file, read) = match self {
            Asked::Strong => return Ok(Reflections::Strong),
            Asked::Predicted => return Ok(Reflections::Predicted),
            Asked::File(file, read) => (file, read),
        };
        let all = match read.get() {
            Some(all) => all,
            None => {
                let all = read_positions(file)?;
                read.get_or_init(|| all)
            }
        };
        let experiments: BTreeSet<i32> = all.iter().map(|own| own.experiment).collect();
        if panels > 1 && all.iter().any(|own| own.panel.is_none()) {
            let file = file.display();
            anyhow::bail!(
                "{file}: its positions have no panel, and the start has {panels}; -panel N refines one"
            );
        }
        let place = |reflection: &PlacedReflection| {
            let same = experiments.len() < 2 || usize::try_from(reflection.experiment) == Ok(own);
            let panel = reflection.panel.map(usize::try_from).transpose().ok().filter(|_| same)?;
            let own = match (panel, chosen) {
                // A text is of the panel that is refined.
                (None, _) => Some(0),
                (Some(panel), Some(chosen)) => (panel == chosen).then_some(0),
                (Some(panel), None) => (panel < panels).then_some(panel),
            };
            Some((own?, reflection.position_px))
        };
        let places: Vec<(usize, [f64; 2])> = all.iter().filter_map(place).collect();
        if places.is_empty() {
            let file = file.display();
            let panel = match (chosen, panels) {
                (Some(panel), _) => format!(" on panel {panel}"),
                (None, 1) => " on panel 0".to_owned(),
                (None, _) => String::new(),
            };
            anyhow::bail!("{file} has no reflections of experiment {own}{panel}");
        }
        Ok(Reflections::At(places))
    }
}
