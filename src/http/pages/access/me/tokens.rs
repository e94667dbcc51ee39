//! One's own long-lived tokens: the list, a new one shown once, revoking.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::access_forms::{Errors, TokenRow, token_rows};
use super::super::{Frame, confirm, done, page};
use crate::app::api_tokens::{self, TokenWish};
use crate::app::user_problem::TOKEN_DAYS_MAX;
use crate::app::{UserProblem, read_tenants};
use crate::domain::access::{Action, Scopes};
use crate::domain::calendar::day_in;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, attempted, blocking};

const DAYS: &str = "90";

#[derive(Template)]
#[template(path = "me_tokens.html")]
struct TokensPage {
    frame: Frame,
    tokens: Vec<TokenRow>,
}

#[derive(Template)]
#[template(path = "me_token_new.html")]
struct NewPage {
    frame: Frame,
    name: String,
    days: String,
    days_max: i64,
    scopes: Vec<ScopeBox>,
    errors: Errors,
}

/// A scope to tick.
struct ScopeBox {
    scope: String,
    what: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "me_token_made.html")]
struct MadePage {
    frame: Frame,
    secret: String,
    expires: String,
}

/// What was sent: a form's list of boxes comes as one pair each.
type Pairs = Vec<(String, String)>;

pub async fn list(shared: Data<Shared>, visitor: Visitor, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (store, id) = (shared.store.clone(), visitor.person.id);
    let (tokens, zone) = blocking(move || Ok((api_tokens::of(&store, Some(id))?, read_tenants::zone(&store)?))).await?;
    let frame = Frame::of(&http);
    let tokens = token_rows(&frame, zone, tokens, shared.now());
    page(StatusCode::OK, &TokensPage { frame, tokens })
}

pub async fn form(visitor: Visitor, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let chosen = Scopes::default();
    new_page(Frame::of(&http), &visitor, ("", DAYS), &chosen, StatusCode::OK, Errors::default())
}

/// What a scope lets one do is said under this key.
fn scope_key(action: Action) -> String {
    format!("scope-{}", action.name().replace(' ', "-"))
}

fn new_page(
    frame: Frame,
    visitor: &Visitor,
    (name, days): (&str, &str),
    chosen: &Scopes,
    status: StatusCode,
    errors: Errors,
) -> Result<HttpResponse, Fault> {
    let scope = |action: Action| ScopeBox {
        what: frame.optional(&scope_key(action)).unwrap_or_default(),
        scope: action.scope(),
        is_chosen: chosen.allows(action),
    };
    let template = NewPage {
        scopes: Scopes::of_role(visitor.person.role).actions().map(scope).collect(),
        name: name.to_owned(),
        days: days.to_owned(),
        days_max: TOKEN_DAYS_MAX,
        frame: frame.under_own_tokens(),
        errors,
    };
    page(status, &template)
}

pub async fn create(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<Pairs>,
) -> Result<HttpResponse, Fault> {
    let value = |wanted: &str| form.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str());
    visitor.check_form(value("form_token"))?;
    let frame = Frame::of(&http);
    let named: Vec<&str> = form.iter().filter(|(name, _)| name == "scope").map(|(_, value)| value.as_str()).collect();
    let scopes = Scopes::known_of(&named.join(" "));
    let typed = (value("name"), value("days"));
    let wish =
        TokenWish { name: typed.0.to_owned(), scopes: scopes.clone(), days: typed.1.trim().parse().unwrap_or(0) };
    let missing = missing(&frame, &wish);
    if !missing.is_empty() {
        return new_page(frame, &visitor, typed, &scopes, StatusCode::UNPROCESSABLE_ENTITY, missing);
    }
    let (store, person, by, now) = (shared.store.clone(), visitor.person.clone(), visitor.actor(&http), shared.now());
    let made = attempted(move || {
        let made = api_tokens::create(&store, &person, &wish, &by, now)?;
        Ok((made, read_tenants::zone(&store)?))
    });
    match made.await? {
        Ok((token, zone)) => {
            let expires = frame.date(&day_in(token.expires_at, zone));
            let frame = frame.under_own_tokens();
            page(StatusCode::OK, &MadePage { frame, secret: token.secret, expires })
        }
        Err(problem) => {
            let errors = Errors::told(&frame, &problem);
            new_page(frame, &visitor, typed, &scopes, StatusCode::UNPROCESSABLE_ENTITY, errors)
        }
    }
}

/// What a token cannot do without, all at once.
fn missing(frame: &Frame, wish: &TokenWish) -> Errors {
    let told = |problem: UserProblem| Errors::told(frame, &problem).list;
    let mut errors = Errors::missing(frame, &[("name", &wish.name)]);
    if !(1..=TOKEN_DAYS_MAX).contains(&wish.days) {
        errors.list.extend(told(UserProblem::TokenDays));
    }
    if wish.scopes.is_empty() {
        errors.list.extend(told(UserProblem::ScopesMissing));
    }
    errors
}

/// Asks before a token is revoked: programs that use it stop working.
pub async fn ask(
    shared: Data<Shared>,
    visitor: Visitor,
    id: Path<i64>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let tokens = blocking(move || api_tokens::of(&store, Some(visitor.person.id))).await?;
    let token = tokens.into_iter().find(|token| token.id == *id).ok_or(Fault::NotFound)?;
    let frame = Frame::of(&http).under_own_tokens();
    let question = confirm::Question {
        title: frame.with("token-revoke-of", "name", &token.token.name),
        text: frame.t("token-revoke-text"),
        button: frame.t("token-revoke"),
        action: format!("/me/tokens/{id}/revoke"),
        back: "/me/tokens".to_owned(),
        is_dangerous: true,
    };
    confirm::ask(frame, question)
}

pub async fn revoke(
    shared: Data<Shared>,
    visitor: Visitor,
    id: Path<i64>,
    http: HttpRequest,
    form: Form<confirm::ConfirmForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let (store, by, now) = (shared.store.clone(), visitor.actor(&http), shared.now());
    blocking(move || api_tokens::revoke(&store, Some(visitor.person.id), *id, &by, now)).await?;
    shared.forget_bearers();
    Ok(done("/me/tokens", "token-revoked", ""))
}

impl Frame {
    fn under_own_tokens(self) -> Frame {
        let label = self.t("tokens-title");
        self.under(label, "/me/tokens")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_words_in_both_languages() {
        for uri in ["/?lang=fr", "/?lang=en"] {
            let frame = Frame::of(&actix_web::test::TestRequest::with_uri(uri).to_http_request());
            let silent = |action: &&Action| frame.optional(&scope_key(**action)).is_none();
            assert_eq!(Action::ALL.iter().filter(silent).collect::<Vec<_>>(), Vec::<&Action>::new(), "{uri}");
        }
    }
}
