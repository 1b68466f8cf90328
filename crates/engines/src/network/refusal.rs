//! Why a proxy does not do what it is asked, in HTTP's terms and in SOCKS's.

use codemode_run::network::Denied;
use hyper::StatusCode;

/// Why not. The text names what the client asked for, nothing of this machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("codemode: bad request: {0}")]
    Bad(&'static str),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("codemode: {0} did not answer in time")]
    Late(String),
    #[error("codemode: the proxy's user and password are missing or wrong; take HTTPS_PROXY as it is")]
    Unauthorized,
    #[error("codemode: {0} was not reached: {1}")]
    Unreachable(String, &'static str),
    #[error("codemode: the name of {0} was not found")]
    Unresolved(String),
    #[error("codemode: the proxy does not do this: {0}")]
    Unsupported(&'static str),
}

impl Refusal {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::Late(_) => StatusCode::GATEWAY_TIMEOUT,
            Self::Unauthorized => StatusCode::PROXY_AUTHENTICATION_REQUIRED,
            Self::Unreachable(..) | Self::Unresolved(_) => StatusCode::BAD_GATEWAY,
            Self::Unsupported(_) => StatusCode::NOT_IMPLEMENTED,
        }
    }

    /// The reply code of RFC 1928.
    pub(crate) fn socks_code(&self) -> u8 {
        match self {
            Self::Bad(_) | Self::Late(_) => 0x01,
            Self::Denied(_) | Self::Unauthorized => 0x02,
            Self::Unresolved(_) => 0x04,
            Self::Unreachable(..) => 0x05,
            Self::Unsupported(_) => 0x07,
        }
    }
}
