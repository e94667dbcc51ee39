//! Lists as files: what a page gives to take away, programs get as well, of what the list in JSON is asked for.
//!
//! A file is made where its page is. Owns: which lists there are as files, how they are described, and that programs are told
//! of a word that a page would pass over.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Query;
use actix_web::{Error, HttpRequest};
use utoipa::Modify;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, RefOr, Required, ResponseBuilder};

use crate::app::administer_users::UserKey;
use crate::app::list_plan::PlanKey;
use crate::app::list_terms::{ContractKey, TariffKey, TenantKey};
use crate::app::listing::SortKey;
use crate::app::read_alarms::DAYS_MAX;
use crate::app::read_invoices;
use crate::app::read_meters::MeterKey;
use crate::documents::ReportFormat;
use crate::domain::access::Role;
use crate::domain::metering::Register;
use crate::http::asked::{Expected, either, none_of, within};
use crate::http::error::Fault;

/// A list that is a file as well.
struct ListFile {
    path: &'static str,
    /// The operation that answers it as JSON: the file is asked for in the same words, but for the page.
    of: &'static str,
    words: &'static [(&'static str, Allowed)],
    /// What the operation takes and the file does not.
    without: &'static [&'static str],
}

/// What a value may be, where its page would pass over another.
#[derive(Clone, Copy)]
enum Allowed {
    /// One of these; of a `sort` with `-` before it or not.
    Words(fn() -> Vec<&'static str>),
    Days,
}

const fn list(path: &'static str, of: &'static str) -> ListFile {
    ListFile { path, of, words: &[], without: &[] }
}

const fn sorted(path: &'static str, of: &'static str, words: &'static [(&'static str, Allowed)]) -> ListFile {
    ListFile { path, of, words, without: &[] }
}

fn keys<K: SortKey>() -> Vec<&'static str> {
    K::ALL.iter().map(|key| key.name()).collect()
}

fn invoice_keys() -> Vec<&'static str> {
    read_invoices::SortKey::ALL.map(read_invoices::SortKey::name).to_vec()
}

fn registers() -> Vec<&'static str> {
    [Register::Energy, Register::Power, Register::Storage, Register::Occupancy].map(Register::name).to_vec()
}

const LANGUAGES: (&str, Allowed) = ("lang", Allowed::Words(|| vec!["fr", "en"]));

const FILES: [ListFile; 18] = [
    sorted("/api/v1/tenants.{format}", "/api/v1/tenants", &[("sort", Allowed::Words(keys::<TenantKey>))]),
    sorted("/api/v1/contracts.{format}", "/api/v1/contracts", &[("sort", Allowed::Words(keys::<ContractKey>))]),
    sorted("/api/v1/tariffs.{format}", "/api/v1/tariffs", &[("sort", Allowed::Words(keys::<TariffKey>))]),
    ListFile {
        path: "/api/v1/invoices.{format}",
        of: "/api/v1/invoices",
        words: &[("sort", Allowed::Words(invoice_keys))],
        without: &["contract"],
    },
    list("/api/v1/invoices/{number}/lines.{format}", "/api/v1/invoices/{number}"),
    list("/api/v1/notices.{format}", "/api/v1/notices"),
    list("/api/v1/payments.{format}", "/api/v1/payments"),
    list("/api/v1/tenants/{code}/on-account/movements.{format}", "/api/v1/tenants/{code}/on-account"),
    list("/api/v1/dunning.{format}", "/api/v1/dunning"),
    sorted(
        "/api/v1/billing/{month}/comparison.{format}",
        "/api/v1/billing/{month}/comparison",
        &[("sort", Allowed::Words(keys::<PlanKey>)), ("only", Allowed::Words(|| vec!["blocked", "problems", "far"]))],
    ),
    list("/api/v1/payback/figures.{format}", "/api/v1/payback/figures"),
    list("/api/v1/periods.{format}", "/api/v1/periods"),
    list("/api/v1/racks.{format}", "/api/v1/racks"),
    sorted("/api/v1/alarms.{format}", "/api/v1/alarms", &[("days", Allowed::Days)]),
    sorted(
        "/api/v1/meters.{format}",
        "/api/v1/meters",
        &[
            ("sort", Allowed::Words(keys::<MeterKey>)),
            ("register", Allowed::Words(registers)),
            ("attention", Allowed::Words(|| vec!["true"])),
        ],
    ),
    list("/api/v1/usage.{format}", "/api/v1/usage"),
    list("/api/v1/estimate.{format}", "/api/v1/estimate"),
    sorted(
        "/api/v1/users.{format}",
        "/api/v1/users",
        &[
            ("sort", Allowed::Words(keys::<UserKey>)),
            ("role", Allowed::Words(|| Role::ALL.map(Role::name).to_vec())),
            ("state", Allowed::Words(|| vec!["active", "disabled"])),
        ],
    ),
];

/// Stands before the page's handler of the list at `path`: programs are told of what pages forgive.
pub async fn stand(
    path: &'static str,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    check(path, request.request())?;
    next.call(request).await
}

fn check(path: &str, request: &HttpRequest) -> Result<(), Fault> {
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let pairs = pairs.map_err(|_| Fault::BadRequest("the query is not made of name=value pairs".to_owned()))?;
    let given = |name: &str| pairs.iter().find(|(known, value)| known == name && !value.is_empty());
    either(("day", &given("day")), ("month", &given("month")))?;
    let words = FILES.iter().find(|file| file.path == path).map(|file| file.words).unwrap_or_default();
    for (name, allowed) in words.iter().chain([&LANGUAGES]) {
        let Some((_, value)) = given(name) else { continue };
        match allowed {
            Allowed::Days => {
                within(name, Some(value), 1..=DAYS_MAX, Expected::Days)?;
            }
            Allowed::Words(allowed) => {
                let allowed = allowed();
                let word = value.strip_prefix('-').filter(|_| *name == "sort").unwrap_or(value);
                if !allowed.contains(&word) {
                    return Err(none_of(name, word, &allowed));
                }
            }
        }
    }
    Ok(())
}

/// Describes the files as the lists they are of.
pub struct Files;

impl Modify for Files {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        for file in &FILES {
            let of = description.paths.paths.get(file.of).and_then(|item| item.get.clone());
            let Some(operation) = of else { continue };
            let item = PathItem::new(HttpMethod::Get, described(file, operation));
            description.paths.paths.insert(file.path.to_owned(), item);
        }
    }
}

fn described(file: &ListFile, mut operation: Operation) -> Operation {
    operation.description = Some(format!(
        "The whole of what GET {} is asked for as the file its page gives, in its order there where none is named. A PDF has \
         2,000 rows at most.",
        file.of
    ));
    let is_kept = |one: &Parameter| {
        let goes_on = one.parameter_in == ParameterIn::Query && ["page", "cursor"].contains(&one.name.as_str());
        !goes_on && !file.without.contains(&one.name.as_str())
    };
    let parameters = operation.parameters.take().unwrap_or_default();
    let mut parameters: Vec<RefOr<Parameter>> =
        parameters.into_iter().filter(|one| matches!(one, RefOr::T(one) if is_kept(one))).collect();
    parameters.push(word("format", ParameterIn::Path, &["pdf", "xlsx", "csv"], "What the file is written as.").into());
    let language =
        "Of the file; else what the person chose for themselves, else what Accept-Language asks for, else French.";
    parameters.push(word("lang", ParameterIn::Query, &["fr", "en"], language).into());
    operation.parameters = Some(parameters);
    let mut answer = ResponseBuilder::new().description("The file.");
    for format in [ReportFormat::Pdf, ReportFormat::Xlsx, ReportFormat::Csv] {
        let media_type = format.media_type().split(';').next().unwrap_or_default();
        let schema = ObjectBuilder::new().schema_type(Type::String).build();
        answer = answer.content(media_type, ContentBuilder::new().schema(Some(schema)).build());
    }
    operation.responses.responses.insert("200".to_owned(), answer.build().into());
    operation
}

fn word(name: &str, place: ParameterIn, words: &[&str], description: &str) -> Parameter {
    let is_required = if place == ParameterIn::Path { Required::True } else { Required::False };
    let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.to_vec())).build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(is_required)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}
