//! The transports.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use codemode_run::Runs;
use rmcp::ServiceExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::CancellationToken;

use crate::server::{Server, ServerOptions};
use crate::stdio;

/// Serving could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The client said something before its first request that is none.
    #[error("failed to begin the session with the client")]
    Begin(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The session's task ended in an unexpected way.
    #[error("failed to go on with the session")]
    Session(#[source] tokio::task::JoinError),
}

/// Serves one client on stdin and stdout until it closes them or `stop` fires; then every run is killed.
pub async fn serve_stdio(
    options: ServerOptions,
    runs: Runs,
    stop: CancellationToken,
) -> Result<(), ServeError> {
    serve_stream(options, runs, stdio::input(), stdio::output(), stop).await
}

/// Serves one client on any pair of byte streams, a JSON message a line.
pub async fn serve_stream<R, W>(
    options: ServerOptions,
    runs: Runs,
    reader: R,
    writer: W,
    stop: CancellationToken,
) -> Result<(), ServeError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let hung_up = CancellationToken::new();
    let person = Arc::clone(&options.person);
    let server = Server::new(options, runs.clone(), hung_up.clone());
    // Whatever follows this session ends with it.
    let _over = hung_up.clone().drop_guard();
    let reader = Watched { hung_up: hung_up.clone(), reader };
    let served = async {
        // A client that leaves before it has said anything is no failure.
        let service = match server.serve_with_ct((reader, writer), stop.clone()).await {
            Ok(service) => service,
            Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
            Err(rmcp::service::ServerInitializeError::Cancelled) => return Ok(()),
            Err(error) => return Err(ServeError::Begin(Box::new(error))),
        };
        service.waiting().await.map(drop).map_err(ServeError::Session)
    };
    let result = tokio::select! {
        result = served => result,
        never = kill_after_hang_up(&runs, hung_up) => match never {},
    };
    person.leave();
    runs.shutdown().await;
    result
}

/// How long runs may go on when the client closed its end: a script that pipes its requests in gets the answers of short ones.
const GRACE: Duration = Duration::from_secs(1);

async fn kill_after_hang_up(runs: &Runs, hung_up: CancellationToken) -> std::convert::Infallible {
    hung_up.cancelled().await;
    tokio::time::sleep(GRACE).await;
    runs.shutdown().await;
    std::future::pending().await
}

/// A reader that tells when it has ended.
struct Watched<R> {
    hung_up: CancellationToken,
    reader: R,
}

impl<R: AsyncRead + Unpin> AsyncRead for Watched<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.reader).poll_read(context, buffer);
        let is_end = match &read {
            Poll::Pending => false,
            Poll::Ready(result) => result.is_err() || buffer.filled().len() == before,
        };
        if is_end {
            self.hung_up.cancel();
        }
        read
    }
}
