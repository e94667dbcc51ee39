//! How large a body may be, by the address it is sent to.

use super::api::{entry, readings};

/// A body that is asked for as JSON, or is not read.
pub const JSON_BYTES_MAX: usize = 64 * 1024;

/// The largest body that is read whole at an address: more is refused while it comes in.
pub fn body_bytes_max(path: &str) -> usize {
    match path {
        "/api/v1/readings" | "/api/v1/payments/statements" | "/api/v1/journal/opening" => readings::BODY_BYTES_MAX,
        "/api/v1/payback/figures"
        | "/api/v1/seller"
        | "/api/v1/tenants"
        | "/api/v1/tenants/{code}"
        | "/api/v1/tenants/{code}/contacts"
        | "/api/v1/contracts"
        | "/api/v1/contracts/{contract}"
        | "/api/v1/tariffs"
        | "/api/v1/tariffs/{tariff}"
        | "/api/v1/assets"
        | "/api/v1/assets/{asset}/record" => entry::DOCUMENT_BYTES_MAX,
        _ => JSON_BYTES_MAX,
    }
}
