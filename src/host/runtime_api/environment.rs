//! The environment that the service gives to a runtime.
//!
//! Names and values are those of the AWS Lambda developer guide (`configuration-envvars`) for an
//! OS-only runtime. Starting a process with them, and what the user asks for with `--env`, is not
//! decided here: both come after.

use std::net::SocketAddr;

/// `_HANDLER` of an OS-only runtime whose executable is the handler.
pub(super) const HANDLER: &str = "bootstrap";
/// The only version that was never published, and so the one under test.
pub(super) const FUNCTION_VERSION: &str = "$LATEST";

/// The region that a user without one most probably means, and that RIE takes.
const DEFAULT_REGION: &str = "us-east-1";
/// No service takes it for a credential, and no scanner for a leaked one.
const FAKE_CREDENTIAL: &str = "loopcheck-has-no-credentials";

/// Variables that must not reach the handler from the user's environment.
///
/// The mere presence of `AWS_LAMBDA_MAX_CONCURRENCY` makes `lambda_runtime` ask for several events
/// at once, and `AWS_EXECUTION_ENV` is absent for OS-only runtimes.
pub(crate) const REMOVED_VARIABLES: [&str; 2] = ["AWS_LAMBDA_MAX_CONCURRENCY", "AWS_EXECUTION_ENV"];

/// Each of them is a way for an AWS SDK to find credentials, or says where to look.
const CREDENTIAL_VARIABLES: [&str; 10] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_ROLE_ARN",
];

/// The presence of `~/.aws/credentials` or `~/.aws/config`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SharedCredentialFiles {
    /// At least one of them is there.
    Present,
    /// Neither is.
    Absent,
}

/// The inputs of a runtime's environment.
pub(crate) struct RuntimeApiEnvironment<'a> {
    /// The address of the Runtime API.
    pub(crate) runtime_api: SocketAddr,
    /// The function's name: the handler's.
    pub(crate) function_name: &'a str,
    /// The directory that the handler's code is in.
    pub(crate) task_root: &'a str,
    /// Looks a variable up in the user's environment.
    pub(crate) user: &'a dyn Fn(&str) -> Option<String>,
    /// The presence of credentials in the user's home, where an AWS SDK finds them.
    pub(crate) shared_credential_files: SharedCredentialFiles,
}

/// The variables to set on top of the user's environment, after [`REMOVED_VARIABLES`] were taken
/// out of it.
pub(crate) fn environment(settings: &RuntimeApiEnvironment<'_>) -> Vec<(String, String)> {
    let function = settings.function_name;
    let mut variables: Vec<(String, String)> = [
        ("AWS_LAMBDA_RUNTIME_API", settings.runtime_api.to_string()),
        ("_HANDLER", HANDLER.to_owned()),
        ("LAMBDA_TASK_ROOT", settings.task_root.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", function.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", FUNCTION_VERSION.to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{function}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", format!("loopcheck/[{FUNCTION_VERSION}]local")),
        ("TZ", ":UTC".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    variables.extend(regions(settings.user));
    variables.extend(fake_credentials(settings));
    variables
}

/// Returns the region of a handler, from the user's environment.
pub(crate) fn region(user: &dyn Fn(&str) -> Option<String>) -> String {
    let [(_, region), _] = regions(user);
    region
}

fn regions(user: &dyn Fn(&str) -> Option<String>) -> [(String, String); 2] {
    let region = user_variable(user, "AWS_REGION");
    let default_region = user_variable(user, "AWS_DEFAULT_REGION");
    let or_else = |own: &Option<String>, other: &Option<String>| {
        own.as_ref().or(other.as_ref()).map_or(DEFAULT_REGION, String::as_str).to_owned()
    };
    [
        ("AWS_REGION".to_owned(), or_else(&region, &default_region)),
        ("AWS_DEFAULT_REGION".to_owned(), or_else(&default_region, &region)),
    ]
}

/// Lambda always sets credentials, so a handler may count on them. A user's own are never touched,
/// wherever an SDK would find them. Without any, fake ones make a call fail at once; an SDK would
/// otherwise ask the instance metadata service for some, and its timers and sockets would stand
/// in the report. Who wants a machine's own role sets `AWS_PROFILE`, or gives its credentials.
fn fake_credentials(settings: &RuntimeApiEnvironment<'_>) -> Vec<(String, String)> {
    let has_own = settings.shared_credential_files == SharedCredentialFiles::Present
        || CREDENTIAL_VARIABLES.iter().any(|name| user_variable(settings.user, name).is_some());
    if has_own {
        return Vec::new();
    }
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
        .map(|name| (name.to_owned(), FAKE_CREDENTIAL.to_owned()))
        .into()
}

// An empty variable says nothing, to the SDKs as well.
fn user_variable(user: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    user(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn given(
        user: &[(&str, &str)],
        shared_credential_files: SharedCredentialFiles,
    ) -> BTreeMap<String, String> {
        let lookup = |name: &str| {
            user.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let variables = environment(&RuntimeApiEnvironment {
            runtime_api: SocketAddr::from(([127, 0, 0, 1], 9001)),
            function_name: "orders",
            task_root: "/src/orders",
            user: &lookup,
            shared_credential_files,
        });
        let count = variables.len();
        let map: BTreeMap<String, String> = variables.into_iter().collect();
        assert_eq!(map.len(), count, "every name once");
        map
    }

    #[test]
    fn it_has_what_a_runtime_cannot_do_without() {
        let environment = given(&[], SharedCredentialFiles::Absent);
        for (name, value) in [
            ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"),
            ("_HANDLER", "bootstrap"),
            ("AWS_LAMBDA_FUNCTION_NAME", "orders"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/orders"),
            ("LAMBDA_TASK_ROOT", "/src/orders"),
            ("TZ", ":UTC"),
        ] {
            assert_eq!(environment.get(name).map(String::as_str), Some(value), "{name}");
        }
        for removed in REMOVED_VARIABLES {
            assert!(!environment.contains_key(removed), "{removed}");
        }
    }

    #[test]
    fn the_users_region_is_kept() {
        let regions = |user: &[(&str, &str)]| {
            let environment = given(user, SharedCredentialFiles::Absent);
            ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| environment[name].clone())
        };
        assert_eq!(regions(&[]), ["us-east-1", "us-east-1"]);
        assert_eq!(regions(&[("AWS_REGION", "eu-west-1")]), ["eu-west-1", "eu-west-1"]);
        assert_eq!(regions(&[("AWS_DEFAULT_REGION", "eu-west-2")]), ["eu-west-2", "eu-west-2"]);
        assert_eq!(regions(&[("AWS_REGION", "a"), ("AWS_DEFAULT_REGION", "b")]), ["a", "b"]);
        assert_eq!(regions(&[("AWS_REGION", "")]), ["us-east-1", "us-east-1"]);
    }

    #[test]
    fn fake_credentials_are_for_a_user_who_has_none() {
        let key = "AWS_ACCESS_KEY_ID";
        let absent = SharedCredentialFiles::Absent;
        assert_eq!(given(&[], absent)[key], FAKE_CREDENTIAL);
        assert!(!given(&[], SharedCredentialFiles::Present).contains_key(key));
        for name in CREDENTIAL_VARIABLES {
            let environment = given(&[(name, "x")], absent);
            assert!(!environment.contains_key("AWS_SECRET_ACCESS_KEY"), "{name}");
        }
    }
}
