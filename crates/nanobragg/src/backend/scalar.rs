//! The definition: scalar, double precision, one pixel after the other.

use super::{Backend, Control};
use crate::error::Error;
use crate::image::Image;
use crate::nest::pixel;
use crate::plan::Plan;

/// Renders serially in scan order with the scalar double-precision evaluation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scalar;

impl Backend for Scalar {
    fn name(&self) -> &'static str {
        "scalar"
    }

    fn evaluation(&self, _plan: &Plan) -> String {
        "f64 term by term".to_owned()
    }

    fn render(&self, plan: &Plan, control: &Control<'_>) -> Result<Image, Error> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        let mut image = Image::new(plan.region.image_fast, plan.region.image_slow);
        let (rows, _) = plan.region.ranges();
        for (done, slow) in rows.clone().enumerate() {
            control.check()?;
            render_row(plan, slow, image.row_mut(slow));
            control.report(done + 1, rows.len());
        }
        Ok(image)
    }
}

/// Renders one row of the image.
fn render_row(plan: &Plan, slow: usize, row: &mut [f32]) {
    let (_, columns) = plan.region.ranges();
    for fast in columns {
        if plan.region.renders(slow, fast) {
            row[fast] = pixel(plan, slow, fast, &mut ()) as f32;
        }
    }
}
