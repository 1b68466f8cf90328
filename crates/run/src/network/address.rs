//! What kind of address an address is. The standard library's own answers are not stable, so the table is here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is for, as far as it matters to who may reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressClass {
    /// For measuring networks, RFC 2544 and RFC 5180.
    Benchmark,
    /// Everyone on the wire.
    Broadcast,
    /// For examples in texts.
    Documentation,
    /// The wire that the machine is on, RFC 3927 and RFC 4291.
    LinkLocal,
    /// This machine.
    Loopback,
    /// The service of a cloud that hands a machine its keys.
    Metadata,
    /// Groups.
    Multicast,
    /// A network of the user's or of its provider: RFC 1918, RFC 4193, RFC 6598.
    Private,
    /// Anyone's.
    Public,
    /// Kept for something else.
    Reserved,
    /// Leads through a relay to an address inside it: 6to4, Teredo, a translator's local prefix.
    Tunnel,
    /// No address at all, which systems take for this machine.
    Unspecified,
}

/// A first address, the length of its prefix, what is inside.
type Row4 = (Ipv4Addr, u32, AddressClass);
type Row6 = (Ipv6Addr, u32, AddressClass);

/// The first row that an address is in tells. From the registry of special-purpose addresses of IANA, with the metadata
/// services of clouds in front.
const TABLE4: &[Row4] = &[
    (Ipv4Addr::new(100, 100, 100, 200), 32, AddressClass::Metadata),
    (Ipv4Addr::new(168, 63, 129, 16), 32, AddressClass::Metadata),
    (Ipv4Addr::new(169, 254, 0, 23), 32, AddressClass::Metadata),
    (Ipv4Addr::new(169, 254, 169, 254), 32, AddressClass::Metadata),
    (Ipv4Addr::new(169, 254, 170, 2), 32, AddressClass::Metadata),
    (Ipv4Addr::new(169, 254, 170, 23), 32, AddressClass::Metadata),
    (Ipv4Addr::new(192, 0, 0, 192), 32, AddressClass::Metadata),
    (Ipv4Addr::new(0, 0, 0, 0), 8, AddressClass::Unspecified),
    (Ipv4Addr::new(10, 0, 0, 0), 8, AddressClass::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, AddressClass::Private),
    (Ipv4Addr::new(127, 0, 0, 0), 8, AddressClass::Loopback),
    (Ipv4Addr::new(169, 254, 0, 0), 16, AddressClass::LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, AddressClass::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, AddressClass::Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, AddressClass::Documentation),
    (Ipv4Addr::new(192, 88, 99, 0), 24, AddressClass::Tunnel),
    (Ipv4Addr::new(192, 168, 0, 0), 16, AddressClass::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, AddressClass::Benchmark),
    (Ipv4Addr::new(198, 51, 100, 0), 24, AddressClass::Documentation),
    (Ipv4Addr::new(203, 0, 113, 0), 24, AddressClass::Documentation),
    (Ipv4Addr::new(224, 0, 0, 0), 4, AddressClass::Multicast),
    (Ipv4Addr::new(255, 255, 255, 255), 32, AddressClass::Broadcast),
    (Ipv4Addr::new(240, 0, 0, 0), 4, AddressClass::Reserved),
];

const TABLE6: &[Row6] = &[
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23), 128, AddressClass::Metadata),
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), 128, AddressClass::Metadata),
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128, AddressClass::Metadata),
    (Ipv6Addr::UNSPECIFIED, 128, AddressClass::Unspecified),
    (Ipv6Addr::LOCALHOST, 128, AddressClass::Loopback),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, AddressClass::Tunnel),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, AddressClass::Tunnel),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, AddressClass::Benchmark),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, AddressClass::Reserved),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, AddressClass::Documentation),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, AddressClass::Tunnel),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, AddressClass::Documentation),
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, AddressClass::Public),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, AddressClass::Private),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, AddressClass::LinkLocal),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, AddressClass::Private),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, AddressClass::Multicast),
];

impl AddressClass {
    /// What kind of address it is. One that only wraps an IPv4 address is what that one is.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of4(address),
            IpAddr::V6(address) => embedded(address).map_or_else(|| of6(address), of4),
        }
    }

    /// The class in words that fit "is ...".
    pub fn describe(self) -> &'static str {
        match self {
            Self::Benchmark => "a benchmark address",
            Self::Broadcast => "the broadcast address",
            Self::Documentation => "a documentation address",
            Self::LinkLocal => "a link-local address",
            Self::Loopback => "this machine itself",
            Self::Metadata => "a cloud's metadata service",
            Self::Multicast => "a multicast address",
            Self::Private => "a private address",
            Self::Public => "a public address",
            Self::Reserved => "a reserved address",
            Self::Tunnel => "a tunnel's address",
            Self::Unspecified => "the unspecified address",
        }
    }
}

fn of4(address: Ipv4Addr) -> AddressClass {
    let bits = address.to_bits();
    let row = TABLE4.iter().find(|(first, prefix, _)| (bits ^ first.to_bits()).leading_zeros() >= *prefix);
    row.map_or(AddressClass::Public, |(_, _, class)| *class)
}

/// Unlike IPv4, whatever no row names is not given to anyone yet.
fn of6(address: Ipv6Addr) -> AddressClass {
    let bits = address.to_bits();
    let row = TABLE6.iter().find(|(first, prefix, _)| (bits ^ first.to_bits()).leading_zeros() >= *prefix);
    row.map_or(AddressClass::Reserved, |(_, _, class)| *class)
}

/// The IPv4 address inside a mapped (`::ffff:0:0/96`), translated (`::ffff:0:0:0/96`), compatible (`::/96`) or NAT64
/// (`64:ff9b::/96`) address.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let inside = Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff] | [0, 0, 0, 0, 0xffff, 0] | [0x64, 0xff9b, 0, 0, 0, 0] => Some(inside),
        // `::` and `::1` are addresses of their own; a compatible address of a public one leads nowhere.
        [0, 0, 0, 0, 0, 0] if high != 0 && of4(inside) != AddressClass::Public => Some(inside),
        _ => None,
    }
}
