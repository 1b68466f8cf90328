//! What a client has to know to use a proxy.

use std::fmt;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The user name that goes with it.
pub(crate) const USER: &str = "run";
/// Random bytes in a secret.
const SECRET_BYTES: usize = 16;

/// A proxy's password: random, made for one guest, never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one from the system's random numbers.
    pub fn new() -> io::Result<Self> {
        let mut bytes = [0_u8; SECRET_BYTES];
        let count = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
        if count != SECRET_BYTES {
            return Err(io::Error::other("too few random bytes"));
        }
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The password itself, for the guest's environment.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// True for the user and password of this secret.
    pub(crate) fn admits(&self, user: &[u8], password: &[u8]) -> bool {
        same(user, USER.as_bytes()) & same(password, self.0.as_bytes())
    }

    /// True for a `Proxy-Authorization` of this secret.
    pub(crate) fn admits_basic(&self, header: &[u8]) -> bool {
        let Some((scheme, rest)) = header.split_at_checked(6) else { return false };
        if !scheme.eq_ignore_ascii_case(b"basic ") {
            return false;
        }
        let Ok(pair) = STANDARD.decode(rest.trim_ascii()) else { return false };
        let Some(colon) = pair.iter().position(|byte| *byte == b':') else { return false };
        self.admits(&pair[..colon], &pair[colon + 1..])
    }
}

/// Compares in a time that does not tell where the first difference is.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(...)")
    }
}
