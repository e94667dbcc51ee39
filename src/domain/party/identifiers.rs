//! Placeholder
macro_rules! id { ($($n:ident),*) => { $( #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)] pub struct $n(String); )* } }
id!(Siret, VatNumber, Iban, Bic);
