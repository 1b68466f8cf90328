//! What went through a proxy, for the report and the log.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::bounds::REFUSALS_KEPT;

/// What went through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes that came from outside.
    pub bytes_in: u64,
    /// Bytes that went outside.
    pub bytes_out: u64,
    /// Connections that were made to the outside.
    pub connected: u64,
    /// Requests that the rules refused.
    pub refused: u64,
    /// The first different destinations among them.
    pub refused_destinations: Vec<String>,
    /// Requests with a wrong secret or none.
    pub unauthorized: u64,
}

/// The same while it is counted.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    connected: AtomicU64,
    destinations: Mutex<Vec<String>>,
    refused: AtomicU64,
    unauthorized: AtomicU64,
}

impl Counters {
    pub(crate) fn note_connected(&self) {
        self.connected.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn note_unauthorized(&self) {
        self.unauthorized.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn note_refused(&self, destination: &str) {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.destinations.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < REFUSALS_KEPT && !kept.iter().any(|known| known == destination) {
            kept.push(destination.to_owned());
        }
    }

    pub(crate) fn take(&self) -> Traffic {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::Relaxed);
        Traffic {
            bytes_in: take(&self.bytes_in),
            bytes_out: take(&self.bytes_out),
            connected: take(&self.connected),
            refused: take(&self.refused),
            refused_destinations: std::mem::take(
                &mut *self.destinations.lock().unwrap_or_else(PoisonError::into_inner),
            ),
            unauthorized: take(&self.unauthorized),
        }
    }
}

/// When a connection last carried a byte.
#[derive(Debug)]
pub(crate) struct Activity {
    millis: AtomicU64,
    since: Instant,
}

impl Activity {
    pub(crate) fn new() -> Self {
        Self { millis: AtomicU64::new(0), since: Instant::now() }
    }

    fn touch(&self) {
        let millis = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.millis.store(millis, Ordering::Relaxed);
    }

    /// Ends when nothing was carried for `bound`.
    pub(crate) async fn idle(&self, bound: Duration) {
        loop {
            let until = self.since + Duration::from_millis(self.millis.load(Ordering::Relaxed)) + bound;
            if Instant::now() >= until {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}

/// A connection to the outside whose bytes are counted.
#[derive(Debug)]
pub(crate) struct Counted {
    activity: Arc<Activity>,
    counters: Arc<Counters>,
    stream: TcpStream,
}

impl Counted {
    pub(crate) fn new(stream: TcpStream, counters: Arc<Counters>, activity: Arc<Activity>) -> Self {
        counters.note_connected();
        activity.touch();
        Self { activity, counters, stream }
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.counters.bytes_in.fetch_add((buf.filled().len() - before) as u64, Ordering::Relaxed);
        self.activity.touch();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.counters.bytes_out.fetch_add(count as u64, Ordering::Relaxed);
        self.activity.touch();
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
