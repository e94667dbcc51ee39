//! Amounts of CFONB 120 bank statements.

use crate::domain::money::Money;

/// Why a field is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a CFONB amount: 13 digits and a sign character ({{, A to I for credits, }}, J to R for debits), such as 0000000000322J"
)]
pub struct CfonbError(pub String);

const LENGTH: usize = 14;

/// A field of 14 characters in cents, the last of which is both the last digit and the sign: `{`, `A` to `I` are +0 to
/// +9; `}`, `J` to `R` are −0 to −9. `0000000000322J` is −32.21.
pub fn parse_amount(field: &str) -> Result<Money, CfonbError> {
    parsed(field).ok_or_else(|| CfonbError(field.to_owned()))
}

fn parsed(field: &str) -> Option<Money> {
    let (digits, sign) = field.split_at_checked(LENGTH - 1)?;
    let (last, negative) = match sign.as_bytes() {
        [b'{'] => (0, false),
        [letter @ b'A'..=b'I'] => (letter - b'A' + 1, false),
        [b'}'] => (0, true),
        [letter @ b'J'..=b'R'] => (letter - b'J' + 1, true),
        _ => return None,
    };
    // A leading `+` or `-` would parse.
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let cents = digits.parse::<i64>().ok()? * 10 + i64::from(last);
    Some(Money::from_cents(if negative { -cents } else { cents }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_character_is_digit_and_sign() {
        for (field, euros) in [
            ("0000000000322J", "-32.21"),
            ("0000000000322A", "32.21"),
            ("0000000012000{", "1200.00"),
            ("0000000012000}", "-1200.00"),
            ("0000000000000R", "-0.09"),
        ] {
            assert_eq!(parse_amount(field).unwrap().to_string(), euros);
        }
        for wrong in
            ["", "322J", "00000000003221", "-000000000322J", "0000000000322S", "00000000003é2J", "0000000000322JJ"]
        {
            assert!(parse_amount(wrong).is_err(), "{wrong}");
        }
    }
}
