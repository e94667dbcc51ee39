//! The chart of accounts: which account each kind of posting uses, and what accounts are called.
//!
//! Public bodies and companies keep different charts, and bodies subdivide theirs: the numbers below are common
//! readings (handbook, Amortisation, marks them so), every one of them can be replaced.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::account_name::{AccountName, usual};
use crate::domain::money::Money;

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
    /// What the bank keeps of a transfer.
    BankCharges,
    /// Owed to tenants for what they paid and no invoice has taken; the tenant's code is the auxiliary account.
    OnAccount,
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
    /// The profit of a closed year, and its loss where the plan keeps both on one account.
    YearResult,
    /// The loss of a closed year.
    YearLoss,
    /// Profits carried forward.
    RetainedEarnings,
    /// Losses carried forward.
    RetainedLosses,
}

impl AccountRole {
    pub const ALL: [AccountRole; 27] = [
        AccountRole::Customers,
        AccountRole::Space,
        AccountRole::Power,
        AccountRole::Storage,
        AccountRole::OtherServices,
        AccountRole::VatCollected,
        AccountRole::Bank,
        AccountRole::BankCharges,
        AccountRole::OnAccount,
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
            AccountRole::BankCharges => "627",
            AccountRole::OnAccount => "419",
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
            // The general plan's since the regulation ANC 2022-06, as its 657 and 757.
            AccountRole::SubsidyIncome => {
                if public {
                    "777"
                } else {
                    "747"
                }
            }
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
        let own = self.replaced.get(&role);
        // A body that keeps its results on one account of its own keeps its losses there.
        let own = own.or_else(|| self.replaced.get(&AccountRole::YearResult).filter(|_| role == AccountRole::YearLoss));
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

    /// What `account` is called in French: the body's own name, else that of the longest prefix known.
    pub fn name(&self, account: &str) -> &str {
        self.own_name(account).unwrap_or_else(|| usual(account).0)
    }

    /// What it is called in the language of who reads it.
    pub fn account_name(&self, account: &str) -> AccountName {
        self.own_name(account).map_or_else(|| AccountName::usual(account), AccountName::own)
    }

    fn own_name(&self, account: &str) -> Option<&str> {
        let mut prefixes = (1..=account.len()).rev().filter_map(|length| account.get(..length));
        prefixes.find_map(|prefix| self.named.get(prefix)).map(String::as_str)
    }

    /// Where the result of a year goes.
    pub fn result_account(&self, result: Money) -> &str {
        self.account(if result.is_negative() { AccountRole::YearLoss } else { AccountRole::YearResult })
    }
}

fn contra(prefix: &str, asset_account: &str) -> String {
    format!("{prefix}{}", asset_account.strip_prefix('2').unwrap_or(asset_account))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::party::Language;

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
    fn a_profit_and_a_loss_have_the_accounts_of_their_plan() {
        let (profit, loss) = (Money::from_cents(1), Money::from_cents(-1));
        let (public, company) = (Chart::default(), Chart::of(ChartKind::Pcg));
        assert_eq!((public.result_account(profit), public.result_account(loss)), ("12", "12"));
        assert_eq!((company.result_account(profit), company.result_account(loss)), ("120", "129"));
        let own = company.with_account(AccountRole::YearResult, "1200".into());
        assert_eq!(own.result_account(loss), "1200");
        assert_eq!(own.with_account(AccountRole::YearLoss, "1290".into()).result_account(loss), "1290");
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
        assert_eq!(chart.account_name("218399").in_language(Language::English), "Computer equipment");
        assert_eq!(chart.account_name("70831").in_language(Language::English), "Énergie refacturée");
    }
}
