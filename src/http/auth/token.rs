//! Access tokens: short-lived JWTs, signed by the newest of several keys.
//!
//! Rotation: a new key signs from the moment it exists; a retired one verifies what it signed until that has expired.
//! Only HS256 is taken, only for our audience, only tokens of type `access`.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use crate::app::users::{ACCESS_TOKEN_SECONDS, SKEW_SECONDS};
use crate::domain::ids::UserId;

const AUDIENCE: &str = "chapelle-api";
/// What a token is for: nothing else signed with the same key can stand in for it.
const TOKEN_TYPE: &str = "access";

/// A secret and the time in which it signs.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    pub kid: String,
    pub secret: Vec<u8>,
    pub retired_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for SigningKey {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("retired_at", &self.retired_at)
            .finish_non_exhaustive()
    }
}

/// Whom a token speaks for. What they may is not in it: that is looked up, so that it is as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    pub user: UserId,
    pub issued_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    aud: String,
    /// The user's id.
    sub: String,
    iat: i64,
    exp: i64,
    token_type: String,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the token is not one of this server's")]
    Invalid,
    #[error("the token's key is not known here")]
    UnknownKey,
    #[error("the token has expired: sign in again")]
    Expired,
    #[error("no key is there to sign with")]
    NoKey,
    #[error("the token could not be signed: {0}")]
    Signing(String),
}

/// The keys, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenKeys(Vec<SigningKey>);

impl TokenKeys {
    /// `keys` newest first.
    pub fn new(keys: Vec<SigningKey>) -> TokenKeys {
        TokenKeys(keys)
    }

    /// A token for `user` that lasts [`ACCESS_TOKEN_SECONDS`] from `now`.
    pub fn sign(&self, user: UserId, now: DateTime<Utc>) -> Result<String, TokenError> {
        let key = self.0.iter().find(|key| key.retired_at.is_none()).ok_or(TokenError::NoKey)?;
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::HS256) };
        let claims = Claims {
            aud: AUDIENCE.to_owned(),
            sub: user.to_string(),
            iat: now.timestamp(),
            exp: now.timestamp() + ACCESS_TOKEN_SECONDS,
            token_type: TOKEN_TYPE.to_owned(),
        };
        encode(&header, &claims, &EncodingKey::from_secret(&key.secret))
            .map_err(|error| TokenError::Signing(error.to_string()))
    }

    /// Whom `token` speaks for at `now`.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Identity, TokenError> {
        let kid = decode_header(token).ok().and_then(|header| header.kid).ok_or(TokenError::Invalid)?;
        let key = self.0.iter().find(|key| key.kid == kid).ok_or(TokenError::UnknownKey)?;
        let decoded = decode::<Claims>(token, &DecodingKey::from_secret(&key.secret), &validation());
        let claims = decoded.map_err(|_| TokenError::Invalid)?.claims;
        let issued_in_time = key.retired_at.is_none_or(|retired| claims.iat <= retired.timestamp());
        let plausible = claims.iat <= now.timestamp() + SKEW_SECONDS && claims.exp - claims.iat <= ACCESS_TOKEN_SECONDS;
        if claims.token_type != TOKEN_TYPE || !issued_in_time || !plausible {
            return Err(TokenError::Invalid);
        }
        if claims.exp <= now.timestamp() {
            return Err(TokenError::Expired);
        }
        let user = claims.sub.parse().map(UserId).map_err(|_| TokenError::Invalid)?;
        Ok(Identity { user, issued_at: DateTime::from_timestamp(claims.iat, 0).unwrap_or_default() })
    }
}

/// The algorithm and the audience. Time is checked against the caller's clock, not the library's.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "aud", "sub"]);
    validation.validate_exp = false;
    validation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_793_000_000 + seconds, 0).unwrap()
    }

    fn key(kid: &str) -> SigningKey {
        SigningKey {
            kid: kid.into(),
            secret: format!("{kid}: thirty-two bytes of randomness").into_bytes(),
            retired_at: None,
        }
    }

    const USER: UserId = UserId(7);

    fn issued(seconds: i64) -> Result<Identity, TokenError> {
        Ok(Identity { user: USER, issued_at: at(seconds) })
    }

    #[test]
    fn a_token_lasts_a_quarter_of_an_hour() {
        let keys = TokenKeys::new(vec![key("a")]);
        let token = keys.sign(USER, at(0)).unwrap();
        assert_eq!(keys.verify(&token, at(0)), issued(0));
        assert_eq!(keys.verify(&token, at(ACCESS_TOKEN_SECONDS - 1)), issued(0));
        assert_eq!(keys.verify(&token, at(ACCESS_TOKEN_SECONDS)), Err(TokenError::Expired));
        assert_eq!(keys.verify(&token, at(-SKEW_SECONDS - 1)), Err(TokenError::Invalid));
    }

    #[test]
    fn the_newest_key_signs_and_a_retired_one_still_verifies() {
        let before = TokenKeys::new(vec![key("a")]);
        let old = before.sign(USER, at(0)).unwrap();
        let retired = SigningKey { retired_at: Some(at(60)), ..key("a") };
        let after = TokenKeys::new(vec![key("b"), retired.clone()]);
        assert_eq!(after.verify(&old, at(120)), issued(0));
        let new = after.sign(USER, at(120)).unwrap();
        assert_eq!(decode_header(&new).unwrap().kid.as_deref(), Some("b"));
        assert_eq!(before.verify(&new, at(120)), Err(TokenError::UnknownKey));
        // A stolen retired key makes nothing new.
        let forged = TokenKeys::new(vec![key("a")]).sign(USER, at(120)).unwrap();
        assert_eq!(after.verify(&forged, at(121)), Err(TokenError::Invalid));
        assert_eq!(TokenKeys::new(vec![retired]).sign(USER, at(120)), Err(TokenError::NoKey));
    }

    /// A token with a header and claims of the attacker's choice, signed with the right secret unless told otherwise.
    fn crafted(algorithm: Algorithm, change: impl FnOnce(&mut serde_json::Value)) -> String {
        let mut claims = serde_json::json!({
            "aud": AUDIENCE, "sub": "7", "iat": at(0).timestamp(),
            "exp": at(ACCESS_TOKEN_SECONDS).timestamp(), "token_type": TOKEN_TYPE,
        });
        change(&mut claims);
        let header = Header { kid: Some("a".into()), ..Header::new(algorithm) };
        encode(&header, &claims, &EncodingKey::from_secret(&key("a").secret)).unwrap()
    }

    #[test]
    fn everything_a_token_says_is_checked() {
        let keys = TokenKeys::new(vec![key("a")]);
        let verified = |token: &str| keys.verify(token, at(1));
        assert!(verified(&crafted(Algorithm::HS256, |_| ())).is_ok());
        let invalid = [
            crafted(Algorithm::HS384, |_| ()),
            crafted(Algorithm::HS256, |claims| claims["aud"] = "another".into()),
            crafted(Algorithm::HS256, |claims| claims["token_type"] = "refresh".into()),
            crafted(Algorithm::HS256, |claims| claims["exp"] = at(10 * ACCESS_TOKEN_SECONDS).timestamp().into()),
            crafted(Algorithm::HS256, |claims| claims["sub"] = "7 or 1=1".into()),
            crafted(Algorithm::HS256, |claims| drop(claims.as_object_mut().unwrap().remove("exp"))),
            crafted(Algorithm::HS256, |claims| drop(claims.as_object_mut().unwrap().remove("aud"))),
            "not.a.token".to_owned(),
            String::new(),
        ];
        for token in invalid {
            assert_eq!(verified(&token), Err(TokenError::Invalid), "{token}");
        }
        // {"alg":"none","kid":"a"} with the claims of a good token and no signature.
        let good = crafted(Algorithm::HS256, |_| ());
        let claims = good.split('.').nth(1).unwrap();
        assert_eq!(verified(&format!("eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.{claims}.")), Err(TokenError::Invalid));
        let mut tampered = good.clone();
        tampered.replace_range(good.len() - 2.., if good.ends_with("AA") { "BB" } else { "AA" });
        assert_eq!(verified(&tampered), Err(TokenError::Invalid));
    }
}
