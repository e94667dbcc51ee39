//! The texts amounts, quantities and days are written as: named once, so that every schema says the same of them.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A text by its format, with what it says and an example; where `or` is something else, that is taken as well.
fn text(or: Type, format: &str, pattern: &str, description: &str, example: &str) -> RefOr<Schema> {
    let types = match or {
        Type::String => SchemaType::Type(or),
        or => SchemaType::Array(vec![Type::String, or]),
    };
    ObjectBuilder::new()
        .schema_type(types)
        .format(Some(SchemaFormat::Custom(format.to_owned())))
        .pattern(Some(pattern))
        .description(Some(description))
        .examples([example])
        .into()
}

macro_rules! texts {
    ($($name:ident: $or:ident, $format:literal, $pattern:literal, $description:literal, $example:literal;)*) => { $(
        #[doc = $description]
        #[derive(Serialize)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text(Type::$or, $format, $pattern, $description, $example)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )* };
}

texts! {
    Amount: String, "euros", r"^-?\d+(\.\d{1,2})?$",
        "Euros, as a text; answered with two decimals.", "-1200.00";
    UnitPrice: String, "decimal", r"^-?\d+(\.\d{1,6})?$",
        "Euros for one unit, with at most six decimals, as a text.", "0.145";
    Number: String, "decimal", r"^-?\d+(\.\d+)?$",
        "A decimal number as a text: a quantity in the unit beside it, a rate in percent.", "99.62";
    Day: String, "date", r"^\d{4}-\d{2}-\d{2}$", "A day: year, month and day.", "2026-10-31";
    Month: String, "month", r"^\d{4}-\d{2}$", "A calendar month of the facility's zone.", "2026-10";
    Instant: String, "date-time", r"^\d{4}-\d{2}-\d{2}T", "An instant: RFC 3339 in UTC.", "2026-10-31T23:00:00Z";
    Whole: Integer, "decimal", r"^\d+$", "A whole number: answered as a text, taken as a text or a number.", "6";
    ReadingValue: Number, "decimal", r"^-?\d+(\.\d{1,6})?$",
        "What a register shows, in its own unit: at most six decimals, at most 10^12, read digit by digit.", "1951.6";
}
