//! Who sends a request: the address at the other end of the connection, or, behind proxies that the operator named,
//! the one that they pass on (`Forwarded`, RFC 7239, or `X-Forwarded-For`). Anybody else could write anything there.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use http::HeaderMap;
use http::header::{FORWARDED, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whose writes are counted together: an IPv4 address, or the network of an IPv6 address that one customer of a
/// provider has at most (/48).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Client(u128);

/// Bits of an IPv6 address that tell customers apart.
const CUSTOMER_BITS: u32 = 48;

impl Client {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_ipv6_mapped().to_bits()),
            IpAddr::V6(address) => Self(address.to_bits() & network_mask(CUSTOMER_BITS)),
        }
    }
}

/// Networks of proxies whose word on a client's address is taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedProxies(Vec<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    /// IPv4 as mapped into IPv6.
    first: u128,
    mask: u128,
}

/// Why a text does not name proxies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an address or a network; write addresses or networks separated by commas, such as 127.0.0.1,10.0.0.0/8"
)]
pub struct InvalidProxy(String);

impl FromStr for TrustedProxies {
    type Err = InvalidProxy;

    /// Reads addresses and networks separated by commas; none is an empty text.
    fn from_str(text: &str) -> Result<Self, InvalidProxy> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(Network::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl Network {
    fn parse(text: &str) -> Result<Self, InvalidProxy> {
        let invalid = || InvalidProxy(text.to_owned());
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| invalid())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        if bits > width {
            return Err(invalid());
        }
        let mask = network_mask(128 - width + bits);
        Ok(Self { first: mapped(address).to_bits() & mask, mask })
    }

    fn contains(&self, address: IpAddr) -> bool {
        mapped(address).to_bits() & self.mask == self.first
    }
}

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Whether a request came by a proxy that is not trusted, or claims so.
    pub(crate) fn hides_clients(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        !self.trusts(peer) && (headers.contains_key(FORWARDED) || headers.contains_key(X_FORWARDED_FOR))
    }

    /// The client of a request: from the connection's other end outwards, the first address that is no trusted
    /// proxy's. What a proxy passes on unreadably is taken for the proxy itself.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return Client::of(client);
        }
        for hop in hops(headers).into_iter().rev() {
            let Some(address) = hop else { break };
            client = address;
            if !self.trusts(client) {
                break;
            }
        }
        Client::of(client)
    }
}

/// The addresses that proxies passed on, the nearest last; `None` for what is no address. `Forwarded` is the standard
/// and counts before `X-Forwarded-For`.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let elements = |name: &HeaderName| {
        let values = headers.get_all(name).iter();
        values.flat_map(|value| value.to_str().unwrap_or("?").split(',').map(str::trim).map(String::from))
    };
    let mut forwarded = elements(&FORWARDED).peekable();
    if forwarded.peek().is_some() {
        let address_of = |element: String| {
            let pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
            let mut of = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for"));
            parse_node(of.next()?.1.trim_matches('"'))
        };
        return forwarded.map(address_of).collect();
    }
    elements(&X_FORWARDED_FOR).map(|element| parse_node(&element)).collect()
}

/// Reads an address with or without a port; an IPv6 address with brackets or, without a port, without.
fn parse_node(text: &str) -> Option<IpAddr> {
    let address = text.parse().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    address.or_else(with_port).or_else(bracketed).map(|address: IpAddr| address.to_canonical())
}

fn mapped(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

/// A mask of so many leading ones of 128.
fn network_mask(bits: u32) -> u128 {
    u128::MAX.checked_shl(128 - bits).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn client(trusted: &str, peer: &str, header: (&'static str, &str)) -> Client {
        let proxies: TrustedProxies = trusted.parse().expect("proxies");
        let mut headers = HeaderMap::new();
        headers.insert(header.0, header.1.parse().expect("a value"));
        proxies.client(address(peer), &headers)
    }

    #[test]
    fn networks_are_read_and_hold_what_is_in_them() {
        let proxies: TrustedProxies = "127.0.0.1, 10.0.0.0/8,2001:db8::/32, ::1".parse().expect("networks");
        for inside in ["127.0.0.1", "10.255.0.1", "2001:db8:ffff::1", "::1", "::ffff:10.1.1.1"] {
            assert!(proxies.trusts(address(inside)), "{inside}");
        }
        for outside in ["127.0.0.2", "11.0.0.1", "2001:db9::", "::2"] {
            assert!(!proxies.trusts(address(outside)), "{outside}");
        }
        assert_eq!("".parse(), Ok(TrustedProxies::default()));
        assert!("0.0.0.0/0".parse::<TrustedProxies>().expect("all").trusts(address("203.0.113.9")));
        for bad in ["localhost", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0/8", "/8"] {
            assert!(bad.parse::<TrustedProxies>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let claimed = ("x-forwarded-for", "198.51.100.7");
        let of = |text| Client::of(address(text));
        assert_eq!(client("", "203.0.113.9", claimed), of("203.0.113.9"));
        assert_eq!(client("10.0.0.0/8", "203.0.113.9", claimed), of("203.0.113.9"));
        assert_eq!(client("203.0.113.9", "203.0.113.9", claimed), of("198.51.100.7"));
        // The client wrote the first itself; the proxies added the others.
        let chain = ("x-forwarded-for", "1.2.3.4, 198.51.100.7, 10.0.0.2");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", chain), of("198.51.100.7"));
        let all_trusted = ("x-forwarded-for", "10.0.0.3, 10.0.0.2");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", all_trusted), of("10.0.0.3"));
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", ("x-forwarded-for", "unknown")), of("10.0.0.1"));
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", ("host", "shop")), of("10.0.0.1"));
    }

    #[test]
    fn every_form_of_an_address_is_read() {
        let of = |text| Client::of(address(text));
        for (header, value, expected) in [
            ("forwarded", "for=198.51.100.7;proto=https;by=10.0.0.1", "198.51.100.7"),
            ("forwarded", "For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("forwarded", "for=1.2.3.4, for=\"198.51.100.7:80\"", "198.51.100.7"),
            ("x-forwarded-for", "198.51.100.7:1234", "198.51.100.7"),
            ("x-forwarded-for", "2001:db8:cafe::17", "2001:db8:cafe::17"),
            ("x-forwarded-for", "[2001:db8:cafe::17]", "2001:db8:cafe::17"),
            ("x-forwarded-for", "::ffff:198.51.100.7", "198.51.100.7"),
            ("forwarded", "for=_hidden", "10.0.0.1"),
            ("forwarded", "nonsense", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", (header, value)), of(expected), "{header}: {value}");
        }
    }

    #[test]
    fn neighbours_in_a_customers_network_are_one_client() {
        let of = |text| Client::of(address(text));
        assert_eq!(of("2001:db8:1:1::1"), of("2001:db8:1:ffff::9"));
        assert_ne!(of("2001:db8:1::1"), of("2001:db8:2::1"));
        assert_ne!(of("198.51.100.7"), of("198.51.100.8"));
        assert_eq!(of("::ffff:198.51.100.7"), of("198.51.100.7"));
    }
}
