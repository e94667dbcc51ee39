//! The chart of accounts: which account each kind of posting uses, and what accounts are called.
//!
//! Public bodies and companies keep different charts, and bodies subdivide theirs: the numbers below are common
//! readings (handbook, Amortisation, marks them so), every one of them can be replaced.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Whose plan of accounts the numbers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartKind {
    /// The nomenclature of French local authorities.
    #[default]
    M57,
    /// The general plan (plan comptable général) of companies.
    Pcg,
}

/// What an account is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountRole {
    /// Tenants; the tenant's code is the auxiliary account.
    Customers,
    Space,
    Power,
    Storage,
    OtherServices,
    VatCollected,
    Bank,
    LateInterest,
    /// The fixed indemnity of each invoice paid late.
    RecoveryIndemnity,
    /// Suppliers of fixed assets.
    AssetSuppliers,
    DepreciationCharge,
    /// Owed by who granted a subsidy.
    SubsidyReceivable,
    SubsidyReceived,
    SubsidyTransferred,
    SubsidyIncome,
    ImpairmentCharge,
    ImpairmentReversal,
    /// What a disposed asset was still worth.
    DisposalBookValue,
    DisposalProceeds,
    /// Owed by the buyer of a disposed asset.
    DisposalReceivable,
    /// What a donated asset was still worth.
    DonationBookValue,
    /// The profit of a closed year.
    YearResult,
    /// The loss of a closed year: one account with its profit in the plan of local authorities.
    YearLoss,
    /// Profits carried forward.
    RetainedEarnings,
    /// Losses carried forward.
    RetainedLosses,
}

impl AccountRole {
    pub const ALL: [AccountRole; 25] = [
        AccountRole::Customers,
        AccountRole::Space,
        AccountRole::Power,
        AccountRole::Storage,
        AccountRole::OtherServices,
        AccountRole::VatCollected,
        AccountRole::Bank,
        AccountRole::LateInterest,
        AccountRole::RecoveryIndemnity,
        AccountRole::AssetSuppliers,
        AccountRole::DepreciationCharge,
        AccountRole::SubsidyReceivable,
        AccountRole::SubsidyReceived,
        AccountRole::SubsidyTransferred,
        AccountRole::SubsidyIncome,
        AccountRole::ImpairmentCharge,
        AccountRole::ImpairmentReversal,
        AccountRole::DisposalBookValue,
        AccountRole::DisposalProceeds,
        AccountRole::DisposalReceivable,
        AccountRole::DonationBookValue,
        AccountRole::YearResult,
        AccountRole::YearLoss,
        AccountRole::RetainedEarnings,
        AccountRole::RetainedLosses,
    ];

    /// The role's word in a book: `late-interest`.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
    }

    const fn default_account(self, kind: ChartKind) -> &'static str {
        let public = matches!(kind, ChartKind::M57);
        match self {
            AccountRole::Customers => "411",
            AccountRole::Space | AccountRole::Power | AccountRole::Storage | AccountRole::OtherServices => {
                if public {
                    "7083"
                } else {
                    "706"
                }
            }
            AccountRole::VatCollected => "44571",
            AccountRole::Bank => {
                if public {
                    "515"
                } else {
                    "512"
                }
            }
            AccountRole::LateInterest => {
                if public {
                    "7711"
                } else {
                    "7631"
                }
            }
            AccountRole::RecoveryIndemnity => "7588",
            AccountRole::AssetSuppliers => "404",
            AccountRole::DepreciationCharge => "6811",
            AccountRole::SubsidyReceivable => "441",
            AccountRole::SubsidyReceived => "131",
            AccountRole::SubsidyTransferred => "1391",
            AccountRole::SubsidyIncome => "777",
            AccountRole::ImpairmentCharge => "6816",
            AccountRole::ImpairmentReversal => "7816",
            AccountRole::DisposalBookValue | AccountRole::DonationBookValue => {
                if public {
                    "675"
                } else {
                    "657"
                }
            }
            AccountRole::DisposalProceeds => {
                if public {
                    "775"
                } else {
                    "757"
                }
            }
            AccountRole::DisposalReceivable => "462",
            AccountRole::YearResult => {
                if public {
                    "12"
                } else {
                    "120"
                }
            }
            AccountRole::YearLoss => {
                if public {
                    "12"
                } else {
                    "129"
                }
            }
            AccountRole::RetainedEarnings => "110",
            AccountRole::RetainedLosses => "119",
        }
    }
}

/// The accounts in use: one per role, and what each is called in French, the language books are kept in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    kind: ChartKind,
    replaced: BTreeMap<AccountRole, String>,
    /// Names the body gave, by account number.
    named: BTreeMap<String, String>,
}

impl Default for Chart {
    fn default() -> Chart {
        Chart::of(ChartKind::default())
    }
}

impl Chart {
    pub fn of(kind: ChartKind) -> Chart {
        Chart { kind, replaced: BTreeMap::new(), named: BTreeMap::new() }
    }

    /// The same chart with `account` in the place of the role's usual one.
    pub fn with_account(mut self, role: AccountRole, account: String) -> Chart {
        self.replaced.insert(role, account);
        self
    }

    /// The same chart with a name of the body's own for `account`.
    pub fn with_name(mut self, account: String, name: String) -> Chart {
        self.named.insert(account, name);
        self
    }

    pub fn kind(&self) -> ChartKind {
        self.kind
    }

    /// The accounts that differ from the plan's usual ones.
    pub fn replaced(&self) -> &BTreeMap<AccountRole, String> {
        &self.replaced
    }

    /// The names the body gave.
    pub fn named(&self) -> &BTreeMap<String, String> {
        &self.named
    }

    /// The account postings of `role` go to.
    pub fn account(&self, role: AccountRole) -> &str {
        // A body that keeps its result on an account of its own keeps losses there too, unless it names another.
        let own = self.replaced.get(&role).or_else(|| match role {
            AccountRole::YearLoss => self.replaced.get(&AccountRole::YearResult),
            _ => None,
        });
        own.map_or_else(|| role.default_account(self.kind), String::as_str)
    }

    /// The account that accumulates the depreciation of `asset_account`: 28 and the asset account without its leading
    /// 2. 2183 gives 28183, 205 gives 2805.
    pub fn accumulated_depreciation(&self, asset_account: &str) -> String {
        contra("28", asset_account)
    }

    /// The account that accumulates the impairment of `asset_account`: 2183 gives 29183.
    pub fn accumulated_impairment(&self, asset_account: &str) -> String {
        contra("29", asset_account)
    }

    /// What `account` is called: the body's own name, else that of the longest prefix known.
    pub fn name(&self, account: &str) -> &str {
        let prefixes = || (1..=account.len()).rev().filter_map(|length| account.get(..length));
        let own = prefixes().find_map(|prefix| self.named.get(prefix));
        let usual = || prefixes().find_map(|prefix| NAMES.iter().find(|(number, _)| *number == prefix));
        own.map_or_else(|| usual().map_or("Compte sans libellé", |(_, name)| *name), String::as_str)
    }
}

fn contra(prefix: &str, asset_account: &str) -> String {
    format!("{prefix}{}", asset_account.strip_prefix('2').unwrap_or(asset_account))
}

/// Names of accounts and of the groups they stand in.
const NAMES: [(&str, &str); 55] = [
    ("1", "Capitaux propres"),
    ("10", "Dotations et fonds divers"),
    ("11", "Report à nouveau"),
    ("110", "Report à nouveau (solde créditeur)"),
    ("119", "Report à nouveau (solde débiteur)"),
    ("12", "Résultat de l’exercice"),
    ("120", "Résultat de l’exercice (bénéfice)"),
    ("129", "Résultat de l’exercice (perte)"),
    ("13", "Subventions d’investissement"),
    ("131", "Subventions d’investissement reçues"),
    ("139", "Subventions d’investissement transférées au compte de résultat"),
    ("16", "Emprunts et dettes assimilées"),
    ("2", "Immobilisations"),
    ("20", "Immobilisations incorporelles"),
    ("205", "Concessions, brevets, licences et logiciels"),
    ("21", "Immobilisations corporelles"),
    ("2131", "Bâtiments"),
    ("2135", "Installations générales et aménagements des constructions"),
    ("2183", "Matériel informatique"),
    ("23", "Immobilisations en cours"),
    ("28", "Amortissements des immobilisations"),
    ("2805", "Amortissements des logiciels"),
    ("28131", "Amortissements des bâtiments"),
    ("28135", "Amortissements des installations générales"),
    ("28183", "Amortissements du matériel informatique"),
    ("29", "Dépréciations des immobilisations"),
    ("4", "Comptes de tiers"),
    ("404", "Fournisseurs d’immobilisations"),
    ("411", "Redevables et clients"),
    ("441", "Subventions à recevoir"),
    ("44571", "TVA collectée"),
    ("462", "Créances sur cessions d’immobilisations"),
    ("5", "Comptes financiers"),
    ("512", "Banques"),
    ("515", "Compte au Trésor"),
    ("6", "Charges"),
    ("657", "Valeurs comptables des éléments d’actif cédés"),
    ("675", "Valeurs comptables des immobilisations cédées"),
    ("681", "Dotations aux amortissements et dépréciations"),
    ("6811", "Dotations aux amortissements des immobilisations"),
    ("6816", "Dotations aux dépréciations des immobilisations"),
    ("7", "Produits"),
    ("706", "Prestations de services"),
    ("708", "Produits des activités annexes"),
    ("7083", "Locations diverses"),
    ("757", "Produits des cessions d’éléments d’actif"),
    ("7588", "Autres produits divers de gestion courante"),
    ("76", "Produits financiers"),
    ("7631", "Intérêts sur créances commerciales"),
    ("7711", "Dédits et pénalités perçus"),
    ("775", "Produits des cessions d’immobilisations"),
    ("777", "Quote-part des subventions transférée au compte de résultat"),
    ("781", "Reprises sur amortissements et dépréciations"),
    ("7816", "Reprises sur dépréciations des immobilisations"),
    ("8", "Comptes spéciaux"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contra_accounts_drop_the_leading_two() {
        let chart = Chart::default();
        for (asset, accumulated) in [("2183", "28183"), ("205", "2805"), ("2135", "28135"), ("2131", "28131")] {
            assert_eq!(chart.accumulated_depreciation(asset), accumulated);
        }
        assert_eq!(chart.accumulated_impairment("2183"), "29183");
    }

    #[test]
    fn every_role_has_an_account_with_a_name_in_both_plans() {
        for chart in [Chart::of(ChartKind::M57), Chart::of(ChartKind::Pcg)] {
            for role in AccountRole::ALL {
                let account = chart.account(role);
                assert!(account.len() >= 2 && account.bytes().all(|byte| byte.is_ascii_digit()), "{role:?}");
                assert_ne!(chart.name(account), "Compte sans libellé", "{role:?}");
            }
        }
    }

    #[test]
    fn a_loss_has_the_account_its_plan_gives_it() {
        let accounts =
            |chart: &Chart| [AccountRole::YearResult, AccountRole::YearLoss].map(|role| chart.account(role).to_owned());
        assert_eq!(accounts(&Chart::of(ChartKind::M57)), ["12", "12"]);
        assert_eq!(accounts(&Chart::of(ChartKind::Pcg)), ["120", "129"]);
        let own = Chart::of(ChartKind::Pcg).with_account(AccountRole::YearResult, "1201".into());
        assert_eq!(accounts(&own), ["1201", "1201"]);
        assert_eq!(accounts(&own.with_account(AccountRole::YearLoss, "1291".into())), ["1201", "1291"]);
    }

    #[test]
    fn a_body_replaces_and_names_accounts() {
        let chart = Chart::default()
            .with_account(AccountRole::Power, "70831".into())
            .with_name("70831".into(), "Énergie refacturée".into());
        assert_eq!(chart.account(AccountRole::Power), "70831");
        assert_eq!(chart.account(AccountRole::Space), "7083");
        assert_eq!(chart.name("70831"), "Énergie refacturée");
        assert_eq!(chart.name("70839"), "Locations diverses");
        assert_eq!(chart.name("218399"), "Matériel informatique");
    }
}
