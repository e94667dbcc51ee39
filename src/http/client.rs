//! Where a request comes from. Behind a proxy that is trusted it is what the proxy says; else whoever connected.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Data;

use super::state::Shared;
use crate::app::sign_in::Device;

/// The client's address.
pub fn address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let trusted = request.app_data::<Data<Shared>>().map(|shared| shared.trusted_proxies()).unwrap_or_default();
    let forwarded = request.headers().get_all(header::X_FORWARDED_FOR).filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    Some(client(peer, &hops, trusted))
}

/// The same as text, for the trail.
pub fn origin(request: &HttpRequest) -> Option<String> {
    address(request).map(|address| address.to_string())
}

/// What the browser says of itself, and where it is.
pub fn device(request: &HttpRequest) -> Device {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Device { agent: agent.unwrap_or_default().to_owned(), address: origin(request).unwrap_or_default() }
}

/// Walks the chain back from who connected, through the proxies that are trusted, to the first that is not.
fn client(peer: IpAddr, hops: &[&str], trusted: &[IpAddr]) -> IpAddr {
    let mut client = peer;
    for hop in hops.iter().rev() {
        match hop.parse() {
            Ok(before) if trusted.contains(&client) => client = before,
            _ => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let trusted = [ip("127.0.0.1"), ip("10.0.0.2")];
        assert_eq!(client(ip("203.0.113.9"), &["198.51.100.1"], &trusted), ip("203.0.113.9"));
        assert_eq!(client(ip("127.0.0.1"), &["198.51.100.1"], &trusted), ip("198.51.100.1"));
        assert_eq!(client(ip("127.0.0.1"), &["198.51.100.1", "10.0.0.2"], &trusted), ip("198.51.100.1"));
        // What a client writes itself stands before what our proxy adds.
        assert_eq!(client(ip("127.0.0.1"), &["1.1.1.1", "198.51.100.1"], &trusted), ip("198.51.100.1"));
        assert_eq!(client(ip("127.0.0.1"), &["nonsense"], &trusted), ip("127.0.0.1"));
        assert_eq!(client(ip("127.0.0.1"), &[], &trusted), ip("127.0.0.1"));
    }
}
