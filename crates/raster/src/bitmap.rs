//! Pictures of pixels.

use std::io::Cursor;

use heic_rs::{DecodeOptions, PixelLayout};
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, ImageReader, Limits, RgbaImage};

use crate::{Picture, RasterError, SIDE_MAX};

/// Pixels of a picture; a larger one is not looked at.
const PIXELS_MAX: u64 = 64 * 1024 * 1024;

/// Longest side of a picture before it is scaled, in pixels.
const READ_SIDE_MAX: u32 = 32_768;

/// Bytes that reading one may take.
const ALLOC_MAX: u64 = 512 * 1024 * 1024;

fn damaged(error: impl std::fmt::Display) -> RasterError {
    RasterError::Damaged(error.to_string())
}

/// Width and height in pixels, by the head of the file alone. `None` when it is no picture.
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_dimensions().ok()
}

/// Draws a picture of the kind that its bytes say.
pub(crate) fn draw(bytes: &[u8]) -> Result<Picture, RasterError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let format = reader.format();
    let mut limits = Limits::default();
    limits.max_image_width = Some(READ_SIDE_MAX);
    limits.max_image_height = Some(READ_SIDE_MAX);
    limits.max_alloc = Some(ALLOC_MAX);
    reader.limits(limits);
    let image = reader.decode().map_err(damaged)?;
    // A photo as PNG would be several times larger than it was.
    encode(image, if format == Some(ImageFormat::Jpeg) { ImageFormat::Jpeg } else { ImageFormat::Png })
}

/// Draws a picture of a telephone.
pub(crate) fn draw_heic(bytes: &[u8]) -> Result<Picture, RasterError> {
    let options = DecodeOptions::default().with_layout(PixelLayout::Rgba8).with_max_pixels(Some(PIXELS_MAX));
    let image = heic_rs::decode(bytes, &options).map_err(damaged)?;
    let pixels = RgbaImage::from_raw(image.width, image.height, image.data);
    let pixels = pixels.ok_or_else(|| damaged("its pixels are not what its head says"))?;
    encode(DynamicImage::ImageRgba8(pixels), ImageFormat::Png)
}

fn encode(image: DynamicImage, format: ImageFormat) -> Result<Picture, RasterError> {
    let image = if image.width().max(image.height()) > SIDE_MAX {
        image.resize(SIDE_MAX, SIDE_MAX, FilterType::Triangle)
    } else {
        image
    };
    // Sixteen bits and floats are more than a client shows.
    let (image, mime_type) = match format {
        ImageFormat::Jpeg => (DynamicImage::ImageRgb8(image.into_rgb8()), "image/jpeg"),
        _ if image.color().has_alpha() => (DynamicImage::ImageRgba8(image.into_rgba8()), "image/png"),
        _ => (DynamicImage::ImageRgb8(image.into_rgb8()), "image/png"),
    };
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).map_err(damaged)?;
    Ok(Picture { bytes: bytes.into_inner(), mime_type })
}
