//! What every address is held to before its handler runs: no NUL, and no parameter that its operation does not take.
//!
//! Pages forgive a parameter they do not know (an old link still leads somewhere); programs are told of it, since what
//! is passed over in silence answers another question than the one that was asked.

use actix_web::HttpRequest;
use actix_web::http::Uri;
use actix_web::web::Query;

use super::api::openapi::query_names;
use super::error::Fault;
use crate::app::AppError;
use crate::storage::StorageError;

/// The address holds no U+0000: no name has one, and PostgreSQL stores no text with it.
pub fn without_nul(address: &Uri) -> Result<(), Fault> {
    let holds = |part: &str| part.contains("%00") || part.contains('\0');
    match holds(address.path()) || address.query().is_some_and(holds) {
        true => Err(nul()),
        false => Ok(()),
    }
}

/// Refuses U+0000 in a text of a body.
pub fn text_without_nul(text: &str) -> Result<(), Fault> {
    if text.contains('\0') { Err(nul()) } else { Ok(()) }
}

fn nul() -> Fault {
    AppError::from(StorageError::Nul).into()
}

/// The query has no parameter but those the operation of `path` (in actix's syntax) is described with; what is not
/// described is not held to anything.
pub fn known_parameters(path: &str, request: &HttpRequest) -> Result<(), Fault> {
    if request.query_string().is_empty() {
        return Ok(());
    }
    let Some(known) = query_names(request.method(), path) else { return Ok(()) };
    let given = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let given = given.map_err(|_| Fault::BadRequest("the query is not made of name=value pairs".to_owned()))?;
    match given.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(unknown(name, &known)),
        None => Ok(()),
    }
}

/// That `name` is no parameter of what is asked, and which are.
pub fn unknown(name: &str, known: &[&str]) -> Fault {
    let taken = match known {
        [] => "it takes none".to_owned(),
        known => format!("it takes {}", known.join(", ")),
    };
    Fault::BadRequest(format!("`{name}` is no parameter of this address: {taken}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_nul_is_refused_wherever_an_address_has_it() {
        let of = |address: &str| without_nul(&address.parse().unwrap());
        for address in ["/invoices/%00", "/invoices?tenant=%00", "/invoices?a%00=1", "/payments?q=a%00b"] {
            assert!(matches!(of(address), Err(Fault::Misasked(_))), "{address}");
        }
        assert_eq!(of("/invoices?q=%2500&r=100%25&t=%E2%80%80"), Ok(()), "a text about %00 is none");
    }

    #[test]
    fn a_parameter_is_held_against_the_description() {
        let of = |path: &str, address: &str| known_parameters(path, &TestRequest::with_uri(address).to_http_request());
        assert_eq!(of("/api/v1/invoices", "/api/v1/invoices?tenant=x&page=2"), Ok(()));
        let refused = of("/api/v1/settings", "/api/v1/settings?tenant=x").unwrap_err();
        assert_eq!(refused.to_string(), "`tenant` is no parameter of this address: it takes none");
        let refused = of("/api/v1/alarms", "/api/v1/alarms?day=7").unwrap_err();
        assert_eq!(refused.to_string(), "`day` is no parameter of this address: it takes days");
        assert_eq!(of("/health/live", "/health/live?zzz=1"), Ok(()), "it is not described");
    }
}
