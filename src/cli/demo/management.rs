//! Example figures of management: what the centre costs, saves and sells beside its invoices, month by month.
//!
//! Invented, and their labels say so. They are written as the CSV file a person would import.

use std::fmt::Write;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::domain::calendar::BillingMonth;
use crate::domain::ids::ComponentCode;
use crate::domain::money::{Money, UnitPrice};
use crate::domain::payback::{Capacity, CostKey, Market, PaybackTerms, Scenario, TechnicalLife};

/// The first whole month after commissioning.
fn begins() -> Option<BillingMonth> {
    BillingMonth::new(2019, 6)
}

/// Euros a month by calendar year from 2019 on; the last goes on.
struct Yearly {
    kind: &'static str,
    label: &'static str,
    source: &'static str,
    euros: [i64; 8],
    is_seasonal: bool,
}

const FIGURES: [Yearly; 6] = [
    Yearly {
        kind: "hosting-avoided",
        label: "Hébergement privé évité (exemple)",
        source: "Exemple\u{202f}: ancien marché d’hébergement, réévalué",
        euros: [138_000, 152_000, 166_000, 181_000, 190_000, 196_000, 201_000, 205_000],
        is_seasonal: false,
    },
    Yearly {
        kind: "hosting-avoided",
        label: "Déménagement quadriennal évité (exemple)",
        source: "Exemple\u{202f}: près de 1 M€ tous les quatre ans",
        euros: [20_000; 8],
        is_seasonal: false,
    },
    Yearly {
        kind: "energy",
        label: "Électricité (exemple)",
        source: "Exemple\u{202f}: facture du fournisseur",
        euros: [17_500, 18_800, 20_400, 31_500, 36_200, 30_100, 28_400, 28_900],
        is_seasonal: true,
    },
    Yearly {
        kind: "maintenance",
        label: "Maintenance multitechnique (exemple)",
        source: "Exemple\u{202f}: marché de maintenance",
        euros: [12_000, 14_500, 15_200, 16_100, 17_000, 17_500, 17_900, 18_200],
        is_seasonal: false,
    },
    Yearly {
        kind: "staff",
        label: "Équipe d’exploitation (exemple)",
        source: "Exemple\u{202f}: paie, cinq agents",
        euros: [24_000, 24_600, 25_100, 26_300, 27_400, 28_200, 28_700, 29_300],
        is_seasonal: false,
    },
    Yearly {
        kind: "other",
        label: "Assurances, nettoyage, gardiennage (exemple)",
        source: "Exemple\u{202f}: mandats divers",
        euros: [3_800, 3_900, 4_000, 4_200, 4_400, 4_500, 4_600, 4_700],
        is_seasonal: false,
    },
];

/// Percent of the year's mean month, from January: a warm summer costs cooling.
const SEASON_PERCENT: [i64; 12] = [94, 93, 95, 97, 101, 106, 111, 110, 103, 98, 96, 96];
/// Euros of heat sold, from January: the neighbouring network buys in winter.
const HEAT_EUROS: [i64; 12] = [9_400, 8_900, 7_600, 5_100, 2_300, 900, 700, 700, 1_800, 4_700, 7_400, 9_000];

/// Revenue from before the first invoice here: tenant, first month, then euros a month of space, power, storage by year.
type Earlier = (&'static str, (i32, u32), [[i64; 3]; 7]);
const EARLIER: [Earlier; 2] = [
    (
        "ap-hp",
        (2019, 11),
        [
            [5_100, 3_300, 2_400],
            [5_700, 3_900, 3_600],
            [6_300, 4_300, 4_900],
            [6_900, 5_100, 6_200],
            [7_300, 5_900, 7_400],
            [7_500, 6_000, 8_300],
            [7_680, 6_050, 9_000],
        ],
    ),
    (
        "eau-de-paris",
        (2021, 3),
        [
            [0, 0, 0],
            [0, 0, 0],
            [2_600, 1_900, 300],
            [3_000, 2_400, 420],
            [3_400, 2_900, 540],
            [3_700, 3_150, 650],
            [3_840, 3_300, 740],
        ],
    ),
];

/// Every example figure from commissioning through `last` as a CSV file; revenue only before `first`, when billing
/// begins.
pub fn example_figures(first: BillingMonth, last: BillingMonth) -> String {
    let mut csv = "month,kind,label,amount_eur,source,tenant,service\n".to_owned();
    let Some(begins) = begins() else { return csv };
    for month in begins.through(last) {
        for figure in &FIGURES {
            let percent = if figure.is_seasonal { of_month(&SEASON_PERCENT, month) } else { 100 };
            let amount = Money::from_cents(of_year(&figure.euros, month) * percent);
            // Writing to a String cannot fail.
            let _ = writeln!(csv, "{month},{},\"{}\",{amount},\"{}\",,", figure.kind, figure.label, figure.source);
        }
        let heat = Money::from_cents(of_month(&HEAT_EUROS, month) * 100);
        let _ = writeln!(
            csv,
            "{month},heat-sold,\"Chaleur au réseau voisin (exemple)\",{heat},\"Exemple\u{202f}: décompte du réseau\",,"
        );
        for (tenant, (year, from), by_year) in EARLIER.iter().filter(|_| month < first) {
            if BillingMonth::new(*year, *from).is_some_and(|from| from <= month) {
                earlier(&mut csv, month, tenant, of_year(by_year, month));
            }
        }
    }
    csv
}

fn earlier(csv: &mut String, month: BillingMonth, tenant: &str, euros: [i64; 3]) {
    for (service, euros) in ["space", "power", "storage"].into_iter().zip(euros) {
        let amount = Money::from_cents(euros * 100);
        let source = "Exemple\u{202f}: titres émis par l’ancien logiciel";
        let _ = writeln!(
            csv,
            "{month},earlier-revenue,\"Recettes antérieures (exemple)\",{amount},\"{source}\",{tenant},{service}"
        );
    }
}

/// The value of the month's year; the last one for later years.
fn of_year<T: Copy + Default>(values: &[T], month: BillingMonth) -> T {
    let index = usize::try_from(month.year() - 2019).unwrap_or_default();
    values.get(index).or(values.last()).copied().unwrap_or_default()
}

fn of_month(values: &[i64; 12], month: BillingMonth) -> i64 {
    let index = usize::try_from(month.month()).unwrap_or(1).saturating_sub(1);
    values.get(index).copied().unwrap_or_default()
}

/// Three scenarios, technical lives, a market reference: examples, each of them.
pub fn example_terms() -> PaybackTerms {
    let tenths = |value: i64| Decimal::new(value, 1);
    let scenario = |code: &str, name: &str| Scenario::unchanged(code, name);
    let life = |component: &str, years: u32| TechnicalLife {
        asset: "DC-2019-001".into(),
        component: ComponentCode::from(component),
        years: Some(years),
    };
    PaybackTerms {
        reference_scenario: "central".to_owned(),
        target_years: PaybackTerms::DEFAULT_TARGET_YEARS,
        count_internal: false,
        cost_key: CostKey::default(),
        capacity: Capacity { power_kw: Some(Decimal::from(280)), storage_tb: Some(Decimal::from(2_500)) },
        market: Some(Market {
            rack_unit: Some(UnitPrice::from_micros(23_500_000)),
            kilowatt: Some(UnitPrice::from_micros(168_000_000)),
            terabyte: Some(UnitPrice::from_micros(21_900_000)),
            source: "Exemple\u{202f}: relevé de trois offres publiques".to_owned(),
            date: NaiveDate::from_ymd_opt(2026, 9, 30).unwrap_or_default(),
        }),
        lives: vec![
            life("amenagement", 40),
            life("baies", 15),
            life("electricite", 20),
            life("froid", 18),
            life("securite", 15),
        ],
        scenarios: vec![
            Scenario {
                discount_rate_percent: tenths(35),
                renewal_percent: tenths(850),
                indexation_percent: tenths(5),
                energy_price_percent: tenths(40),
                running_cost_percent: tenths(25),
                hosting_avoided_percent: tenths(-20),
                occupancy_growth_u: tenths(-400),
                component_cost_percent: tenths(25),
                ..scenario("low", "Prudent (exemple)")
            },
            Scenario {
                discount_rate_percent: tenths(25),
                renewal_percent: tenths(950),
                indexation_percent: tenths(15),
                energy_price_percent: tenths(20),
                running_cost_percent: tenths(20),
                hosting_avoided_percent: tenths(10),
                heat_percent: tenths(10),
                occupancy_growth_u: tenths(400),
                occupancy_limit_percent: tenths(900),
                energy_follows_occupancy_percent: tenths(700),
                component_cost_percent: tenths(20),
                ..scenario("central", "Central (exemple)")
            },
            Scenario {
                discount_rate_percent: tenths(20),
                indexation_percent: tenths(20),
                energy_price_percent: tenths(10),
                running_cost_percent: tenths(15),
                hosting_avoided_percent: tenths(25),
                heat_percent: tenths(20),
                occupancy_growth_u: tenths(1_200),
                occupancy_limit_percent: tenths(950),
                energy_follows_occupancy_percent: tenths(700),
                component_cost_percent: tenths(15),
                ..scenario("high", "Favorable (exemple)")
            },
        ],
    }
}
