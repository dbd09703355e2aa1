//! The definition: scalar, double precision, one pixel after the other.

use std::sync::{Arc, LazyLock};

use super::labels::LabelRow;
use super::row::Sample;
use super::{
    Backend, Capabilities, Control, Frame, LabelImage, Precision, Products, Ticket, Unsupported, Want, Watch,
    pixel_by_pixel,
};
use crate::error::Error;
use crate::image::{self, Image};
use crate::plan::Plan;

/// Renders serially in scan order with the scalar double-precision evaluation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scalar;

static CAPABILITIES: LazyLock<Capabilities> = LazyLock::new(|| Capabilities {
    name: "scalar",
    precisions: vec![Precision::Double],
    products: Products { labels: true, doubles: true },
    order: true,
    table_bytes: None,
});

impl Scalar {
    /// Renders into dark pixels.
    fn fill<P: Sample>(
        plan: &Plan,
        pixels: &mut [P],
        labels: Option<&mut LabelImage>,
        control: &Control<'_>,
    ) -> Result<(), Error> {
        let (rows, columns) = plan.region.ranges();
        let mut label_rows = labels.map(|labels| labels.rows_mut().skip(rows.start));
        let photon_rows = pixels.chunks_exact_mut(plan.region.image_fast.max(1)).skip(rows.start);
        for (done, (slow, photons)) in rows.clone().zip(photon_rows).enumerate() {
            control.check()?;
            let photons = &mut photons[columns.clone()];
            match label_rows.as_mut().and_then(Iterator::next) {
                Some(row) => {
                    let mut sink = LabelRow::new(columns.start, &mut row[columns.clone()]);
                    pixel_by_pixel(plan, slow, columns.start, photons, &mut sink, control.cancel);
                }
                None => pixel_by_pixel(plan, slow, columns.start, photons, &mut (), control.cancel),
            }
            // A row that was cut off is no row.
            control.check()?;
            control.report(done + 1, rows.len());
        }
        Ok(())
    }
}

impl Backend for Scalar {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn evaluation(&self, _plan: &Plan) -> String {
        "f64 term by term".to_owned()
    }

    fn supports(&self, plan: &Plan, want: &Want) -> Result<(), Unsupported> {
        want.within(&CAPABILITIES)?;
        want.products.of(plan)
    }

    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, Error> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        self.supports(plan, want).map_err(|reason| Error::refused(self.name(), reason))?;
        let mut image = Image::try_new(plan.region.image_fast, plan.region.image_slow)?;
        let labels = want.products.labels.then(|| LabelImage::try_new(image.fast(), image.slow()));
        let mut labels = labels.transpose()?;
        let doubles = want.products.doubles.then(|| image::zeros(image.fast(), image.slow()));
        let mut doubles = doubles.transpose()?;
        match &mut doubles {
            Some(doubles) => Scalar::fill(plan, doubles, labels.as_mut(), control)?,
            None => Scalar::fill(plan, image.pixels_mut(), labels.as_mut(), control)?,
        }
        Frame::round(doubles.as_ref(), &mut image);
        Ok(Frame::with(image, labels, doubles))
    }

    fn render_into(&self, plan: &Plan, pixels: &mut [f32], control: &Control<'_>) -> Result<(), Error> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        plan.region.prepare(pixels)?;
        Scalar::fill(plan, pixels, None, control)
    }

    fn submit(&self, plan: Arc<Plan>, want: Want, watch: Watch) -> Result<Ticket, Error> {
        self.supports(&plan, &want).map_err(|reason| Error::refused(self.name(), reason))?;
        Ticket::spawn(move || Scalar.frame(&plan, &want, &watch.control()))
    }
}
