//! List tenants, contracts and tariffs: searched, ordered, in pages.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::app::listing::{Order, Rows, SortKey, Wanted, folded};
use crate::app::read_tenants::TenantNames;
use crate::app::{AppError, Store, export_book};
use crate::domain::access::TenantScope;
use crate::domain::book::Book;
use crate::domain::contract::Contract;
use crate::domain::ids::{ContractCode, TariffCode, TenantCode};
use crate::domain::party::Tenant;
use crate::domain::tariff::Tariff;

/// What tenants are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TenantKey {
    #[default]
    Name,
    Code,
    Siret,
    /// How many days it has to pay.
    Terms,
    /// How many contracts it has.
    Contracts,
}

impl SortKey for TenantKey {
    const ALL: &'static [TenantKey] =
        &[TenantKey::Name, TenantKey::Code, TenantKey::Siret, TenantKey::Terms, TenantKey::Contracts];

    fn name(self) -> &'static str {
        match self {
            TenantKey::Name => "name",
            TenantKey::Code => "code",
            TenantKey::Siret => "siret",
            TenantKey::Terms => "terms",
            TenantKey::Contracts => "contracts",
        }
    }

    fn falls_first(self) -> bool {
        self == TenantKey::Contracts
    }
}

/// What contracts are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContractKey {
    /// By tenant, then code.
    #[default]
    Tenant,
    Code,
    Title,
    /// By their end: open-ended ones last.
    End,
    /// By the last day to give notice.
    Notice,
    Lines,
}

impl SortKey for ContractKey {
    const ALL: &'static [ContractKey] = &[
        ContractKey::Tenant,
        ContractKey::Code,
        ContractKey::Title,
        ContractKey::End,
        ContractKey::Notice,
        ContractKey::Lines,
    ];

    fn name(self) -> &'static str {
        match self {
            ContractKey::Tenant => "tenant",
            ContractKey::Code => "code",
            ContractKey::Title => "title",
            ContractKey::End => "end",
            ContractKey::Notice => "notice",
            ContractKey::Lines => "lines",
        }
    }

    fn falls_first(self) -> bool {
        self == ContractKey::Lines
    }
}

/// What tariffs are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TariffKey {
    #[default]
    Code,
    Name,
    /// How many contracts are billed at it.
    Contracts,
}

impl SortKey for TariffKey {
    const ALL: &'static [TariffKey] = &[TariffKey::Code, TariffKey::Name, TariffKey::Contracts];

    fn name(self) -> &'static str {
        match self {
            TariffKey::Code => "code",
            TariffKey::Name => "name",
            TariffKey::Contracts => "contracts",
        }
    }

    fn falls_first(self) -> bool {
        self == TariffKey::Contracts
    }
}

/// A tenant and the codes of their contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRow {
    pub tenant: Tenant,
    pub contracts: Vec<ContractCode>,
}

/// Whose contracts, and billed at which tariff: exactly these, whatever else is called alike. Any where it is not said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContractsOf {
    pub tenant: Option<TenantCode>,
    /// At least one of the lines is billed at it, whenever.
    pub tariff: Option<TariffCode>,
}

impl ContractsOf {
    /// As an address names them; any where a code is empty.
    pub fn named(tenant: &str, tariff: &str) -> ContractsOf {
        let code = |text: &str| Some(text.trim().to_owned()).filter(|code| !code.is_empty());
        ContractsOf { tenant: code(tenant).map(TenantCode), tariff: code(tariff).map(TariffCode) }
    }

    fn admits(&self, contract: &Contract) -> bool {
        let is_at = |tariff: &TariffCode| contract.lines.iter().any(|line| line.tariff == *tariff);
        self.tenant.as_ref().is_none_or(|tenant| contract.tenant == *tenant) && self.tariff.as_ref().is_none_or(is_at)
    }
}

/// A contract and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractRow {
    pub contract: Contract,
    pub tenant_name: String,
}

/// A tariff and how many contracts have a line at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffRow {
    pub tariff: Tariff,
    pub contracts: usize,
}

/// The book; none before the first import, when every list is empty.
pub(super) fn book(store: &Store) -> Result<Option<Arc<Book>>, AppError> {
    match export_book::shared(store) {
        Err(AppError::NoBook) => Ok(None),
        book => Ok(Some(book?)),
    }
}

/// Tenants within `scope`, found by code, name or SIRET.
pub fn tenants(store: &Store, scope: &TenantScope, wanted: &Wanted<TenantKey>) -> Result<Rows<TenantRow>, AppError> {
    let Some(book) = book(store)? else { return Ok(Rows::cut(vec![], wanted.page)) };
    let mut contracts: HashMap<&TenantCode, Vec<&ContractCode>> = HashMap::new();
    for contract in &book.contracts {
        contracts.entry(&contract.tenant).or_default().push(&contract.code);
    }
    let is_wanted = |tenant: &&Tenant| {
        // A SIRET is often written in groups.
        let digits: String = wanted.text.split_whitespace().collect();
        scope.admits(&tenant.code)
            && (wanted.finds(&[tenant.code.as_str(), &tenant.name])
                || (digits.bytes().all(|byte| byte.is_ascii_digit()) && tenant.siret.to_string().contains(&digits)))
    };
    let chosen = book.tenants.iter().filter(is_wanted);
    let mut found: Vec<(&Tenant, Vec<&ContractCode>)> =
        chosen.map(|tenant| (tenant, contracts.remove(&tenant.code).unwrap_or_default())).collect();
    let order = wanted.order;
    found.sort_by(|(a, own), (b, other)| {
        let by_key = match order.key {
            TenantKey::Name => by_text(order, &a.name, &b.name),
            TenantKey::Code => order.of(&a.code, &b.code),
            TenantKey::Siret => order.of(&a.siret.to_string(), &b.siret.to_string()),
            TenantKey::Terms => order.of(&a.payment_term_class.days(), &b.payment_term_class.days()),
            TenantKey::Contracts => order.of(&own.len(), &other.len()),
        };
        by_key.then_with(|| folded(&a.name).cmp(&folded(&b.name))).then_with(|| a.code.cmp(&b.code))
    });
    let row = |(tenant, contracts): (&Tenant, Vec<&ContractCode>)| TenantRow {
        tenant: tenant.clone(),
        contracts: contracts.into_iter().cloned().collect(),
    };
    Ok(Rows::cut(found, wanted.page).map(row))
}

/// Contracts of tenants within `scope` and as `of` asks, found by code, title, the tenant's code or name, or a tariff's code.
pub fn contracts(
    store: &Store,
    scope: &TenantScope,
    of: &ContractsOf,
    wanted: &Wanted<ContractKey>,
) -> Result<Rows<ContractRow>, AppError> {
    let Some(book) = book(store)? else { return Ok(Rows::cut(vec![], wanted.page)) };
    let names: TenantNames = book.tenants.iter().collect();
    let name = |contract: &Contract| names.name(&contract.tenant).to_owned();
    let is_wanted = |contract: &&Contract| {
        let own = [contract.code.as_str(), &contract.title, contract.tenant.as_str(), names.name(&contract.tenant)];
        let billed_at = contract.lines.iter().map(|line| line.tariff.as_str());
        let looked_at: Vec<&str> = own.into_iter().chain(billed_at).collect();
        scope.admits(&contract.tenant) && of.admits(contract) && wanted.finds(&looked_at)
    };
    let mut found: Vec<(&Contract, String)> =
        book.contracts.iter().filter(is_wanted).map(|contract| (contract, name(contract))).collect();
    let order = wanted.order;
    found.sort_by(|(a, own), (b, other)| {
        let by_key = match order.key {
            ContractKey::Tenant => by_text(order, own, other),
            ContractKey::Code => order.of(&a.code, &b.code),
            ContractKey::Title => by_text(order, &a.title, &b.title),
            ContractKey::End => order.of_known(&a.in_force.to, &b.in_force.to),
            ContractKey::Notice => order.of_known(&a.notice_by(), &b.notice_by()),
            ContractKey::Lines => order.of(&a.lines.len(), &b.lines.len()),
        };
        by_key.then_with(|| folded(own).cmp(&folded(other))).then_with(|| a.code.cmp(&b.code))
    });
    let row = |(contract, tenant_name): (&Contract, String)| ContractRow { contract: contract.clone(), tenant_name };
    Ok(Rows::cut(found, wanted.page).map(row))
}

/// Tariffs, found by code or name.
pub fn tariffs(store: &Store, wanted: &Wanted<TariffKey>) -> Result<Rows<TariffRow>, AppError> {
    let Some(book) = book(store)? else { return Ok(Rows::cut(vec![], wanted.page)) };
    Ok(tariffs_of(&book, wanted))
}

/// The same of a book at hand.
pub(super) fn tariffs_of(book: &Book, wanted: &Wanted<TariffKey>) -> Rows<TariffRow> {
    let mut billed: HashMap<&TariffCode, usize> = HashMap::new();
    for contract in &book.contracts {
        let mut named: Vec<&TariffCode> = contract.lines.iter().map(|line| &line.tariff).collect();
        named.sort();
        named.dedup();
        named.into_iter().for_each(|tariff| *billed.entry(tariff).or_default() += 1);
    }
    let count = |tariff: &Tariff| billed.get(&tariff.code).copied().unwrap_or_default();
    let is_wanted = |tariff: &&Tariff| wanted.finds(&[tariff.code.as_str(), &tariff.name]);
    let mut found: Vec<&Tariff> = book.tariffs.iter().filter(is_wanted).collect();
    let order = wanted.order;
    found.sort_by(|a, b| {
        let by_key = match order.key {
            TariffKey::Code => order.of(&a.code, &b.code),
            TariffKey::Name => by_text(order, &a.name, &b.name),
            TariffKey::Contracts => order.of(&count(a), &count(b)),
        };
        by_key.then_with(|| a.code.cmp(&b.code))
    });
    Rows::cut(found, wanted.page).map(|tariff| TariffRow { tariff: tariff.clone(), contracts: count(tariff) })
}

/// As a reader orders names: É beside E.
fn by_text<K: SortKey>(order: Order<K>, a: &str, b: &str) -> Ordering {
    order.of(&folded(a), &folded(b))
}
