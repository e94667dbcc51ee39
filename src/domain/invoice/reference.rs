//! ISO 11649 creditor references: what a bank transfer carries so that the payment finds its invoice.

use super::InvoiceNumber;

const PREFIX: &str = "RF";
/// `RF`, two check digits, and at most 21 characters of reference.
const LENGTH_MAX: usize = 25;

/// `RF85DC2026000123` of `DC2026000123`.
pub fn creditor_reference(number: &InvoiceNumber) -> String {
    let body = number.as_str().to_ascii_uppercase();
    let check = 98 - remainder_97(&format!("{body}{PREFIX}00")).unwrap_or(0);
    format!("{PREFIX}{check:02}{body}")
}

/// Whether `text`, spaces aside, is a creditor reference with right check digits.
pub fn is_creditor_reference(text: &str) -> bool {
    let compact: String = text.split_whitespace().collect::<String>().to_ascii_uppercase();
    let Some((head, body)) = compact.split_at_checked(4) else { return false };
    let well_formed = head.starts_with(PREFIX) && !body.is_empty() && compact.len() <= LENGTH_MAX;
    well_formed && remainder_97(&format!("{body}{head}")) == Some(1)
}

/// The remainder by 97 of the number a text stands for, its letters being 10 to 35; none for other characters.
fn remainder_97(text: &str) -> Option<u32> {
    text.chars().try_fold(0, |remainder, character| {
        let value = character.to_digit(36)?;
        let shift = if value < 10 { 10 } else { 100 };
        Some((remainder * shift + value) % 97)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_handbooks_references() {
        assert_eq!(creditor_reference(&InvoiceNumber::new("DC", 2026, 123).unwrap()), "RF85DC2026000123");
        assert!(is_creditor_reference("RF85DC2026000123"));
        assert!(is_creditor_reference("RF18539007547034"));
        assert!(is_creditor_reference("rf18 5390 0754 7034"));
        for wrong in ["RF18539007547043", "RF86DC2026000123", "RF85", "RF", "", "XX85DC2026000123", "RF85DC2026_00123"]
        {
            assert!(!is_creditor_reference(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_number_has_a_valid_reference(prefix in "[A-Za-z0-9]{1,6}", year in 2000i32..2100, position in 1i64..=999_999) {
            let reference = creditor_reference(&InvoiceNumber::new(&prefix, year, position).unwrap());
            prop_assert!(is_creditor_reference(&reference), "{}", reference);
        }
    }
}
