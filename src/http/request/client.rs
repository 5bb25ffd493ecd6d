//! Who sends a request: the peer, or the client that a trusted proxy names in a forwarding header.
//! Deliberately absent: what a client may do (`rate_limits`).
//!
//! `X-Forwarded-For` counts, and `Forwarded` (RFC 7239) only where there is none. Nearly every
//! proxy sets the first one and hands on the second one as the client wrote it. Behind such a proxy
//! there always is an `X-Forwarded-For`, so a forged `Forwarded` is never read. A proxy that sets
//! `Forwarded` alone must remove `X-Forwarded-For`.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use http::HeaderMap;
use http::header::{FORWARDED, HeaderName};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whose writes are counted together: an IPv4 address, or the network of an IPv6 address that one
/// customer of a provider has at most (/48).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Client(u128);

/// Bits of an IPv6 address that tell customers apart.
const CUSTOMER_BITS: u32 = 48;

impl Client {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_ipv6_mapped().to_bits()),
            IpAddr::V6(address) => Self(
                address.to_bits() >> (Ipv6Addr::BITS - CUSTOMER_BITS) << (Ipv6Addr::BITS - CUSTOMER_BITS),
            ),
        }
    }
}

impl Client {
    /// The address, or the lowest one of the network.
    pub(crate) fn address(self) -> IpAddr {
        IpAddr::V6(Ipv6Addr::from_bits(self.0)).to_canonical()
    }
}

/// Networks of proxies whose forwarding header is believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// Why a text does not name proxies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an address or a network; write addresses or networks separated by commas, such as 127.0.0.1,10.0.0.0/8"
)]
pub struct InvalidProxy(String);

impl FromStr for TrustedProxies {
    type Err = InvalidProxy;

    /// Reads addresses and networks separated by commas. An empty text names none.
    fn from_str(text: &str) -> Result<Self, InvalidProxy> {
        let network = |text: &str| {
            let address = || text.parse::<IpAddr>().map(IpNet::from);
            text.parse().or_else(|_| address()).map_err(|_| InvalidProxy(text.to_owned()))
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(&peer))
    }

    /// Whether a request has a forwarding header that is not believed.
    pub(crate) fn hides_clients(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        !self.trusts(peer) && is_forwarded(headers)
    }

    /// The client of a request: from the peer outwards, the first address that is no trusted
    /// proxy's. Where a proxy names no address, the client is the proxy.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut client = peer.to_canonical();
        if self.trusts(client) {
            if headers.contains_key(X_FORWARDED_FOR) {
                self.follow(&mut client, headers, &X_FORWARDED_FOR, address);
            } else {
                self.follow(&mut client, headers, &FORWARDED, address_of_element);
            }
        }
        Client::of(client)
    }

    /// Follows the addresses of a header outwards, the nearest of which is its last.
    fn follow(
        &self,
        client: &mut IpAddr,
        headers: &HeaderMap,
        name: &HeaderName,
        read: impl Fn(&str) -> Option<IpAddr>,
    ) {
        let values = headers.get_all(name).iter().rev().map(|value| value.to_str().unwrap_or("?"));
        let elements = values.flat_map(|value| value.rsplit(',')).map(str::trim);
        for element in elements.filter(|element| !element.is_empty()) {
            let Some(address) = read(element) else { return };
            *client = address;
            if !self.trusts(address) {
                return;
            }
        }
    }
}

/// Whether a request has a forwarding header.
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED) || headers.contains_key(X_FORWARDED_FOR)
}

/// The address in an element of `Forwarded`.
fn address_of_element(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    address(pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?.1)
}

/// Reads an address with or without quotes, port and zone; an IPv6 address with a port has
/// brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let host = match (text.strip_prefix('['), text.split_once(':')) {
        (Some(bracketed), _) => bracketed.split_once(']')?.0,
        (None, Some((host, port))) if !port.contains(':') => host,
        _ => text,
    };
    let address: IpAddr = host.split('%').next()?.parse().ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn client(trusted: &str, peer: &str, header: (&'static str, &str)) -> Client {
        let proxies: TrustedProxies = trusted.parse().expect("proxies");
        let mut headers = HeaderMap::new();
        headers.insert(header.0, header.1.parse().expect("a value"));
        proxies.client(ip(peer), &headers)
    }

    #[test]
    fn networks_are_read_and_hold_what_is_in_them() {
        let proxies: TrustedProxies = "127.0.0.1, 10.0.0.0/8,2001:db8::/32, ::1".parse().expect("networks");
        for inside in ["127.0.0.1", "10.255.0.1", "2001:db8:ffff::1", "::1", "::ffff:10.1.1.1"] {
            assert!(proxies.trusts(ip(inside)), "{inside}");
        }
        for outside in ["127.0.0.2", "11.0.0.1", "2001:db9::", "::2"] {
            assert!(!proxies.trusts(ip(outside)), "{outside}");
        }
        assert_eq!("".parse(), Ok(TrustedProxies::default()));
        assert!("0.0.0.0/0".parse::<TrustedProxies>().expect("all").trusts(ip("203.0.113.9")));
        for bad in ["localhost", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0/8", "/8"] {
            assert!(bad.parse::<TrustedProxies>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let claimed = ("x-forwarded-for", "198.51.100.7");
        let of = |text| Client::of(ip(text));
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
    fn a_forged_forwarded_is_not_read_behind_a_proxy_that_sets_the_other_header() {
        let proxies: TrustedProxies = "10.0.0.1".parse().expect("a proxy");
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED, "for=203.0.113.9".parse().expect("a value"));
        assert_eq!(proxies.client(ip("10.0.0.1"), &headers), Client::of(ip("203.0.113.9")));
        for value in ["198.51.100.7", "unknown"] {
            headers.insert(X_FORWARDED_FOR, value.parse().expect("a value"));
            let expected = if value == "unknown" { "10.0.0.1" } else { value };
            assert_eq!(proxies.client(ip("10.0.0.1"), &headers), Client::of(ip(expected)), "{value}");
        }
        headers.append(X_FORWARDED_FOR, "198.51.100.8".parse().expect("a value"));
        assert_eq!(proxies.client(ip("10.0.0.1"), &headers), Client::of(ip("198.51.100.8")));
    }

    #[test]
    fn every_form_of_an_address_is_read() {
        let of = |text| Client::of(ip(text));
        for (header, value, expected) in [
            ("forwarded", "for=198.51.100.7;proto=https;by=10.0.0.1", "198.51.100.7"),
            ("forwarded", "For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("forwarded", "for=1.2.3.4, for=\"198.51.100.7:80\"", "198.51.100.7"),
            ("x-forwarded-for", "198.51.100.7:1234", "198.51.100.7"),
            ("x-forwarded-for", "2001:db8:cafe::17", "2001:db8:cafe::17"),
            ("x-forwarded-for", "[2001:db8:cafe::17]", "2001:db8:cafe::17"),
            ("x-forwarded-for", "::ffff:198.51.100.7", "198.51.100.7"),
            ("x-forwarded-for", "fe80::1%eth0", "fe80::1"),
            ("x-forwarded-for", "[fe80::1%eth0]:80", "fe80::1"),
            ("x-forwarded-for", "\"198.51.100.7\"", "198.51.100.7"),
            ("x-forwarded-for", "\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("x-forwarded-for", "198.51.100.7,", "198.51.100.7"),
            ("x-forwarded-for", ", 198.51.100.7 , ,", "198.51.100.7"),
            ("x-forwarded-for", "", "10.0.0.1"),
            ("x-forwarded-for", "%", "10.0.0.1"),
            ("forwarded", "for=_hidden", "10.0.0.1"),
            ("forwarded", "nonsense", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", (header, value)), of(expected), "{header}: {value}");
        }
    }

    #[test]
    fn neighbours_in_a_customers_network_are_one_client() {
        let of = |text| Client::of(ip(text));
        assert_eq!(of("2001:db8:1:1::1"), of("2001:db8:1:ffff::9"));
        assert_ne!(of("2001:db8:1::1"), of("2001:db8:2::1"));
        assert_ne!(of("198.51.100.7"), of("198.51.100.8"));
        assert_eq!(of("::ffff:198.51.100.7"), of("198.51.100.7"));
    }
}
