//! The definition: scalar, double precision, one pixel after the other.

use std::sync::{Arc, LazyLock};

use super::{Backend, Capabilities, Control, Frame, Precision, Products, Ticket, Unsupported, Want, Watch};
use crate::error::Error;
use crate::image::Image;
use crate::nest::pixel;
use crate::plan::Plan;

/// Renders serially in scan order with the scalar double-precision evaluation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scalar;

static CAPABILITIES: LazyLock<Capabilities> = LazyLock::new(|| Capabilities {
    name: "scalar",
    precisions: vec![Precision::Double],
    products: Products::default(),
    order: true,
    table_bytes: None,
});

impl Backend for Scalar {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn evaluation(&self, _plan: &Plan) -> String {
        "f64 term by term".to_owned()
    }

    fn supports(&self, _plan: &Plan, want: &Want) -> Result<(), Unsupported> {
        want.within(&CAPABILITIES)
    }

    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, Error> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        self.supports(plan, want).map_err(|reason| Error::refused(self.name(), reason))?;
        let mut image = Image::new(plan.region.image_fast, plan.region.image_slow);
        let (rows, _) = plan.region.ranges();
        for (done, slow) in rows.clone().enumerate() {
            control.check()?;
            render_row(plan, slow, image.row_mut(slow));
            control.report(done + 1, rows.len());
        }
        Ok(Frame::of(image))
    }

    fn submit(&self, plan: Arc<Plan>, want: Want, watch: Watch) -> Result<Ticket, Error> {
        self.supports(&plan, &want).map_err(|reason| Error::refused(self.name(), reason))?;
        Ticket::spawn(move || Scalar.frame(&plan, &want, &watch.control()))
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
