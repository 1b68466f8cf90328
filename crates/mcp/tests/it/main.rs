//! The server, over in-memory streams.
