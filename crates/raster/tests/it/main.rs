//! Pictures of every kind, drawn in a process of its own; and those that nobody should draw.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Cursor;
use std::path::PathBuf;

use codemode_raster::{Picture, RasterError, Rasteriser, SIDE_MAX, size};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// Blue on the left, red on the right.
fn halves(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let colour = |x: u32, _| if x < width / 2 { Rgb([20, 40, 220]) } else { Rgb([200, 30, 30]) };
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, colour));
    let is_icon = format == ImageFormat::Ico;
    let image = if is_icon { DynamicImage::ImageRgba8(image.into_rgba8()) } else { image };
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn rasteriser() -> Rasteriser {
    Rasteriser::new(PathBuf::from(env!("CARGO_BIN_EXE_draw_picture")))
}

async fn drawn(bytes: &[u8], mime_type: &str) -> Result<Picture, RasterError> {
    rasteriser().draw(bytes, mime_type).await
}

/// Type, size, and the colours in the middle of both halves, in steps of 64: scaling and JPEG blur them.
fn look(picture: &Picture) -> (&'static str, u32, u32, [[u8; 3]; 2]) {
    let image = image::load_from_memory(&picture.bytes).unwrap().into_rgb8();
    let (width, height) = image.dimensions();
    let colour = |x: u32| image.get_pixel(x, height / 2).0.map(|part| part / 64);
    (picture.mime_type, width, height, [colour(width / 4), colour(width * 3 / 4)])
}

const BLUE_AND_RED: [[u8; 3]; 2] = [[0, 0, 3], [3, 0, 0]];

#[tokio::test]
async fn a_picture_of_any_kind_becomes_one_that_is_shown() {
    let kinds = [
        (ImageFormat::Bmp, "image/bmp", "image/png"),
        (ImageFormat::Gif, "image/gif", "image/png"),
        (ImageFormat::Ico, "image/vnd.microsoft.icon", "image/png"),
        (ImageFormat::Jpeg, "image/jpeg", "image/jpeg"),
        (ImageFormat::Png, "image/png", "image/png"),
        (ImageFormat::Tiff, "image/tiff", "image/png"),
        (ImageFormat::WebP, "image/webp", "image/png"),
    ];
    for (format, mime_type, becomes) in kinds {
        let picture = drawn(&halves(64, 48, format), mime_type).await.unwrap();
        assert_eq!(look(&picture), (becomes, 64, 48, BLUE_AND_RED), "{mime_type}");
    }
    let heic = include_bytes!("../data/halves.heic");
    assert_eq!(look(&drawn(heic, "image/heic").await.unwrap()), ("image/png", 64, 48, BLUE_AND_RED));
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48">
        <rect width="32" height="48" fill="#1428dc"/><rect x="32" width="32" height="48" fill="#c81e1e"/></svg>"##;
    let picture = drawn(svg.as_bytes(), "image/svg+xml").await.unwrap();
    assert_eq!(look(&picture), ("image/png", 64, 48, BLUE_AND_RED));
}

#[tokio::test]
async fn a_large_one_is_scaled_down_and_keeps_its_shape() {
    for (format, mime_type, becomes) in
        [(ImageFormat::Png, "image/png", "image/png"), (ImageFormat::Jpeg, "image/jpeg", "image/jpeg")]
    {
        let picture = drawn(&halves(4000, 2000, format), mime_type).await.unwrap();
        assert_eq!(look(&picture), (becomes, SIDE_MAX, SIDE_MAX / 2, BLUE_AND_RED));
    }
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" width="1000000" height="10"><rect width="9" height="9"/></svg>"#;
    let picture = drawn(svg.as_bytes(), "image/svg+xml").await.unwrap();
    assert_eq!(size(&picture.bytes), Some((SIDE_MAX, 1)));
}

#[test]
fn the_size_is_known_by_the_head() {
    let bytes = halves(300, 200, ImageFormat::Png);
    assert_eq!((size(&bytes), size(b"no picture")), (Some((300, 200)), None));
}

#[tokio::test]
async fn what_is_no_picture_says_so() {
    let half = &halves(64, 48, ImageFormat::Bmp)[..60];
    for (bytes, mime_type) in [
        (&b"no picture"[..], "image/tiff"),
        (b"", "image/bmp"),
        (half, "image/bmp"),
        (b"<svg", "image/svg+xml"),
        (b"ftypheic", "image/heic"),
    ] {
        let error = drawn(bytes, mime_type).await.unwrap_err();
        assert!(matches!(error, RasterError::Damaged(_)), "{mime_type}: {error}");
    }
    let error = drawn(b"", "image/avif").await.unwrap_err();
    assert_eq!(error.to_string(), r#"no picture: no picture of type "image/avif" can be drawn"#);
}

/// An SVG names a file of this machine: it is not looked at. The same picture inside the SVG is drawn.
#[tokio::test]
async fn a_picture_of_shapes_sees_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.png");
    std::fs::write(&path, halves(64, 48, ImageFormat::Png)).unwrap();
    let svg = |href: &str| {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><image href="{href}" width="64" height="48"/></svg>"#
        )
    };
    let white = [[3; 3]; 2];
    for href in [path.display().to_string(), format!("file://{}", path.display())] {
        let picture = drawn(svg(&href).as_bytes(), "image/svg+xml").await.unwrap();
        assert_eq!(look(&picture).3, white, "{href}");
    }
    let inside = "data:image/png;base64,".to_owned() + &base64(&halves(64, 48, ImageFormat::Png));
    let picture = drawn(svg(&inside).as_bytes(), "image/svg+xml").await.unwrap();
    assert_eq!(look(&picture).3, BLUE_AND_RED);
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let whole =
            chunk.iter().fold(0_u32, |whole, byte| whole << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let sign = SIGNS[(whole >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { char::from(sign) } else { '=' });
        }
    }
    text
}

/// A picture of noise, which takes as long as it has octaves.
fn noise(octaves: u32) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="1500" height="1500"><filter id="f" x="0" y="0" width="1" height="1">
        <feTurbulence baseFrequency="0.5" numOctaves="{octaves}"/></filter><rect width="1500" height="1500" filter="url(#f)"/></svg>"#
    )
}

/// Pictures that want a machine for themselves are ended; the same that want less are drawn.
#[tokio::test]
async fn a_picture_that_wants_too_much_is_ended() {
    // A head that promises far more pixels than there can be.
    let plain = halves(64, 48, ImageFormat::Bmp);
    let mut bomb = plain.clone();
    bomb[18..26].copy_from_slice(&[0xFF, 0x7F, 0, 0, 0xFF, 0x7F, 0, 0]);
    for (bytes, mime_type) in [(noise(100_000).as_bytes(), "image/svg+xml"), (&bomb, "image/bmp")] {
        let error = drawn(bytes, mime_type).await.unwrap_err();
        assert!(matches!(error, RasterError::Damaged(_) | RasterError::Timeout(10)), "{error}");
    }
    for (bytes, mime_type) in [(noise(1).as_bytes(), "image/svg+xml"), (&plain, "image/bmp")] {
        drawn(bytes, mime_type).await.unwrap();
    }
}

#[tokio::test]
async fn a_dropped_drawing_leaves_no_process() {
    // Under a name of its own, so that those of other tests do not count.
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("draws");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_draw_picture"), &program).unwrap();
    let is_there = || {
        let commands = std::fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
        let name = program.as_os_str().as_encoded_bytes();
        commands.into_iter().any(|command| command.starts_with(name))
    };
    let (rasteriser, slow) = (Rasteriser::new(program.clone()), noise(100_000));
    let mut drawing = Box::pin(rasteriser.draw(slow.as_bytes(), "image/svg+xml"));
    let seen = async {
        while !is_there() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        drawn = &mut drawing => panic!("{drawn:?}"),
        () = seen => {}
    }
    drop(drawing);
    while is_there() {
        tokio::task::yield_now().await;
    }
}
