//! The routes of the Runtime API.
//!
//! Every refusal passes here on its way out, so that each one is reported.

use std::convert::Infallible;

use bytes::Bytes;
use hyper::body::Body;
use hyper::http::request::Parts;
use hyper::{Method, Request};

use crate::host::runtime_api::body::RequestBody;
use crate::host::runtime_api::reply::{self, Refusal, Reply};
use crate::host::runtime_api::state::Api;
use crate::host::runtime_api::{extension, host, invocation};
use crate::observation::ApiMoment;

/// The number of characters in which a refused request is reported, whatever its path was.
const TOLD_CHARS: usize = 200;

/// Answers one request.
pub(super) async fn answer<B>(api: &Api, request: Request<B>) -> Result<Reply, Infallible>
where
    B: Body<Data = Bytes> + Unpin,
{
    let (head, body) = request.into_parts();
    let mut body = RequestBody::new(body);
    match dispatch(api, &head, &mut body).await {
        Ok(reply) => Ok(reply),
        Err(refusal) => {
            api.signals.emit(ApiMoment::RequestRefused {
                status: refusal.status.as_u16(),
                request: summary(&head),
                error_type: refusal.error_type.to_owned(),
            });
            body.drain().await;
            Ok(refusal.into_reply())
        }
    }
}

async fn dispatch<B>(api: &Api, head: &Parts, body: &mut RequestBody<B>) -> Result<Reply, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    host::check(head)?;
    let route = Route::of(head.uri.path()).ok_or_else(Refusal::not_found)?;
    let method = route.method();
    if head.method != method {
        return Err(Refusal::method_not_allowed(method));
    }
    match route {
        Route::Ping => Ok(reply::pong()),
        Route::Next => invocation::next(api).await,
        Route::Response(id) => invocation::response(api, id, &head.headers, body).await,
        Route::Error(id) => invocation::error(api, id, &head.headers, body).await,
        Route::InitError => invocation::init_error(api, &head.headers, body).await,
        Route::ExtensionRegister => extension::register(api, &head.headers, body).await,
        Route::ExtensionNext => extension::next(api, &head.headers).await,
        Route::ExtensionError => extension::error(api, &head.headers, body).await,
        Route::Telemetry => {
            body.drain().await;
            Ok(reply::not_supported("Telemetry.NotSupported", "Telemetry API is not supported"))
        }
        Route::Logs => {
            body.drain().await;
            Ok(reply::not_supported("Logs.NotSupported", "Logs API is not supported"))
        }
    }
}

/// The routes of RIE (`internal/lambda/rapi/router.go`), but for those of SnapStart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Route<'a> {
    Ping,
    Next,
    Response(&'a str),
    Error(&'a str),
    InitError,
    ExtensionRegister,
    ExtensionNext,
    ExtensionError,
    Telemetry,
    Logs,
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Option<Self> {
        Some(match path {
            "/2018-06-01/ping" => Self::Ping,
            "/2018-06-01/runtime/invocation/next" => Self::Next,
            "/2018-06-01/runtime/init/error" => Self::InitError,
            "/2020-01-01/extension/register" => Self::ExtensionRegister,
            "/2020-01-01/extension/event/next" => Self::ExtensionNext,
            "/2020-01-01/extension/init/error" | "/2020-01-01/extension/exit/error" => {
                Self::ExtensionError
            }
            "/2022-07-01/telemetry" => Self::Telemetry,
            "/2020-08-15/logs" => Self::Logs,
            _ => {
                let rest = path.strip_prefix("/2018-06-01/runtime/invocation/")?;
                match rest.split_once('/')? {
                    (id, "response") => Self::Response(id),
                    (id, "error") => Self::Error(id),
                    _ => return None,
                }
            }
        })
    }

    const fn method(self) -> Method {
        match self {
            Self::Ping | Self::Next | Self::ExtensionNext => Method::GET,
            Self::Response(_)
            | Self::Error(_)
            | Self::InitError
            | Self::ExtensionRegister
            | Self::ExtensionError => Method::POST,
            Self::Telemetry | Self::Logs => Method::PUT,
        }
    }
}

// Without the query: it is not part of any route and could hold anything.
fn summary(head: &Parts) -> String {
    let request = format!("{} {}", head.method, head.uri.path());
    request.chars().take(TOLD_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_segment() {
        let route = Route::of("/2018-06-01/runtime/invocation/a-b/response");
        assert_eq!(route, Some(Route::Response("a-b")));
        let route = Route::of("/2018-06-01/runtime/invocation/next/error");
        assert_eq!(route, Some(Route::Error("next")));
        assert_eq!(Route::of("/2018-06-01/runtime/invocation/a/b/response"), None);
        assert_eq!(Route::of("/2018-06-01/runtime/invocation/next/"), None);
        assert_eq!(Route::of("/runtime/invocation/next"), None);
    }
}
