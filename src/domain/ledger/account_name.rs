//! What the accounts of the French plans are called, in French and in English.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::domain::party::Language;

/// What an account is called: the body's own name as it was given, or the plan's in the reader's language. Programs read
/// the French one, in which books are kept, unless they ask for another ([`only`](AccountName::only)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountName {
    french: Cow<'static, str>,
    english: Option<&'static str>,
}

impl AccountName {
    /// The body's own, the same in every language.
    pub(super) fn own(name: &str) -> AccountName {
        AccountName { french: Cow::Owned(name.to_owned()), english: None }
    }

    /// The plan's name of the longest prefix known.
    pub(super) fn usual(account: &str) -> AccountName {
        let (french, english) = usual(account);
        AccountName { french: Cow::Borrowed(french), english: Some(english) }
    }

    pub fn in_language(&self, language: Language) -> &str {
        match (language, self.english) {
            (Language::English, Some(english)) => english,
            _ => &self.french,
        }
    }

    /// The name as it is in `language` and in no other: what a file in that language says.
    pub fn only(&self, language: Language) -> AccountName {
        AccountName { french: Cow::Owned(self.in_language(language).to_owned()), english: None }
    }
}

impl Serialize for AccountName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.french)
    }
}

/// The names of the longest prefix of `account` that has any, in French and in English.
pub(super) fn usual(account: &str) -> (&'static str, &'static str) {
    let prefixes = (1..=account.len()).rev().filter_map(|length| account.get(..length));
    let known = |prefix: &str| NAMES.iter().find(|(number, ..)| *number == prefix);
    prefixes.filter_map(known).next().map_or(NAMELESS, |(_, french, english)| (*french, *english))
}

pub(super) const NAMELESS: (&str, &str) = ("Compte sans libellé", "Account without a name");

/// Names of accounts and of the groups they stand in.
const NAMES: [(&str, &str, &str); 58] = [
    ("1", "Capitaux propres", "Equity and borrowings"),
    ("10", "Dotations et fonds divers", "Endowments and reserves"),
    ("11", "Report à nouveau", "Retained earnings"),
    ("110", "Report à nouveau (solde créditeur)", "Retained earnings (credit balance)"),
    ("119", "Report à nouveau (solde débiteur)", "Retained losses (debit balance)"),
    ("12", "Résultat de l’exercice", "Result of the year"),
    ("120", "Résultat de l’exercice (bénéfice)", "Result of the year (profit)"),
    ("129", "Résultat de l’exercice (perte)", "Result of the year (loss)"),
    ("13", "Subventions d’investissement", "Investment subsidies"),
    ("131", "Subventions d’investissement reçues", "Investment subsidies received"),
    ("139", "Subventions d’investissement transférées au compte de résultat", "Investment subsidies taken to income"),
    ("16", "Emprunts et dettes assimilées", "Borrowings and similar debts"),
    ("2", "Immobilisations", "Fixed assets"),
    ("20", "Immobilisations incorporelles", "Intangible fixed assets"),
    ("205", "Concessions, brevets, licences et logiciels", "Concessions, patents, licences and software"),
    ("21", "Immobilisations corporelles", "Tangible fixed assets"),
    ("2131", "Bâtiments", "Buildings"),
    ("2135", "Installations générales et aménagements des constructions", "Building installations and fittings"),
    ("2183", "Matériel informatique", "Computer equipment"),
    ("23", "Immobilisations en cours", "Assets under construction"),
    ("28", "Amortissements des immobilisations", "Accumulated depreciation of fixed assets"),
    ("2805", "Amortissements des logiciels", "Accumulated depreciation of software"),
    ("28131", "Amortissements des bâtiments", "Accumulated depreciation of buildings"),
    ("28135", "Amortissements des installations générales", "Accumulated depreciation of building installations"),
    ("28183", "Amortissements du matériel informatique", "Accumulated depreciation of computer equipment"),
    ("29", "Dépréciations des immobilisations", "Impairment of fixed assets"),
    ("4", "Comptes de tiers", "Third parties"),
    ("404", "Fournisseurs d’immobilisations", "Suppliers of fixed assets"),
    ("411", "Redevables et clients", "Customers"),
    ("419", "Redevables et clients créditeurs", "Customers in credit"),
    ("441", "Subventions à recevoir", "Subsidies receivable"),
    ("44571", "TVA collectée", "VAT collected"),
    ("462", "Créances sur cessions d’immobilisations", "Receivables from disposals of fixed assets"),
    ("5", "Comptes financiers", "Cash and banks"),
    ("512", "Banques", "Banks"),
    ("515", "Compte au Trésor", "Treasury account"),
    ("6", "Charges", "Expenses"),
    ("627", "Services bancaires et assimilés", "Bank charges"),
    ("657", "Valeurs comptables des éléments d’actif cédés", "Book value of assets disposed of"),
    ("675", "Valeurs comptables des immobilisations cédées", "Book value of fixed assets disposed of"),
    ("681", "Dotations aux amortissements et dépréciations", "Depreciation and impairment charges"),
    ("6811", "Dotations aux amortissements des immobilisations", "Depreciation charges on fixed assets"),
    ("6816", "Dotations aux dépréciations des immobilisations", "Impairment charges on fixed assets"),
    ("7", "Produits", "Income"),
    ("706", "Prestations de services", "Services rendered"),
    ("708", "Produits des activités annexes", "Income from ancillary activities"),
    ("7083", "Locations diverses", "Rents and lettings"),
    (
        "747",
        "Quote-part des subventions d’investissement virée au résultat de l’exercice",
        "Share of investment subsidies taken to the result of the year",
    ),
    ("757", "Produits des cessions d’éléments d’actif", "Proceeds of assets disposed of"),
    ("7588", "Autres produits divers de gestion courante", "Other operating income"),
    ("76", "Produits financiers", "Financial income"),
    ("7631", "Intérêts sur créances commerciales", "Interest on trade receivables"),
    ("7711", "Dédits et pénalités perçus", "Penalties and late interest received"),
    ("775", "Produits des cessions d’immobilisations", "Proceeds of fixed assets disposed of"),
    ("777", "Quote-part des subventions transférée au compte de résultat", "Share of subsidies taken to income"),
    ("781", "Reprises sur amortissements et dépréciations", "Reversals of depreciation and impairment"),
    ("7816", "Reprises sur dépréciations des immobilisations", "Reversals of impairment of fixed assets"),
    ("8", "Comptes spéciaux", "Special accounts"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_a_name_of_its_own_in_both_languages() {
        for (account, french, english) in NAMES {
            assert_ne!(french, english, "{account}");
            assert_eq!(AccountName::usual(account).in_language(Language::English), english);
            assert!(!english.chars().any(|c| c.is_alphabetic() && !c.is_ascii()), "{english}");
        }
        assert_eq!(AccountName::own("Énergie").in_language(Language::English), "Énergie");
        assert_eq!(AccountName::usual("9").in_language(Language::English), NAMELESS.1);
    }
}
