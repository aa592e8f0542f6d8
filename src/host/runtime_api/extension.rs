//! The requests of an extension that lives inside the handler.
//!
//! `lambda_runtime` registers one without any events for its graceful shutdown, and libraries
//! register one for `INVOKE` to go on after the response. There is no `SHUTDOWN` here, because
//! internal extensions cannot ask for it (AWS Lambda developer guide, `runtimes-extensions-api`).

use bytes::Bytes;
use hyper::body::Body;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::host::runtime_api::body::{Limits, RequestBody};
use crate::host::runtime_api::environment::{FUNCTION_VERSION, HANDLER};
use crate::host::runtime_api::reply::{self, Refusal, Reply};
use crate::host::runtime_api::state::Api;

const NAME_HEADER: &str = "lambda-extension-name";
const IDENTIFIER_HEADER: &str = "lambda-extension-identifier";
const EVENT_IDENTIFIER_HEADER: &str = "lambda-extension-event-identifier";
const ERROR_TYPE_HEADER: &str = "lambda-extension-function-error-type";

/// A registration is a short list of short names.
const REGISTRATION_LIMIT: usize = 64 * 1024;
/// The longest name that is taken: twice what AWS allows for the name of a function.
const NAME_CHARS: usize = 128;

#[derive(Deserialize)]
struct RegistrationBody {
    // Go's decoder, which the service uses, takes a missing list for an empty one.
    #[serde(default)]
    events: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    function_name: &'static str,
    function_version: &'static str,
    handler: &'static str,
}

/// `POST /extension/register`
pub(super) async fn register<B>(
    api: &Api,
    headers: &HeaderMap,
    body: &mut RequestBody<B>,
) -> Result<Reply, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    let name = extension_name(headers)?;
    let limits = Limits { accepted: REGISTRATION_LIMIT as u64, kept: REGISTRATION_LIMIT };
    let whole = body.read(limits).await.map_err(|error| Refusal::unread(&error, limits))?;
    let registration: RegistrationBody = serde_json::from_slice(&whole.kept)
        .map_err(|error| Refusal::forbidden("InvalidRequestFormat", error.to_string()))?;
    let id = api.register_extension(name, registration.events.unwrap_or_default())?;
    let registered = Registered {
        function_name: "function",
        function_version: FUNCTION_VERSION,
        handler: HANDLER,
    };
    let mut reply = reply::json(StatusCode::OK, &registered);
    insert_id(&mut reply, IDENTIFIER_HEADER, id);
    Ok(reply)
}

/// `GET /extension/event/next`: without a subscription it waits for as long as the run lasts.
pub(super) async fn next(api: &Api, headers: &HeaderMap) -> Result<Reply, Refusal> {
    let id = identifier(api, headers)?;
    let notice = api.next_extension_event(id).await;
    let mut reply = reply::json(StatusCode::OK, &notice);
    insert_id(&mut reply, EVENT_IDENTIFIER_HEADER, Uuid::new_v4());
    Ok(reply)
}

/// `POST /extension/init/error` and `POST /extension/exit/error`
pub(super) async fn error<B>(
    api: &Api,
    headers: &HeaderMap,
    body: &mut RequestBody<B>,
) -> Result<Reply, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    identifier(api, headers)?;
    if headers.get(ERROR_TYPE_HEADER).is_none_or(|value| value.is_empty()) {
        let message = "Lambda-Extension-Function-Error-Type not found";
        return Err(Refusal::forbidden("Extension.MissingHeader", message));
    }
    body.drain().await;
    Ok(reply::accepted())
}

fn extension_name(headers: &HeaderMap) -> Result<&str, Refusal> {
    let invalid = |message| Refusal::forbidden("Extension.InvalidExtensionName", message);
    match headers.get(NAME_HEADER).map(HeaderValue::to_str) {
        None | Some(Ok("")) => Err(invalid("Empty extension name")),
        Some(Ok(name)) if name.len() <= NAME_CHARS => Ok(name),
        Some(_) => Err(invalid("Invalid extension name")),
    }
}

fn identifier(api: &Api, headers: &HeaderMap) -> Result<Uuid, Refusal> {
    let Some(value) = headers.get(IDENTIFIER_HEADER).filter(|value| !value.is_empty()) else {
        let message = "Missing Lambda-Extension-Identifier header";
        return Err(Refusal::forbidden("Extension.MissingExtensionIdentifier", message));
    };
    let id = Uuid::try_parse_ascii(value.as_bytes()).map_err(|_| {
        let message = "Invalid Lambda-Extension-Identifier";
        Refusal::forbidden("Extension.InvalidExtensionIdentifier", message)
    })?;
    if !api.knows_extension(id) {
        let message = format!("Unknown extension {id}");
        return Err(Refusal::forbidden("Extension.UnknownExtensionIdentifier", message));
    }
    Ok(id)
}

fn insert_id(reply: &mut Reply, header: &'static str, id: Uuid) {
    let mut buffer = Uuid::encode_buffer();
    // Digits and dashes are always a valid header value.
    if let Ok(value) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut buffer)) {
        reply.headers_mut().insert(header, value);
    }
}
