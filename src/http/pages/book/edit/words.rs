//! What the book finds wrong, in the words of the page's language.

use chrono::NaiveDate;

use crate::bookfile::{EntryMistake, Fault, ReadFault};
use crate::domain::book::BookFault;
use crate::domain::calendar::DatePeriod;
use crate::domain::ids::ComponentCode;
use crate::domain::money::{AmountError, Money};
use crate::domain::party::identifiers::IdentifierError;
use crate::domain::tariff::TierError;
use crate::domain::told::Tell;
use crate::http::pages::Frame;

/// The sentence for a mistake; of one that stands elsewhere in the book, with the place.
pub fn sentence(frame: &Frame, mistake: &EntryMistake) -> String {
    let last = match &mistake.elsewhere {
        Some(place) => place.segments().last().cloned().unwrap_or_default(),
        None => mistake.field.rsplit('.').next().unwrap_or_default().to_owned(),
    };
    let text = match &mistake.fault {
        Fault::Read(fault) => read(frame, fault),
        Fault::Rule(fault) => rule(frame, fault, &last),
    };
    match &mistake.elsewhere {
        Some(place) => frame.texts("wrong-elsewhere", &[("place", &place.to_string()), ("text", &text)]),
        None => text,
    }
}

fn read(frame: &Frame, fault: &ReadFault) -> String {
    match fault {
        ReadFault::Missing { .. } | ReadFault::Empty => frame.t("wrong-missing"),
        ReadFault::ControlCharacter => frame.t("wrong-control-character"),
        ReadFault::TooLong { max } => frame.with("wrong-too-long", "max", &max.to_string()),
        ReadFault::UnknownWord { .. } => frame.t("wrong-word"),
        ReadFault::TooManyDigits(_) | ReadFault::BeyondRegister(_) => frame.t("wrong-too-large"),
        ReadFault::NotANumber(text) | ReadFault::Exponent(text) | ReadFault::Comma(text) => {
            frame.with("wrong-number", "text", text)
        }
        ReadFault::Amount(AmountError::NotANumber(text)) => frame.with("wrong-number", "text", text),
        ReadFault::Amount(AmountError::TooPrecise { decimals, .. }) => {
            frame.with("wrong-decimals", "decimals", &decimals.to_string())
        }
        ReadFault::Amount(
            AmountError::TooLarge(_) | AmountError::BeyondRegister(_) | AmountError::TooManyDigits(_),
        ) => frame.t("wrong-too-large"),
        ReadFault::NotWhole(_) => frame.t("wrong-not-whole"),
        ReadFault::NoSuchDate(text) | ReadFault::NotADate(text) => frame.with("wrong-date", "text", text),
        ReadFault::Calendar(_) => frame.t("wrong-month"),
        ReadFault::Identifier(error) => identifier(frame, error),
        ReadFault::NumberPrefix(_) => frame.t("wrong-prefix"),
        ReadFault::SeriesRunning { prefix, year } => {
            frame.texts("wrong-series", &[("prefix", prefix), ("year", &year.to_string())])
        }
        ReadFault::Tiers(error) => tiers(frame, error),
        ReadFault::BandsWithoutCommitment => frame.t("wrong-bands-alone"),
        ReadFault::QuantityAndMeasure | ReadFault::NoQuantity => frame.t("wrong-quantity-or-measure"),
        ReadFault::ReasonLength { low, high, .. } => {
            frame.texts("wrong-reason", &[("low", &low.to_string()), ("high", &high.to_string())])
        }
        // A form cannot be wrong like this; whoever sends something else reads the file's own words.
        ReadFault::Text(text) => text.clone(),
    }
}

fn identifier(frame: &Frame, error: &IdentifierError) -> String {
    match error {
        IdentifierError::Length { kind, found, expected, .. } => frame.texts(
            "wrong-length",
            &[
                ("kind", kind),
                ("found", &found.to_string()),
                ("expected", &expected.replace("or", frame.either("ou", "or"))),
            ],
        ),
        IdentifierError::Characters { kind, .. } => frame.with("wrong-characters", "kind", kind),
        IdentifierError::CheckDigit { kind, expected, found, .. } => frame.texts(
            "wrong-check-digit",
            &[("kind", kind), ("expected", &expected.to_string()), ("found", &found.to_string())],
        ),
        IdentifierError::LaPoste { .. } => frame.t("wrong-la-poste"),
        IdentifierError::VatKey { siren, expected, .. } => {
            frame.texts("wrong-vat-key", &[("expected", expected), ("siren", siren)])
        }
        IdentifierError::VatSiren { .. } => frame.t("wrong-vat-siren"),
        IdentifierError::IbanCheck { expected, found, .. } => {
            frame.texts("wrong-iban-check", &[("expected", expected), ("found", found)])
        }
        IdentifierError::IbanForm { country, .. } => frame.with("wrong-iban-form", "country", country),
        IdentifierError::BicForm { .. } => frame.t("wrong-bic"),
    }
}

fn tiers(frame: &Frame, error: &TierError) -> String {
    match error {
        TierError::Empty => frame.t("wrong-tiers-none"),
        TierError::NotAscending { position, from, .. } => {
            let from = frame.number(from);
            frame.texts("wrong-tiers-order", &[("position", &position.to_string()), ("from", &from)])
        }
        TierError::OpenBeforeLast { position } => frame.with("wrong-tiers-open", "position", &position.to_string()),
        TierError::LastIsBounded { .. } => frame.t("wrong-tiers-bounded"),
    }
}

/// What components sum to, term by term, and what of the cost is missing or too much.
fn components(frame: &Frame, parts: &[(ComponentCode, Money)], cost: Money) -> String {
    let sum: Money = parts.iter().map(|(_, part)| *part).sum();
    let terms: Vec<String> = parts.iter().map(|(code, part)| format!("{code} {}", frame.amount(part))).collect();
    let key = if sum < cost { "wrong-components-short" } else { "wrong-components-beyond" };
    let difference = (sum - cost).abs();
    let values = [
        ("terms", terms.join(" + ")),
        ("sum", frame.amount(&sum)),
        ("cost", frame.amount(&cost)),
        ("difference", frame.amount(&difference)),
    ];
    frame.texts(key, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
}

fn rule(frame: &Frame, fault: &BookFault, last: &str) -> String {
    let days = |period: &DatePeriod| frame.period(*period);
    let day = |day: &NaiveDate| frame.date(day);
    match fault {
        BookFault::MalformedCode { .. } => frame.t("wrong-code"),
        BookFault::DuplicateCode { code, .. } => frame.with("wrong-duplicate", "code", code),
        BookFault::Unknown { code, .. } => frame.with("wrong-unknown", "code", code),
        BookFault::Negative { .. } => frame.t("wrong-negative"),
        BookFault::NotPositive { .. } => frame.t("wrong-not-positive"),
        BookFault::OutOfRange { low, high, .. } => {
            frame.texts("wrong-range", &[("low", &frame.number(low)), ("high", &frame.number(high))])
        }
        BookFault::TooPrecise { decimals, .. } => frame.with("wrong-decimals", "decimals", &decimals.to_string()),
        BookFault::Malformed { .. } => frame.t(match last {
            "account" => "wrong-account",
            "postcode" => "wrong-postcode",
            "country" => "wrong-country",
            _ => "wrong-email",
        }),
        BookFault::Empty { .. } if last == "scenario" => frame.t("wrong-no-scenario"),
        BookFault::Empty { .. } => frame.t("wrong-missing"),
        BookFault::TooLong { max, .. } => frame.with("wrong-too-long", "max", &max.to_string()),
        BookFault::TooMany { max, .. } => frame.with("wrong-too-many", "max", &max.to_string()),
        BookFault::VatOfAnotherBody { in_vat, in_siret } => {
            frame.texts("wrong-vat-body", &[("vat", in_vat), ("siret", in_siret)])
        }
        BookFault::WrongRegister { meter, .. } => frame.with("wrong-register", "meter", meter),
        BookFault::BandsOutOfOrder { below, credit } => {
            let (below, credit) = (frame.number(below), frame.number(credit));
            frame.texts("wrong-bands-order", &[("below", &below), ("credit", &credit)])
        }
        BookFault::NotAscending { previous, .. } => frame.with("wrong-order", "day", &day(previous)),
        BookFault::EmptyPeriod { from, .. } => frame.with("wrong-period", "day", &day(from)),
        BookFault::LinesOverlap { code, first } => {
            frame.texts("wrong-lines-overlap", &[("code", code), ("days", &days(first))])
        }
        BookFault::OutsideOf { of, outer, .. } => {
            let key = if *of == "line" { "wrong-outside-line" } else { "wrong-outside-contract" };
            frame.with(key, "days", &days(outer))
        }
        BookFault::WrongUnit { line_unit, tariff, tariff_unit } => frame.texts(
            "wrong-unit",
            &[
                ("unit", &frame.t(&format!("unit-{}", line_unit.name()))),
                ("tariff", tariff),
                ("priced", &frame.t(&format!("unit-{}", tariff_unit.name()))),
            ],
        ),
        BookFault::QuantityUnpriced { quantity, tariff } => {
            frame.texts("wrong-quantity-unpriced", &[("quantity", &frame.number(quantity)), ("tariff", tariff)])
        }
        BookFault::NoPriceYet { tariff, on, first_version } => {
            let first = first_version.map_or_else(|| "–".to_owned(), |first| day(&first));
            frame.texts("wrong-no-price", &[("tariff", tariff), ("day", &day(on)), ("first", &first)])
        }
        BookFault::AssignmentsOverlap { meter, other, shared, .. } => frame
            .texts("wrong-assigned-twice", &[("meter", meter), ("other", &other.to_string()), ("days", &days(shared))]),
        BookFault::AssignedOutsideService { meter, .. } => frame.with("wrong-service", "meter", meter),
        BookFault::PueOnOtherMeasure { .. } => frame.t("wrong-pue-measure"),
        BookFault::PueWithoutMeters => frame.t("wrong-pue-meters"),
        BookFault::UnusableWindow { .. } => frame.t("wrong-window"),
        BookFault::MixedVat { other } => frame.with("wrong-vat-mix", "line", other),
        BookFault::UnknownVatRate { .. } => frame.t("wrong-vat-rate"),
        BookFault::NoIndexValue { month, .. } => frame.with("wrong-index-value", "month", month),
        BookFault::ComponentsDoNotSum { parts, cost } => components(frame, parts, *cost),
        BookFault::NothingToDepreciate { residual, cost } => frame.texts(
            "wrong-nothing-to-depreciate",
            &[
                ("residual", &frame.amount(residual)),
                ("cost", &frame.amount(cost)),
                ("left", &frame.amount(&(*cost - *residual))),
            ],
        ),
        BookFault::Exceeds { limit, .. } => frame.with("wrong-exceeds", "limit", &frame.amount(limit)),
        BookFault::CommissionedByEvent => frame.t("wrong-commissioned"),
        BookFault::Locked(locked) => frame.said(&locked.told()),
        BookFault::KeyDoesNotSum { sum, .. } => frame.with("wrong-key-sum", "sum", &frame.number(sum)),
        BookFault::NoLines => frame.t("wrong-no-lines"),
        _ => frame.t("wrong-rule"),
    }
}
