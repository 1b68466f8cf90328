//! Tells a client that the tools that it listed are other ones now: servers came, went or changed.

use std::time::Duration;

use rmcp::RoleServer;
use rmcp::service::Peer;

use super::Server;

/// Servers that come at about the same time are told of in one message.
const TOGETHER: Duration = Duration::from_millis(300);

/// Goes on until the client is gone. Only what `tools/list` says counts: a server that reconnects changes nothing.
pub(super) async fn tell(server: Server, peer: Peer<RoleServer>) {
    let hung_up = server.shared.hung_up.clone();
    let watch = async {
        let mut told = listed(&server);
        let mut generation = 0;
        loop {
            generation = server.shared.runs.runner().tools_changed(generation).await;
            tokio::time::sleep(TOGETHER).await;
            let now = listed(&server);
            if now != told {
                told = now;
                if peer.notify_tool_list_changed().await.is_err() {
                    return;
                }
            }
        }
    };
    tokio::select! {
        () = watch => {}
        () = hung_up.cancelled() => {}
    }
}

fn listed(server: &Server) -> String {
    let tools = server.definitions().unwrap_or_default();
    serde_json::to_string(&tools).unwrap_or_default()
}
