//! What kind of failure a relay's own words tell, or those of the connection to it: pages say it in the reader's language
//! before they quote them.

/// The kinds a person does different things about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The relay takes nothing for, or from, this address.
    Address,
    /// It does not let us in.
    SignIn,
    /// It is not who it should be, as far as its certificate tells.
    Certificate,
    /// It was reached and did not answer in time.
    Timeout,
    /// It cannot be reached.
    NoConnection,
    /// Anything else: its words stand alone.
    Other,
}

/// Replies to our own name and password (RFC 4954), and to a sender or a recipient (RFC 5321).
const SIGN_IN: [&str; 4] = ["530", "534", "535", "538"];
const ADDRESS: [&str; 6] = ["450", "550", "551", "553", "555", "556"];
/// What connections that fail are told with, in small letters.
const CERTIFICATE: [&str; 3] = ["certificate", "unknownissuer", "unknown issuer"];
/// The last is what was noted before silence was told as such.
const TIMEOUT: [&str; 4] = [NO_ANSWER, "timed out", "timeout", "temporarily unavailable (os error"];
/// How a relay that says nothing is told of.
pub(super) const NO_ANSWER: &str = "no answer within";
const NO_CONNECTION: [&str; 6] =
    ["connection refused", "connection error", "unreachable", "lookup", "name or service", "no route"];

impl FailureKind {
    pub fn of(words: &str) -> FailureKind {
        let words = words.to_lowercase();
        let code = reply_code(&words);
        let says = |texts: &[&str]| texts.iter().any(|text| words.contains(text));
        match code {
            Some(code) if SIGN_IN.contains(&code) => FailureKind::SignIn,
            Some(code) if ADDRESS.contains(&code) => FailureKind::Address,
            Some(_) => FailureKind::Other,
            None if says(&CERTIFICATE) => FailureKind::Certificate,
            None if says(&TIMEOUT) => FailureKind::Timeout,
            None if says(&NO_CONNECTION) => FailureKind::NoConnection,
            None => FailureKind::Other,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            FailureKind::Address => "address",
            FailureKind::SignIn => "sign-in",
            FailureKind::Certificate => "certificate",
            FailureKind::Timeout => "timeout",
            FailureKind::NoConnection => "no-connection",
            FailureKind::Other => "other",
        }
    }
}

/// `550` of `permanent error (550): no such user`.
fn reply_code(words: &str) -> Option<&str> {
    let inner = words.split('(').skip(1).filter_map(|rest| rest.split(')').next());
    inner.into_iter().find(|code| code.len() == 3 && code.bytes().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relays_words_tell_the_kind() {
        for (words, kind) in [
            ("the message cannot be sent: permanent error (550): 5.1.1 no such user (here)", FailureKind::Address),
            ("permanent error (535): 5.7.8 Authentication credentials invalid", FailureKind::SignIn),
            ("transient error (451): 4.3.0 try again later", FailureKind::Other),
            ("Connection error: invalid peer certificate: UnknownIssuer", FailureKind::Certificate),
            ("no answer within 30 s: see whether", FailureKind::Timeout),
            ("network error: Resource temporarily unavailable (os error 11)", FailureKind::Timeout),
            ("Connection error: connection timed out", FailureKind::Timeout),
            ("Connection error: Connection refused (os error 111)", FailureKind::NoConnection),
            (
                "Connection error: failed to lookup address information: Name or service not known",
                FailureKind::NoConnection,
            ),
            ("internal client error", FailureKind::Other),
        ] {
            assert_eq!(FailureKind::of(words), kind, "{words}");
        }
    }
}
