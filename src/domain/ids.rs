//! Typed identities.
//!
//! A *code* is the natural key people write in the facility book (`aphp`, `A01`); an *id* is the database's row
//! number. Both are typed so that a tenant's can never stand where a contract's is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )* };
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(code: &str) -> $name {
                $name(code.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )* };
}

ids! {
    /// The row of a meter; the key readings are stored under.
    MeterId,
    TenantId,
    InvoiceId,
    UserId,
    JournalEntryId,
}

codes! {
    RoomCode,
    AisleCode,
    RackCode,
    MeterCode,
    TenantCode,
    TariffCode,
    ContractCode,
    /// A contract line's code, unique within its contract.
    LineCode,
    /// The published series of a price revision (`syntec`).
    PriceIndexCode,
    /// A fixed asset's inventory number.
    AssetCode,
    ComponentCode,
}
