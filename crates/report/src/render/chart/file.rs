//! A picture as a file: SVG or PNG.

use std::io::Write as _;

use flate2::{Compression, Crc, write::ZlibEncoder};
use plotters::prelude::{BitMapBackend, SVGBackend};

use super::font::FAMILY;
use super::paint::{paint, pixel};
use super::{Ink, Picture, Theme};
use crate::render::RenderError;

/// Pixels of an image for each of the picture, for screens that show two to a point.
const SCALE: u32 = 2;
/// The largest side of an image, so that no report can ask for gigabytes.
const SIDE_PX_MAX: u32 = 8_192;

/// The picture as an SVG document with fixed colours.
pub(crate) fn svg(picture: &Picture) -> Result<String, RenderError> {
    svg_in(picture, Theme::Light)
}

/// The same, `width` wide whatever it was laid out for.
pub(crate) fn svg_of_width(
    picture: &Picture,
    width: f64,
    theme: Theme,
) -> Result<String, RenderError> {
    let laid_out =
        format!("width=\"{}\" height=\"{}\"", whole(picture.width), whole(picture.height));
    let height = picture.height * width / picture.width;
    let wanted = format!("width=\"{}\" height=\"{}\"", whole(width), whole(height));
    // The first is the document's own; its view box stays, and so does all that is in it.
    Ok(svg_in(picture, theme)?.replacen(&laid_out, &wanted, 1))
}

fn svg_in(picture: &Picture, theme: Theme) -> Result<String, RenderError> {
    let mut text = String::new();
    let size = (whole(picture.width), whole(picture.height));
    paint(picture, &mut SVGBackend::with_string(&mut text, size), 1.0, theme)?;
    // A reader without the typeface still gets one with figures of one width.
    let family = format!("font-family=\"{FAMILY}\"");
    let fallback = format!("font-family=\"{FAMILY}, Verdana, sans-serif\"");
    Ok(text.replace(&family, &fallback))
}

/// The picture as a PNG, twice as large as the SVG.
pub(crate) fn png(picture: &Picture) -> Result<Vec<u8>, RenderError> {
    png_of_width(picture, picture.width, Theme::Light)
}

/// The same, `width` wide whatever it was laid out for.
pub(crate) fn png_of_width(
    picture: &Picture,
    width: f64,
    theme: Theme,
) -> Result<Vec<u8>, RenderError> {
    let scale = width / picture.width;
    let (width, height) = (side(width), side(picture.height * scale));
    // What is higher than the largest image is painted smaller, not cut.
    let fine = (f64::from(SIDE_PX_MAX) / f64::from(height)).min(f64::from(SCALE));
    let pixels_of = |length: u32| side(f64::from(length) * fine - 1e-6);
    let (width, height) = (pixels_of(width), pixels_of(height));
    let scale = scale * fine;
    let (r, g, b) = Ink::Paper.on(theme);
    let mut pixels = [r, g, b].repeat(width as usize * height as usize);
    let mut backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
    paint(picture, &mut backend, scale, theme)?;
    drop(backend);
    encode(&pixels, width, height).map_err(|error| RenderError::Draw(error.to_string()))
}

fn side(length: f64) -> u32 {
    whole(length).min(SIDE_PX_MAX)
}

/// A side of a drawing, which takes no more room when it is long.
fn whole(length: f64) -> u32 {
    pixel(length.ceil()).unsigned_abs().max(1)
}

/// PNG, RGB of 8 bits, each row with the filter "up": flat areas become zeros.
fn encode(pixels: &[u8], width: u32, height: u32) -> std::io::Result<Vec<u8>> {
    let stride = width as usize * 3;
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::default());
    let mut above = vec![0; stride];
    for row in pixels.chunks_exact(stride) {
        let differences = row.iter().zip(&above).map(|(here, up)| here.wrapping_sub(*up));
        let line: Vec<u8> = std::iter::once(2).chain(differences).collect();
        deflate.write_all(&line)?;
        above.copy_from_slice(row);
    }
    let data = deflate.finish()?;

    let mut header = Vec::with_capacity(13);
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]); // depth 8, RGB, deflate, filters by row, not interlaced

    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in [(b"IHDR", header.as_slice()), (b"IDAT", &data), (b"IEND", &[])] {
        let length = u32::try_from(body.len()).map_err(std::io::Error::other)?;
        let mut crc = Crc::new();
        crc.update(kind);
        crc.update(body);
        png.extend(length.to_be_bytes());
        png.extend(kind);
        png.extend(body);
        png.extend(crc.sum().to_be_bytes());
    }
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::{Picture, Theme, svg, svg_of_width};

    #[test]
    fn a_high_picture_is_not_cut() {
        let high = Picture { width: 700.0, height: 20_000.0, marks: vec![], hits: vec![] };
        assert!(svg(&high).unwrap().contains("viewBox=\"0 0 700 20000\""));
        let narrow = svg_of_width(&high, 350.0, Theme::Light).unwrap();
        assert!(narrow.contains("width=\"350\" height=\"10000\" viewBox=\"0 0 700 20000\""));
    }
}
