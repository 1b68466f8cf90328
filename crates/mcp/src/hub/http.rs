//! The HTTP client of remote servers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Once;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::{StreamableHttpClient, StreamableHttpClientTransportConfig};

use super::servers::Secret;
use super::stdio::MESSAGE_BYTES_MAX;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// Redirects that are followed.
const REDIRECTS_MAX: usize = 5;

/// Headers of every request to one server.
pub(super) type Headers = HashMap<HeaderName, HeaderValue>;

/// A client that keeps headers to the origin that they are for.
pub(super) fn client() -> Result<reqwest::Client, String> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Another part of the process may have chosen one; then that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let redirects = Policy::custom(|attempt| {
        let first = attempt.previous().first().map(reqwest::Url::origin);
        let same_origin = first.as_ref() == Some(&attempt.url().origin());
        let keeps_the_body = matches!(attempt.status().as_u16(), 307 | 308);
        if same_origin && keeps_the_body && attempt.previous().len() <= REDIRECTS_MAX {
            attempt.follow()
        } else {
            attempt.stop()
        }
    });
    // A pooled connection whose last body was not read to its end costs a delayed acknowledgement, about 40 ms.
    let builder =
        reqwest::Client::builder().connect_timeout(CONNECT).pool_max_idle_per_host(0).redirect(redirects);
    builder.build().map_err(|error| format!("failed to make an HTTP client: {error}"))
}

/// The headers of a server, as the client wants them.
pub(super) fn headers(headers: &BTreeMap<String, Secret>) -> Result<Headers, String> {
    let pair = |(name, value): (&String, &Secret)| {
        let bad = |what: &str| format!("header `{name}`: its {what} is not one that HTTP allows");
        let header: HeaderName = name.parse().map_err(|_| bad("name"))?;
        let mut value = HeaderValue::from_str(value.reveal()).map_err(|_| bad("value"))?;
        value.set_sensitive(true);
        Ok((header, value))
    };
    headers.iter().map(pair).collect()
}

/// A Streamable HTTP transport over a client, plain or with tokens.
pub(super) fn streamable<C: StreamableHttpClient + Send + 'static>(
    client: C,
    url: &str,
    headers: Headers,
) -> StreamableHttpClientTransport<C> {
    let config = StreamableHttpClientTransportConfig::with_uri(url)
        .custom_headers(headers)
        .max_concurrent_requests(super::upstream::CALLS_MAX)
        .max_json_response_size(MESSAGE_BYTES_MAX)
        .max_sse_event_size(MESSAGE_BYTES_MAX);
    StreamableHttpClientTransport::with_client(client, config)
}
