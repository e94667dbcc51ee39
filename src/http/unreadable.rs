//! What the framework could not read of a request, in words that say what is wrong and what to do.
//!
//! The framework's own words name its types (`expected struct PaymentBody`) and its plumbing (`Custom { kind: …`): they
//! are translated here, and what has no translation is told in general.

use actix_web::error::{JsonPayloadError, PayloadError, QueryPayloadError, UrlencodedError};
use actix_web::http::StatusCode;
use serde_json::error::Category;

use super::error::Fault;

/// What is said of a body that ended before its end, or is not compressed as it says.
const BROKEN_OFF: &str = "the body ended early, or is not what Content-Encoding says: send it again as a whole";

/// A fault of a body that the framework read, where `bytes_max` are taken.
pub fn body(error: &actix_web::Error, bytes_max: usize) -> Fault {
    if let Some(error) = error.as_error::<JsonPayloadError>() {
        return json_body(error, bytes_max);
    }
    match error.as_error::<UrlencodedError>() {
        Some(UrlencodedError::Overflow { limit, .. }) => return Fault::TooLarge(*limit),
        Some(UrlencodedError::ContentType) => {
            return Fault::UnsupportedMedia("send the form as application/x-www-form-urlencoded".to_owned());
        }
        Some(UrlencodedError::Payload(error)) => return payload(error, bytes_max),
        Some(_) => return Fault::BadRequest("the form cannot be read: load its page again and retry".to_owned()),
        None => {}
    }
    match error.as_error::<PayloadError>() {
        Some(error) => payload(error, bytes_max),
        None => other(error, bytes_max),
    }
}

fn json_body(error: &JsonPayloadError, bytes_max: usize) -> Fault {
    match error {
        JsonPayloadError::ContentType => Fault::UnsupportedMedia("send the body as application/json".to_owned()),
        JsonPayloadError::Overflow { limit } | JsonPayloadError::OverflowKnownLength { limit, .. } => {
            Fault::TooLarge(*limit)
        }
        JsonPayloadError::Deserialize(error) => json(error),
        JsonPayloadError::Payload(error) => payload(error, bytes_max),
        _ => broken_off(),
    }
}

/// A fault of a body on its way.
pub fn payload(error: &PayloadError, bytes_max: usize) -> Fault {
    match error {
        PayloadError::Overflow => Fault::TooLarge(bytes_max),
        _ => broken_off(),
    }
}

/// A body that ended before its end, or is not compressed as it says.
pub fn broken_off() -> Fault {
    Fault::BadRequest(BROKEN_OFF.to_owned())
}

fn other(error: &actix_web::Error, bytes_max: usize) -> Fault {
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => Fault::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Fault::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge(bytes_max),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Fault::UnsupportedMedia("the content type of the body is not known here".to_owned())
        }
        status if status.is_client_error() => {
            tracing::info!(%error, "a request cannot be read");
            Fault::BadRequest("the request cannot be read: send it again as it is described".to_owned())
        }
        _ => Fault::internal(error),
    }
}

/// A body that is not the JSON asked for.
pub fn json(error: &serde_json::Error) -> Fault {
    let said = error.to_string();
    Fault::BadRequest(match error.classify() {
        Category::Data => format!("the body is not what is asked for: {}", plainly(&said)),
        _ => format!("the body is no JSON: {said}"),
    })
}

/// What a reader of JSON says, without the names of this program's types.
fn plainly(said: &str) -> String {
    let (what, place) = match said.rsplit_once(" at line ") {
        Some((what, place)) => (what, format!(", at line {place}")),
        None => (said, String::new()),
    };
    // A structure could be read from an array of its values; nobody writes it so on purpose.
    if what.starts_with("invalid length") && what.contains("struct ") {
        return format!("an array stands where an object is asked for{place}");
    }
    let found_and_expected = what.strip_prefix("invalid type: ").and_then(|what| what.rsplit_once(", expected "));
    match found_and_expected {
        Some((found, expected)) => format!("{} stands where {} is asked for{place}", kind(found), kind(expected)),
        None => format!("{what}{place}"),
    }
}

/// A kind of JSON value, as the reader names it, in the words of JSON.
fn kind(named: &str) -> String {
    let (word, rest) = named.split_once(' ').unwrap_or((named, ""));
    match word {
        "map" | "struct" => "an object".to_owned(),
        "sequence" | "tuple" => "an array".to_owned(),
        "null" | "unit" => "null".to_owned(),
        "string" => format!("the text {rest}"),
        "integer" | "floating" | "number" => format!("the number {}", rest.trim_start_matches("point ")),
        "boolean" => rest.to_owned(),
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number".to_owned(),
        "enum" | "internally" | "adjacently" | "variant" => "one of the known values".to_owned(),
        "a" => match rest {
            "string" | "str" | "borrowed string" => "a text".to_owned(),
            "map" => "an object".to_owned(),
            "sequence" => "an array".to_owned(),
            "boolean" => "true or false".to_owned(),
            _ => named.to_owned(),
        },
        _ => named.to_owned(),
    }
}

/// What is wrong with a query. Its parameter is named where it is given twice, missing or not known; else not.
pub fn query(error: &QueryPayloadError) -> String {
    let said = match error {
        QueryPayloadError::Deserialize(error) => error.to_string(),
        _ => String::new(),
    };
    let named = |start: &str| said.strip_prefix(start).and_then(|rest| rest.split('`').next());
    if let Some(name) = named("duplicate field `") {
        return format!("{name} is given twice: leave one out");
    }
    if let Some(name) = named("missing field `") {
        return format!("{name} is missing: say which");
    }
    match named("unknown field `") {
        Some(name) => format!("{name} is no parameter of this address"),
        None => "a parameter is not what it should be: see what this address takes".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::web::Query;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        #[serde(rename = "text")]
        _text: String,
        #[serde(rename = "count")]
        _count: Option<u32>,
    }

    #[test]
    fn types_of_this_program_are_no_words_for_a_caller() {
        let of = |body: &str| json(&serde_json::from_str::<Asked>(body).unwrap_err()).to_string();
        let begin = "the body is not what is asked for: ";
        for (body, says) in [
            ("[]", "an array stands where an object is asked for, at line 1 column 2"),
            ("7", "the number `7` stands where an object is asked for, at line 1 column 1"),
            (r#"{"text":{}}"#, "an object stands where a text is asked for, at line 1 column 8"),
            (r#"{"text":[]}"#, "an array stands where a text is asked for, at line 1 column 8"),
            (r#"{"text":null}"#, "null stands where a text is asked for, at line 1 column 12"),
            (
                r#"{"text":"a","count":"2"}"#,
                "the text \"2\" stands where a whole number is asked for, at line 1 column 23",
            ),
            ("{}", "missing field `text`, at line 1 column 2"),
            (r#"{"txt":"a"}"#, "unknown field `txt`, expected `text` or `count`, at line 1 column 6"),
        ] {
            assert_eq!(of(body), format!("{begin}{says}"), "{body}");
        }
        assert_eq!(of("{"), "the body is no JSON: EOF while parsing an object at line 1 column 1");
    }

    #[test]
    fn a_query_names_what_is_wrong_with_it() {
        let of = |text: &str| query(&Query::<Asked>::from_query(text).unwrap_err());
        assert_eq!(of("text=a&text=b"), "text is given twice: leave one out");
        assert_eq!(of(""), "text is missing: say which");
        assert_eq!(of("text=a&count=x"), "a parameter is not what it should be: see what this address takes");
    }

    #[test]
    fn bodies_that_end_early_or_never_are_told_without_the_framework() {
        let of = |error: PayloadError| body(&actix_web::Error::from(error), 64);
        assert_eq!(of(PayloadError::Overflow), Fault::TooLarge(64));
        assert_eq!(of(PayloadError::Incomplete(None)), Fault::BadRequest(BROKEN_OFF.to_owned()));
        assert_eq!(of(PayloadError::EncodingCorrupted), Fault::BadRequest(BROKEN_OFF.to_owned()));
    }
}
