//! The step that waits for the upstream servers that a program names and of which nothing is known yet, before the program is
//! looked at. Its time is not the program's.

use tokio_util::sync::CancellationToken;

use super::Runner;
use crate::catalog::ServerState;
use crate::host::{Event, Host};
use crate::output::Recorder;

impl Runner {
    /// Waits until the tools of those servers are known, or cannot be: false when the run was taken back meanwhile. Does nothing
    /// for a program that names none.
    pub(super) async fn meet_servers(
        &self,
        code: &str,
        recorder: &Recorder,
        cancel: &CancellationToken,
    ) -> bool {
        let catalog = self.catalog();
        let servers = catalog.servers().iter().zip(catalog.server_names());
        let unknown = servers.filter(|(server, _)| server.state == ServerState::Connecting);
        let named: Vec<&str> = unknown
            .filter(|(server, legal)| names(code, legal) || names(code, &server.name))
            .map(|(server, _)| server.name.as_str())
            .collect();
        if named.is_empty() {
            return true;
        }
        recorder.emit(Event::Note(&format!("connecting {}", named.join(", "))));
        tokio::select! {
            biased;
            () = cancel.cancelled() => false,
            () = self.options.tools.settle(&named) => true,
        }
    }
}

/// Whether a program may be about to call a server: by its name in front of a dot, by its name as a text, or by a search.
fn names(code: &str, server: &str) -> bool {
    let ways = [format!("{server}."), format!("\"{server}\""), format!("'{server}'")];
    code.contains("tools.search") || ways.iter().any(|way| code.contains(way))
}
