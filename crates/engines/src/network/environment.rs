//! The variables that lead programs to their proxy.

use codemode_run::network::Network;

use super::secret::{Secret, USER};

/// Variables for a guest whose proxy listens on `port` of its loopback. An `http://` URL in all of them: clients that do
/// not know SOCKS, or would resolve names themselves before they use it, work too.
///
/// What a program starts on its own loopback is reached without the proxy, as long as the user lists no loopback of the
/// machine outside: then that one is meant, and every request goes through.
pub fn environment(port: u16, secret: &Secret, network: &Network) -> Vec<(String, String)> {
    let proxy = format!("http://{USER}:{}@127.0.0.1:{port}", secret.reveal());
    let listed = network.hosts.iter().any(|rule| rule.is_loopback());
    let direct = if listed { "" } else { "localhost,127.0.0.1" };
    let kinds = ["HTTP", "HTTPS", "ALL", "WS", "WSS"];
    let names =
        kinds.iter().flat_map(|kind| [format!("{kind}_PROXY"), format!("{}_proxy", kind.to_lowercase())]);
    let mut variables: Vec<(String, String)> = names.map(|name| (name, proxy.clone())).collect();
    variables.extend(["NO_PROXY", "no_proxy"].map(|name| (name.to_owned(), direct.to_owned())));
    variables.push(("NODE_USE_ENV_PROXY".to_owned(), "1".to_owned()));
    variables
}

/// What a Python guest runs before its program, for libraries that look at no variables by default (aiohttp).
pub const PYTHON_PRELOAD: &str = include_str!("../../guest/network.py");

/// A module that a Node guest loads before its program. Node looks at the variables itself only from 24.5 and 22.21 on.
pub const NODE_PRELOAD: &str = include_str!("../../guest/network.mjs");
