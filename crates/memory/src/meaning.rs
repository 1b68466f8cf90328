//! What texts mean, for whoever asks: the encoder is loaded when the first text comes. A build without it knows words alone.

use crate::vector::Vector;

#[cfg(feature = "meaning")]
pub(crate) use with_model::{MODEL, encode};

#[cfg(feature = "meaning")]
mod with_model {
    use std::sync::OnceLock;

    use super::Vector;
    use crate::encoder::{self, Encoder};

    pub(crate) use encoder::MODEL;

    static ENCODER: OnceLock<Option<Encoder>> = OnceLock::new();

    /// The meaning of a text. `None` when it cannot be found out, which the log says.
    pub(crate) fn encode(text: &str) -> Option<Vector> {
        let load =
            || Encoder::load().inspect_err(|error| say(error, "learnings are found by words alone")).ok();
        let encoder = ENCODER.get_or_init(load).as_ref()?;
        encoder.encode(text).inspect_err(|error| say(error, "a text is found by its words alone")).ok()
    }

    fn say(error: &encoder::EncoderError, what: &str) {
        let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        tracing::error!(%error, source, "{what}");
    }
}

/// No model.
#[cfg(not(feature = "meaning"))]
pub(crate) const MODEL: &str = "none";

/// Nothing is known of any text.
#[cfg(not(feature = "meaning"))]
pub(crate) fn encode(_text: &str) -> Option<Vector> {
    None
}
