//! Headings and words of the report's files, in both languages.

use super::lines::{FIGURES, Level};
use crate::documents::format::Format;
use crate::domain::amortisation::report::RowState;
use crate::domain::amortisation::{AssetChange, Convention, Extent, Method};
use crate::domain::money::Money;
use crate::domain::party::Language;

/// The words of one language.
pub(super) struct Words {
    pub(super) assets_sheet: &'static str,
    pub(super) years_sheet: &'static str,
    pub(super) months_sheet: &'static str,
    pub(super) unknown_sheet: &'static str,
    pub(super) events_sheet: &'static str,
    /// Event, day of effect, day it became known, who, why, amount.
    pub(super) event_columns: [&'static str; 6],
    pub(super) title: &'static str,
    /// Before the report's day.
    pub(super) as_of: &'static str,
    pub(super) page: &'static str,
    pub(super) level: &'static str,
    pub(super) step: &'static str,
    pub(super) step_year: &'static str,
    pub(super) step_month: &'static str,
    pub(super) asset: &'static str,
    pub(super) component: &'static str,
    pub(super) name: &'static str,
    pub(super) account: &'static str,
    pub(super) period: &'static str,
    pub(super) state: &'static str,
    pub(super) commissioned_on: &'static str,
    pub(super) duration_years: &'static str,
    pub(super) method: &'static str,
    pub(super) evidence: &'static str,
    pub(super) decision: &'static str,
    pub(super) cost: &'static str,
    pub(super) residual_value: &'static str,
    pub(super) base: &'static str,
    /// Columns of a period, in the order of `lines::figures`.
    pub(super) figures: [&'static str; FIGURES],
    /// `2025-03-31`, or the way French accounts write it.
    pub(super) date_format: &'static str,
    pub(super) month_format: &'static str,
}

const FRENCH: Words = Words {
    assets_sheet: "Immobilisations",
    years_sheet: "Par année",
    months_sheet: "Par mois",
    unknown_sheet: "Hors inventaire",
    events_sheet: "Événements",
    event_columns: ["Événement", "Effet", "Connu le", "Par", "Motif", "Montant"],
    title: "Plan d’amortissement",
    as_of: "Situation au",
    page: "Page &P sur &N",
    level: "Niveau",
    step: "Pas",
    step_year: "année",
    step_month: "mois",
    asset: "Immobilisation",
    component: "Composant",
    name: "Désignation",
    account: "Compte",
    period: "Période",
    state: "État",
    commissioned_on: "Mise en service",
    duration_years: "Durée (années)",
    method: "Méthode",
    evidence: "Preuve de la mise en service",
    decision: "Décision fixant la durée",
    cost: "Coût d’acquisition",
    residual_value: "Valeur résiduelle",
    base: "Base amortissable",
    figures: [
        "Valeur brute",
        "Dotation",
        "Amortissements sortis",
        "Amortissements cumulés",
        "Dépréciation",
        "Valeur nette comptable",
        "Dotation comptabilisée",
        "Dotation à comptabiliser",
        "Dotation à venir",
        "Écart au plan",
        "Subvention reçue",
        "Reprise de subvention",
        "Reprises sorties",
        "Reprises cumulées",
        "Subvention à reprendre",
        "Reprise comptabilisée",
        "Reprise à comptabiliser",
        "Reprise à venir",
        "Écart de reprise",
    ],
    date_format: "dd/mm/yyyy",
    month_format: "mm/yyyy",
};

const ENGLISH: Words = Words {
    assets_sheet: "Assets",
    years_sheet: "By year",
    months_sheet: "By month",
    unknown_sheet: "Not in inventory",
    events_sheet: "Events",
    event_columns: ["Event", "Effective", "Known", "By", "Reason", "Amount"],
    title: "Depreciation schedule",
    as_of: "As of",
    page: "Page &P of &N",
    level: "Level",
    step: "Step",
    step_year: "year",
    step_month: "month",
    asset: "Asset",
    component: "Component",
    name: "Name",
    account: "Account",
    period: "Period",
    state: "State",
    commissioned_on: "Commissioned on",
    duration_years: "Duration (years)",
    method: "Method",
    evidence: "Evidence of commissioning",
    decision: "Decision setting the duration",
    cost: "Cost",
    residual_value: "Residual value",
    base: "Depreciable base",
    figures: [
        "Gross value",
        "Charge",
        "Depreciation written out",
        "Cumulative depreciation",
        "Impairment",
        "Net book value",
        "Charge posted",
        "Charge due",
        "Charge to come",
        "Difference from plan",
        "Subsidy received",
        "Subsidy income",
        "Subsidy income written out",
        "Cumulative subsidy income",
        "Subsidy remaining",
        "Income posted",
        "Income due",
        "Income to come",
        "Income difference",
    ],
    date_format: "yyyy-mm-dd",
    month_format: "yyyy-mm",
};

impl Words {
    pub(super) const fn of(language: Language) -> &'static Words {
        match language {
            Language::French => &FRENCH,
            Language::English => &ENGLISH,
        }
    }
}

pub(super) const fn level(level: Level, language: Language) -> &'static str {
    match (level, language) {
        (Level::Total, Language::French | Language::English) => "Total",
        (Level::Asset, Language::French) => "Immobilisation",
        (Level::Asset, Language::English) => "Asset",
        (Level::Group, Language::French) => "Groupe",
        (Level::Group, Language::English) => "Group",
        (Level::Component, Language::French) => "Composant",
        (Level::Component, Language::English) => "Component",
        (Level::Unknown, Language::French) => "Hors inventaire",
        (Level::Unknown, Language::English) => "Not in inventory",
    }
}

pub(super) const fn state(state: RowState, language: Language) -> &'static str {
    match (state, language) {
        (RowState::NoCharge, Language::French) => "sans dotation",
        (RowState::NoCharge, Language::English) => "no charge",
        (RowState::Posted, Language::French) => "comptabilisé",
        (RowState::Posted, Language::English) => "posted",
        (RowState::Due, Language::French) => "à comptabiliser",
        (RowState::Due, Language::English) => "due",
        (RowState::InProgress, Language::French) => "en cours",
        (RowState::InProgress, Language::English) => "in progress",
        (RowState::ToCome, Language::French) => "à venir",
        (RowState::ToCome, Language::English) => "to come",
    }
}

/// How much leaves, where it is not all: `33,3 %`, or the gross value that does.
pub(super) fn part(change: &AssetChange, language: Language) -> Option<String> {
    let format = Format::new(language);
    change.part().map(|extent| match (extent, language) {
        (Extent::Percent(percent), _) => format.percent(percent),
        (Extent::Gross(gross), Language::French) => format!("valeur brute {}", format.euros(gross)),
        (Extent::Gross(gross), Language::English) => format!("gross value {}", format.euros(gross)),
        (Extent::Whole, _) => String::new(),
    })
}

/// What happened; of a withdrawal with the number of the event.
pub(super) fn event(change: &AssetChange, language: Language) -> String {
    let what = happened(change, language);
    change.withdraws().map_or_else(|| what.to_owned(), |number| format!("{what} {number}"))
}

const fn happened(change: &AssetChange, language: Language) -> &'static str {
    match (change, language) {
        (AssetChange::Revise { .. }, Language::French) => "révision",
        (AssetChange::Revise { .. }, Language::English) => "revised",
        (AssetChange::Impair { .. }, Language::French) => "dépréciation",
        (AssetChange::Impair { .. }, Language::English) => "impaired",
        (AssetChange::Reverse { .. }, Language::French) => "reprise de dépréciation",
        (AssetChange::Reverse { .. }, Language::English) => "impairment reversed",
        (AssetChange::Dispose { .. }, Language::French) => "cession",
        (AssetChange::Dispose { .. }, Language::English) => "disposed",
        (AssetChange::Donate { .. }, Language::French) => "don",
        (AssetChange::Donate { .. }, Language::English) => "donated",
        (AssetChange::Replace { .. }, Language::French) => "remplacement",
        (AssetChange::Replace { .. }, Language::English) => "replaced",
        (AssetChange::Commission { .. }, Language::French) => "mise en service",
        (AssetChange::Commission { .. }, Language::English) => "put into service",
        (AssetChange::Use { .. }, Language::French) => "unités utilisées",
        (AssetChange::Use { .. }, Language::English) => "units used",
        (AssetChange::Subsidise { .. }, Language::French) => "subvention",
        (AssetChange::Subsidise { .. }, Language::English) => "subsidised",
        (AssetChange::Withdraw { .. }, Language::French) => "retrait de l’événement",
        (AssetChange::Withdraw { .. }, Language::English) => "withdrawal of event",
    }
}

/// What was spent on something that is still being built.
pub(super) fn cost_to_date(spent: Money, language: Language) -> String {
    let spent = Format::new(language).euros(spent);
    match language {
        Language::French => format!("en construction, coût à ce jour {spent}"),
        Language::English => format!("under construction, cost to date {spent}"),
    }
}

/// Said beside an event that was taken back.
pub(super) fn withdrawn(by: usize, language: Language) -> String {
    match language {
        Language::French => format!("retiré par l’événement {by}"),
        Language::English => format!("withdrawn by event {by}"),
    }
}

/// `Linéaire, 30/360`; `Dégressif, coefficient 2,25`.
pub(super) fn method(method: Method, language: Language) -> String {
    let convention = match method {
        Method::Degressive { coefficient } => {
            let coefficient = coefficient.normalize().to_string();
            return match language {
                Language::French => format!("Dégressif, coefficient {}", coefficient.replace('.', ",")),
                Language::English => format!("Degressive, coefficient {coefficient}"),
            };
        }
        Method::UnitsOfUse { expected_units } => {
            let units = expected_units.normalize().to_string();
            return match language {
                Language::French => format!("Unités d’œuvre, {} prévues", units.replace('.', ",")),
                Language::English => format!("Units of use, {units} expected"),
            };
        }
        Method::Linear { convention } => convention,
    };
    let text = match (convention, language) {
        (Convention::Days30E360, Language::French) => "Linéaire, 30/360",
        (Convention::Days30E360, Language::English) => "Linear, 30/360",
        (Convention::Actual365, Language::French) => "Linéaire, jours réels/365",
        (Convention::Actual365, Language::English) => "Linear, actual/365",
        (Convention::ActualActual, Language::French) => "Linéaire, jours réels/réels",
        (Convention::ActualActual, Language::English) => "Linear, actual/actual",
        (Convention::FirstOfMonth, Language::French) => "Linéaire, dès le premier du mois",
        (Convention::FirstOfMonth, Language::English) => "Linear, from the first of the month",
        (Convention::FullYearsFromNext, Language::French) => "Linéaire, années entières dès N+1",
        (Convention::FullYearsFromNext, Language::English) => "Linear, full years from N+1",
    };
    text.to_owned()
}
