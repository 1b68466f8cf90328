//! The inner end of a sandbox's network, made by whoever sets the sandbox up: single-threaded, without a runtime.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, listen, recv, send, socket_with,
};

/// The port of the proxy inside a sandbox. Below the range that systems hand out by themselves, and none that programs
/// usually serve on.
pub const PROXY_PORT: u16 = 3128;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 256;

/// Brings the loopback of this network namespace up and listens on its [`PROXY_PORT`].
///
/// Call it in the sandbox's own, otherwise empty, network namespace with the right to configure it (`CAP_NET_ADMIN` in
/// the user namespace that owns it), before rights are dropped and before any code of the program runs. Send the
/// descriptor out to the server (`SCM_RIGHTS`) and close it here: a socket keeps its network namespace, so
/// [`Proxy::serve`](super::Proxy::serve) accepts on it from outside, and nothing has to run inside.
pub fn listen_inside() -> io::Result<OwnedFd> {
    loopback_up()?;
    let flags = SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, PROXY_PORT))?;
    listen(&socket, BACKLOG)?;
    Ok(socket)
}

const NLMSG_ERROR: u16 = 2;
const RTM_NEWLINK: u16 = 16;
/// `NLM_F_REQUEST | NLM_F_ACK`
const REQUEST_WITH_REPLY: u16 = 1 | 4;
const IFF_UP: u32 = 1;
/// Every network namespace is born with its loopback at this index.
const LOOPBACK_INDEX: i32 = 1;
const MESSAGE_BYTES: usize = 32;

/// Sets the loopback's flag by rtnetlink(7), which unlike the ioctl needs no unsafe code.
fn loopback_up() -> io::Result<()> {
    let flags = SocketFlags::CLOEXEC;
    // No protocol is number 0, which is NETLINK_ROUTE.
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
    let mut message = Vec::with_capacity(MESSAGE_BYTES);
    // struct nlmsghdr: length, type, flags, sequence, port.
    message.extend((MESSAGE_BYTES as u32).to_ne_bytes());
    message.extend(RTM_NEWLINK.to_ne_bytes());
    message.extend(REQUEST_WITH_REPLY.to_ne_bytes());
    message.extend([0; 8]);
    // struct ifinfomsg: family, type, index, flags, which flags to change.
    message.extend([0; 4]);
    message.extend(LOOPBACK_INDEX.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    send(&socket, &message, SendFlags::empty())?;
    let mut reply = [0_u8; 256];
    let (count, _) = recv(&socket, &mut reply[..], RecvFlags::empty())?;
    acknowledged(&reply[..count])
}

/// Reads a struct nlmsgerr: the header again, then zero or an error number with its sign turned.
fn acknowledged(reply: &[u8]) -> io::Result<()> {
    let garbled = || io::Error::new(io::ErrorKind::InvalidData, "rtnetlink answered something unknown");
    let kind: [u8; 2] = reply.get(4..6).and_then(|bytes| bytes.try_into().ok()).ok_or_else(garbled)?;
    let code: [u8; 4] = reply.get(16..20).and_then(|bytes| bytes.try_into().ok()).ok_or_else(garbled)?;
    match (u16::from_ne_bytes(kind), i32::from_ne_bytes(code)) {
        (NLMSG_ERROR, 0) => Ok(()),
        (NLMSG_ERROR, code) => Err(Errno::from_raw_os_error(code.wrapping_neg()).into()),
        _ => Err(garbled()),
    }
}
