//! Pictures of shoeboxes: bitmaps within the page.

use nanobragg_refine::Fitted;

/// Standard deviations at which residuals are fully colored.
const DEEPEST: f64 = 5.0;
const ABSENT: [u8; 3] = [235, 235, 235];

/// Data, start, end and residuals of a box, as addresses of images.
pub fn of_box(fitted: &Fitted, number: usize) -> [String; 4] {
    let own: Vec<usize> =
        (0..fitted.pixels.len()).filter(|&at| fitted.group[at] as usize == number).collect();
    let range = |axis: usize| {
        let along = || own.iter().map(|&at| fitted.pixels[at][axis] as usize);
        (along().min().unwrap_or(0), along().max().unwrap_or(0) + 1)
    };
    let ((top, bottom), (left, right)) = (range(0), range(1));
    let size = (right - left, bottom - top);
    let brightest = own.iter().map(|&at| fitted.data[at]).fold(1.0, f64::max);
    let picture = |color: &dyn Fn(usize) -> [u8; 3]| {
        let mut pixels = vec![ABSENT; size.0 * size.1];
        for &at in &own {
            let [slow, fast] = fitted.pixels[at];
            pixels[(slow as usize - top) * size.0 + fast as usize - left] = color(at);
        }
        address(size, &pixels)
    };
    let gray = |values: &[f64], at: usize| {
        let part = (values[at].max(0.0) / brightest).sqrt().min(1.0);
        [(255.0 * (1.0 - part)) as u8; 3]
    };
    [
        picture(&|at| gray(&fitted.data, at)),
        picture(&|at| gray(&fitted.start, at)),
        picture(&|at| gray(&fitted.model, at)),
        picture(&|at| {
            let z = (fitted.data[at] - fitted.model[at]) / fitted.variance[at].sqrt();
            between(z / DEEPEST)
        }),
    ]
}

/// From blue at −1 over white to red at 1, as a style sheet writes it.
pub fn diverging(value: f64) -> String {
    let [red, green, blue] = between(value);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn between(value: f64) -> [u8; 3] {
    let value = if value.is_finite() { value.clamp(-1.0, 1.0) } else { 0.0 };
    let faded = (255.0 - 175.0 * value.abs()) as u8;
    if value < 0.0 { [faded, faded, 255] } else { [255, faded, faded] }
}

/// A bitmap of 24 bits a pixel, its rows from the last to the first, as the address of an image.
fn address((width, height): (usize, usize), pixels: &[[u8; 3]]) -> String {
    const HEAD: u32 = 54;
    let row = (3 * width).next_multiple_of(4);
    let body = row * height;
    let mut bytes = b"BM".to_vec();
    let mut long = |value: u32| bytes.extend(value.to_le_bytes());
    long(HEAD + body as u32);
    long(0);
    long(HEAD);
    long(40);
    long(width as u32);
    long(height as u32);
    // One plane of 24 bits, not compressed.
    long(1 | 24 << 16);
    for value in [0, body as u32, 2835, 2835, 0, 0] {
        long(value);
    }
    for line in pixels.chunks(width.max(1)).rev() {
        let start = bytes.len();
        bytes.extend(line.iter().flat_map(|&[red, green, blue]| [blue, green, red]));
        bytes.resize(start + row, 0);
    }
    format!("data:image/bmp;base64,{}", base64(&bytes))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |place: usize| three.get(place).copied().map_or(0, u32::from);
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_the_letters_of_base64() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_bitmap_is_as_long_as_it_says() {
        let address = address((3, 2), &[[1, 2, 3]; 6]);
        assert!(address.starts_with("data:image/bmp;base64,Qk1O"), "{address}");
        assert_eq!(address.len() - "data:image/bmp;base64,".len(), 104);
        assert_eq!(diverging(0.0), "#ffffff");
        assert_eq!(diverging(-1.0), "#5050ff");
    }
}
