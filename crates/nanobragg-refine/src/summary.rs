//! What the pixels of boxes say at the end of a refinement.

use crate::boxes::Boxes;
use crate::evaluation::{Evaluation, State};
use crate::median::median;
use crate::outcome::Fitted;
use crate::target::{Target, variance};

/// Fills in what the boxes' pixels say, and gives the overlap of model and data.
pub(crate) fn describe(boxes: &Boxes, state: &mut State, at: &Evaluation, target: Target) -> f64 {
    let mut sums = vec![[0.0; 4]; state.boxes.len()];
    let (mut both, mut of_data, mut of_model) = (0.0, 0.0, 0.0);
    for (place, &photons) in at.photons.iter().enumerate() {
        let own = boxes.group[place] as usize;
        let model = photons * state.boxes[own].ln_scale.exp();
        let background = boxes.background(place, &state.boxes);
        let data = boxes.data[place] - background;
        let score = target.at(boxes.data[place], boxes.readout_noise, model + background);
        both += data * model;
        of_data += data * data;
        of_model += model * model;
        for (sum, value) in sums[own].iter_mut().zip([score.chi2, 1.0, model, data]) {
            *sum += value;
        }
    }
    for (own, [chi2, pixels, model, data]) in state.boxes.iter_mut().zip(sums) {
        own.rms_z = (chi2 / f64::max(pixels, 1.0)).sqrt();
        (own.model_photons, own.data_photons) = (model, data);
    }
    let norm = (of_data * of_model).sqrt();
    if norm > 0.0 { (both / norm).max(0.0) } else { 0.0 }
}

/// What is expected of each pixel at the start and at the end, of each of which the crystal's photons are given before scales.
pub(crate) fn fitted(boxes: &Boxes, [start, end]: [(&State, &[f64]); 2]) -> Fitted {
    let expected = |(state, photons): (&State, &[f64])| -> Vec<f64> {
        let of = |(place, photons): (usize, &f64)| {
            let own = &state.boxes[boxes.group[place] as usize];
            photons * own.ln_scale.exp() + boxes.background(place, &state.boxes)
        };
        photons.iter().enumerate().map(of).collect()
    };
    let model = expected(end);
    Fitted {
        pixels: boxes.pixels.clone(),
        group: boxes.group.clone(),
        data: boxes.data.clone(),
        start: expected(start),
        background: (0..boxes.pixels()).map(|place| boxes.background(place, &end.0.boxes)).collect(),
        variance: model.iter().map(|&model| variance(model, boxes.readout_noise)).collect(),
        model,
    }
}

/// Which boxes' residuals are within five median deviations above the median.
pub(crate) fn not_outlying(state: &State) -> Vec<bool> {
    let all: Vec<f64> = state.boxes.iter().map(|own| own.rms_z).collect();
    let mut values = all.clone();
    let middle = median(&mut values).unwrap_or(0.0);
    values.iter_mut().for_each(|z| *z = (*z - middle).abs());
    let spread = median(&mut values).unwrap_or(0.0);
    all.iter().map(|&z| z <= middle + 5.0 * spread.max(0.01)).collect()
}
