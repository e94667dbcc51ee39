//! Everything the server answers, in two tables: for programs and for people.
//!
//! The tables drive registration: a handler without a row is not reachable, a row cannot lack its access. The golden
//! file `tests/golden/routes.txt` shows what each row answers to each role.

use actix_web::http::Method;
use actix_web::{Route, guard, web};

use super::auth::Access;

macro_rules! get {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::GET, path: $path, access: $access, handler: || reading().to($handler) }
    };
}

/// A list as a file, which its page gives: programs are told of what pages forgive.
macro_rules! file {
    ($path:literal, $action:expr, $handler:expr) => {
        RouteRow {
            method: Method::GET,
            path: $path,
            access: Access::Api($action),
            handler: || reading().to($handler).wrap(from_fn(|request, next| files::stand($path, request, next))),
        }
    };
}

macro_rules! post {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::POST, path: $path, access: $access, handler: || web::post().to($handler) }
    };
}

macro_rules! patch {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::PATCH, path: $path, access: $access, handler: || web::patch().to($handler) }
    };
}

macro_rules! put {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::PUT, path: $path, access: $access, handler: || web::put().to($handler) }
    };
}

macro_rules! delete {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::DELETE, path: $path, access: $access, handler: || web::delete().to($handler) }
    };
}

mod api;
mod pages;

/// One method of one path.
pub struct RouteRow {
    pub method: Method,
    /// In actix's syntax.
    pub path: &'static str,
    pub access: Access,
    pub(super) handler: fn() -> Route,
}

impl RouteRow {
    /// What it answers to: where there is a GET there is a HEAD.
    pub(super) fn methods(&self) -> impl Iterator<Item = &str> {
        let head = (self.method == Method::GET).then_some("HEAD");
        std::iter::once(self.method.as_str()).chain(head)
    }
}

/// Paths are tried in this order: `…/{number}.pdf` stands before `…/{number}`. The rows of one path stand together.
const TABLES: [&[RouteRow]; 2] = [api::ROUTES, pages::ROUTES];

/// Every row.
pub fn routes() -> impl Iterator<Item = &'static RouteRow> {
    TABLES.into_iter().flatten()
}

/// The rows of each path, in the order they are tried in.
pub fn paths() -> impl Iterator<Item = &'static [RouteRow]> {
    TABLES.into_iter().flat_map(|table| table.chunk_by(|a, b| a.path == b.path))
}

/// HEAD is answered as GET is, without the body (RFC 9110, 9.3.2), and with the same rights.
fn reading() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}
