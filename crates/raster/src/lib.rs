//! Pictures of every kind as those that models see: PNG and JPEG of a size that they look at.
//!
//! Reading order: [`draw`] (bytes in, a [`Picture`] out), [`Rasteriser`] (the same in a process of its own, which a hostile
//! picture can only slow down until it is ended), [`helper_main`] (that process).

mod bitmap;
mod helper;
mod vector;

pub use bitmap::size;
pub use helper::{Rasteriser, helper_main};

/// Longest side of a picture in pixels: what models look at; they would scale a larger one down themselves.
pub const SIDE_MAX: u32 = 1568;

/// A picture that clients show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// `image/png` or `image/jpeg`.
    pub mime_type: &'static str,
}

/// There is no picture; the source says why where it is known.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    /// The bytes are no picture of this kind, or not a whole one, or one that is too large.
    #[error("no picture: {0}")]
    Damaged(String),
    /// The process that draws could not be started or talked to.
    #[error("failed to draw")]
    Io(#[from] std::io::Error),
    /// It took too long.
    #[error("drawing took longer than {0} s")]
    Timeout(u64),
    /// A kind of picture that nobody here can read.
    #[error("no picture of type {0:?} can be drawn")]
    Unknown(String),
}

/// Whether pictures of this type need drawing before a client shows them.
pub fn is_drawn(mime_type: &str) -> bool {
    matches!(
        mime_type,
        "image/bmp"
            | "image/heic"
            | "image/heif"
            | "image/svg+xml"
            | "image/tiff"
            | "image/vnd.microsoft.icon"
    )
}

/// Draws a picture, scaled down to [`SIDE_MAX`]. It may take as long as the picture wants: see [`Rasteriser`].
pub fn draw(bytes: &[u8], mime_type: &str) -> Result<Picture, RasterError> {
    match mime_type {
        "image/svg+xml" => vector::draw(bytes),
        "image/heic" | "image/heif" => bitmap::draw_heic(bytes),
        "image/bmp"
        | "image/gif"
        | "image/jpeg"
        | "image/png"
        | "image/tiff"
        | "image/vnd.microsoft.icon"
        | "image/webp" => bitmap::draw(bytes),
        other => Err(RasterError::Unknown(other.to_owned())),
    }
}
