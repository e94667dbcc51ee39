//! The words of the ledger's reports. Entries themselves are kept in French whatever the language.

use crate::domain::party::Language;
use crate::domain::reconciliation::Check;

pub(super) struct Words {
    pub balance_title: &'static str,
    pub journal_title: &'static str,
    pub ledger_title: &'static str,
    pub reconciliation_title: &'static str,
    pub tie_out_title: &'static str,
    /// What the sheet of a reconciliation is called: a name holds 31 characters.
    pub reconciliation_sheet: &'static str,
    pub total: &'static str,
    pub opening: &'static str,
    pub empty: &'static str,
    pub balance: [&'static str; 8],
    pub ledger: [&'static str; 10],
    pub comparison: [&'static str; 6],
}

const FRENCH: Words = Words {
    balance_title: "Balance générale",
    journal_title: "Journal",
    ledger_title: "Grand livre",
    reconciliation_title: "Rapprochement avec la comptabilité",
    tie_out_title: "Concordance des totaux",
    reconciliation_sheet: "Rapprochement",
    total: "Total",
    opening: "À nouveau",
    empty: "Aucune écriture sur la période.",
    balance: [
        "Compte",
        "Intitulé du compte",
        "À nouveau débiteur",
        "À nouveau créditeur",
        "Débit",
        "Crédit",
        "Solde débiteur",
        "Solde créditeur",
    ],
    ledger: ["Date", "Numéro", "Journal", "Pièce", "Auxiliaire", "Libellé", "Débit", "Crédit", "Solde", "Lettre"],
    comparison: ["Rapprochement", "Comptes", "Comptabilité", "Source", "Montant de la source", "Écart"],
};

const ENGLISH: Words = Words {
    balance_title: "Trial balance",
    journal_title: "Journal",
    ledger_title: "General ledger",
    reconciliation_title: "Reconciliation with the ledger",
    tie_out_title: "Tie-out of totals",
    reconciliation_sheet: "Reconciliation",
    total: "Total",
    opening: "Opening balance",
    empty: "No entry in the period.",
    balance: [
        "Account",
        "Name",
        "Opening debit",
        "Opening credit",
        "Debit",
        "Credit",
        "Closing debit",
        "Closing credit",
    ],
    ledger: ["Date", "Number", "Journal", "Document", "Auxiliary", "Label", "Debit", "Credit", "Balance", "Letter"],
    comparison: ["Comparison", "Accounts", "Ledger", "Source", "Amount at the source", "Difference"],
};

pub(super) const fn of(language: Language) -> &'static Words {
    match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    }
}

pub(super) const fn check_french(check: Check) -> (&'static str, &'static str) {
    match check {
        Check::Receivables => ("Solde des clients", "pièces émises + intérêts réclamés − règlements"),
        Check::Revenue => ("Produits de l’exercice", "lignes des factures − avoirs"),
        Check::Vat => ("TVA collectée de l’exercice", "TVA des factures − avoirs"),
        Check::Payments => ("Encaissements de l’exercice", "règlements enregistrés"),
        Check::OnAccount => ("Sommes gardées en compte", "gardé − imputé − remboursé"),
        Check::AssetCost => {
            ("Valeur brute des immobilisations", "coûts des composants en service, factures des travaux en cours")
        }
        Check::Depreciation => ("Amortissements cumulés", "plans d’amortissement des composants"),
        Check::Impairment => ("Dépréciations des immobilisations", "dépréciations et reprises enregistrées"),
        Check::SubsidyReceived => ("Subventions reçues", "subventions de l’inventaire"),
        Check::SubsidyTransferred => ("Subventions reprises au résultat", "plans de reprise des composants"),
        Check::Invoiced => ("Factures de l’exercice, TTC", "factures émises"),
        Check::Credited => ("Avoirs de l’exercice, TTC", "avoirs émis"),
        Check::InterestClaimed => ("Intérêts moratoires et indemnités", "réclamations selon la piste d’audit"),
        Check::DepreciationCharged => ("Dotations de l’exercice", "plans d’amortissement, périodes comptabilisées"),
        Check::SubsidyIncome => ("Quotes-parts de subventions", "plans de reprise, périodes comptabilisées"),
        Check::AssetEvents => ("Entrées, sorties et dépréciations d’actifs", "événements des immobilisations"),
        Check::Journal => ("Écritures de tous les journaux", "pièces, paiements, actes et plans"),
    }
}

pub(super) const fn check_english(check: Check) -> (&'static str, &'static str) {
    match check {
        Check::Receivables => ("Customers' balance", "issued documents + interest claimed − payments"),
        Check::Revenue => ("Income of the year", "invoice lines − credit notes"),
        Check::Vat => ("VAT collected in the year", "VAT of invoices − credit notes"),
        Check::Payments => ("Money received in the year", "payments recorded"),
        Check::OnAccount => ("Money kept on account", "kept − set against invoices − sent back"),
        Check::AssetCost => {
            ("Gross value of fixed assets", "costs of components in service, invoices of works in progress")
        }
        Check::Depreciation => ("Accumulated depreciation", "depreciation plans of components"),
        Check::Impairment => ("Impairment of fixed assets", "impairments and reversals recorded"),
        Check::SubsidyReceived => ("Subsidies received", "subsidies of the inventory"),
        Check::SubsidyTransferred => ("Subsidies taken to income", "subsidy plans of components"),
        Check::Invoiced => ("Invoices of the year, gross", "invoices issued"),
        Check::Credited => ("Credit notes of the year, gross", "credit notes issued"),
        Check::InterestClaimed => ("Late interest and indemnities", "claims by the audit trail"),
        Check::DepreciationCharged => ("Depreciation charged in the year", "depreciation plans, periods posted"),
        Check::SubsidyIncome => ("Subsidies taken to income in the year", "subsidy plans, periods posted"),
        Check::AssetEvents => ("Assets acquired, impaired, disposed of", "events of fixed assets"),
        Check::Journal => ("Entries of all journals", "documents, payments, decisions and plans"),
    }
}
