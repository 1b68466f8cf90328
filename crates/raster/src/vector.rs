//! Pictures of shapes. Nothing outside the file is looked at.

use std::sync::Arc;

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree, fontdb};

use crate::{Picture, RasterError, SIDE_MAX};

/// Draws an SVG on white, as on paper: what is black on nothing would be lost in a dark client.
pub(crate) fn draw(bytes: &[u8]) -> Result<Picture, RasterError> {
    let mut fonts = fontdb::Database::new();
    // Looking for fonts takes longer than drawing.
    if contains(bytes, b"<text") {
        fonts.load_system_fonts();
    }
    let options = Options {
        fontdb: Arc::new(fonts),
        image_href_resolver: ImageHrefResolver {
            resolve_data: ImageHrefResolver::default_data_resolver(),
            // A name of a file of this machine is no part of the picture.
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let damaged = |error: String| RasterError::Damaged(error);
    let tree = Tree::from_data(bytes, &options).map_err(|error| damaged(error.to_string()))?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let scale = (SIDE_MAX as f32 / width.max(height)).min(1.0);
    // Both are between one and the longest side.
    let pixels = |side: f32| (side * scale).ceil().clamp(1.0, SIDE_MAX as f32) as u32;
    let pixmap = Pixmap::new(pixels(width), pixels(height));
    let mut pixmap = pixmap.ok_or_else(|| damaged("it has no size".to_owned()))?;
    pixmap.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let bytes = pixmap.encode_png().map_err(|error| damaged(error.to_string()))?;
    Ok(Picture { bytes, mime_type: "image/png" })
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
