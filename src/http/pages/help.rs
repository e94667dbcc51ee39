//! Help in the reader's own words: what their role does here and where, the keys, the words.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{Frame, page};
use crate::domain::access::Role;
use crate::http::auth::Visitor;
use crate::http::error::Fault;

/// A task of a role; told where the reader has its section.
struct Task {
    section: &'static str,
    /// Its title; the steps are `<key>-1` and so on.
    key: &'static str,
    steps: usize,
}

const fn task(section: &'static str, key: &'static str, steps: usize) -> Task {
    Task { section, key, steps }
}

const FINANCE: &[Task] = &[
    task("/billing", "help-billing", 4),
    task("/billing", "help-running", 3),
    task("/invoices", "help-invoices-finance", 4),
    task("/payments", "help-payments", 4),
    task("/dunning", "help-dunning", 2),
    task("/tenants", "help-tenants", 3),
    task("/contracts", "help-contracts-finance", 2),
    task("/tariffs", "help-tariffs", 2),
    task("/meters", "help-meters-finance", 2),
    task("/amortisation", "help-amortisation-finance", 4),
    task("/journal", "help-journal-finance", 2),
    task("/payback", "help-payback-finance", 3),
    task("/reports", "help-reports-finance", 3),
];

const TENANT: &[Task] = &[
    task("/invoices", "help-invoices-tenant", 4),
    task("/usage", "help-usage-tenant", 3),
    task("/contracts", "help-contracts-tenant", 2),
];

const AUDITOR: &[Task] = &[
    task("/amortisation", "help-amortisation-auditor", 2),
    task("/journal", "help-journal-auditor", 2),
    task("/audit", "help-audit-auditor", 3),
    task("/invoices", "help-invoices-auditor", 2),
    task("/payback", "help-payback", 2),
    task("/reports", "help-reports-auditor", 3),
];

const OPERATOR: &[Task] = &[
    task("/racks", "help-racks", 2),
    task("/alarms", "help-alarms", 2),
    task("/meters", "help-meters", 3),
    task("/readings", "help-readings", 2),
];

const ADMIN: &[Task] = &[
    task("/users", "help-users", 2),
    task("/settings/seller", "help-seller", 2),
    task("/settings", "help-settings", 2),
    task("/audit", "help-audit-admin", 1),
];

/// What everybody does for themselves, told last.
const EVERYONE: &[Task] = &[task("/me", "help-me", 4)];

/// The key, then what it does.
const KEYS: [&str; 5] = ["help-key-tab", "help-key-slash", "help-key-arrows", "help-key-enter", "help-key-escape"];

/// The handbook's words, from the site to the accounts.
const WORDS: [&str; 18] = [
    "rack",
    "feed",
    "tenant",
    "contract",
    "line",
    "commitment",
    "meter",
    "usage",
    "rating",
    "pue",
    "run",
    "issue",
    "credit-note",
    "regularisation",
    "dunning",
    "asset",
    "schedule",
    "payback",
];

#[derive(Template)]
#[template(path = "help.html")]
struct HelpTemplate {
    frame: Frame,
    title: String,
    lead: String,
    tasks: Vec<TaskView>,
    keys: Vec<(String, String)>,
    words: Vec<(String, String)>,
}

struct TaskView {
    id: &'static str,
    title: String,
    steps: Vec<String>,
    section: &'static str,
    /// The section by its name in the menu.
    open: String,
}

pub async fn help(visitor: Visitor, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(&http);
    let (role, tasks) = match visitor.person.role {
        Role::Finance => ("finance", FINANCE),
        Role::Tenant => ("tenant", TENANT),
        Role::Auditor => ("auditor", AUDITOR),
        Role::Operator => ("operator", OPERATOR),
        Role::Admin => ("admin", ADMIN),
    };
    let told = |key: &str| (frame.t(key), frame.t(&format!("{key}-does")));
    let word = |name: &str| (frame.t(&format!("help-word-{name}")), frame.t(&format!("help-word-{name}-is")));
    let template = HelpTemplate {
        title: frame.with("help-of-role", "role", &frame.t(visitor.role_key())),
        lead: frame.t(&format!("help-lead-{role}")),
        tasks: tasks.iter().chain(EVERYONE).filter_map(|task| view(&frame, task)).collect(),
        keys: KEYS.map(told).into(),
        words: WORDS.map(word).into(),
        frame,
    };
    page(StatusCode::OK, &template)
}

fn view(frame: &Frame, task: &Task) -> Option<TaskView> {
    let mut sections = frame.navigation.iter().flat_map(|group| &group.items);
    let section = sections.find(|item| item.path == task.section)?;
    Some(TaskView {
        id: task.key,
        title: frame.t(task.key),
        steps: (1..=task.steps).map(|step| frame.t(&format!("{}-{step}", task.key))).collect(),
        section: task.section,
        open: frame.with("help-open", "page", &section.label),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&[Task]; 6] = [FINANCE, TENANT, AUDITOR, OPERATOR, ADMIN, EVERYONE];

    #[test]
    fn every_section_has_a_task() {
        let told = |path: &str| ALL.into_iter().flatten().any(|task| task.section == path);
        let sections = super::super::frame::SECTIONS.iter().flat_map(|(_, items)| *items).map(|(path, _)| *path);
        let untold: Vec<&str> = sections.filter(|path| !matches!(*path, "/" | "/help") && !told(path)).collect();
        assert!(untold.is_empty(), "help says nothing of {untold:?}");
    }

    /// The page tests see only the tasks whose section is there.
    #[test]
    fn every_task_is_told_to_its_last_step() {
        let request = actix_web::test::TestRequest::default().to_http_request();
        let frame = Frame::of(&request);
        for task in ALL.into_iter().flatten() {
            let said = |key: &str| !frame.t(key).starts_with("Unknown localization key");
            assert!(said(task.key), "{}", task.key);
            assert!((1..=task.steps).all(|step| said(&format!("{}-{step}", task.key))), "{}", task.key);
            assert!(!said(&format!("{}-{}", task.key, task.steps + 1)), "{} has more steps", task.key);
        }
    }
}
