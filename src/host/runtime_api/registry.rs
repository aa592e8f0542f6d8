//! The extensions that the handler has registered.
//!
//! Pure state. All of them are internal extensions (AWS Lambda developer guide,
//! `runtimes-extensions-api`), because loopcheck starts no other process.

use std::collections::VecDeque;

use uuid::Uuid;

use crate::host::runtime_api::event::{Event, InvokeNotice};

/// AWS Lambda quotas: "You can register up to 10 extensions for each function".
const MAX_EXTENSIONS: usize = 10;

/// A registration that is refused. The messages are those of RIE.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum RegistrationError {
    #[error("{0}: ShutdownEventNotSupportedForInternalExtension")]
    ShutdownNotSupported(String),
    #[error("{0}: ErrorInvalidEventType")]
    UnknownEvent(String),
    #[error("Extension registration closed already")]
    Closed,
    #[error("Extension with this name already registered")]
    NameTaken,
    #[error("Extension limit ({MAX_EXTENSIONS}) reached")]
    TooMany,
}

/// The state of registration: extensions may register only until the runtime's first `GET /next`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Registration {
    Open,
    Closed,
}

#[derive(Debug)]
struct Extension {
    id: Uuid,
    name: String,
    subscribed_to_invoke: bool,
    // Small, because an extension is not given the event itself.
    unsent: VecDeque<InvokeNotice>,
}

/// All of them, at most [`MAX_EXTENSIONS`].
#[derive(Debug, Default)]
pub(super) struct Extensions(Vec<Extension>);

impl Extensions {
    /// Registers an extension and gives its identifier.
    pub(super) fn register(
        &mut self,
        name: &str,
        events: &[String],
        registration: Registration,
    ) -> Result<Uuid, RegistrationError> {
        check_events(events)?;
        if registration == Registration::Closed {
            return Err(RegistrationError::Closed);
        }
        if self.0.iter().any(|extension| extension.name == name) {
            return Err(RegistrationError::NameTaken);
        }
        if self.0.len() >= MAX_EXTENSIONS {
            return Err(RegistrationError::TooMany);
        }
        let id = Uuid::new_v4();
        self.0.push(Extension {
            id,
            name: name.to_owned(),
            subscribed_to_invoke: !events.is_empty(),
            unsent: VecDeque::new(),
        });
        Ok(id)
    }

    pub(super) fn knows(&self, id: Uuid) -> bool {
        self.0.iter().any(|extension| extension.id == id)
    }

    /// Returns the name of this extension if it has received every event: it will wait.
    pub(super) fn name_of_idle(&self, id: Uuid) -> Option<String> {
        let own = self.0.iter().find(|extension| extension.id == id)?;
        own.unsent.is_empty().then(|| own.name.clone())
    }

    /// Keeps the event for every extension that asked for `INVOKE`.
    pub(super) fn invoke(&mut self, event: &Event) {
        for extension in self.0.iter_mut().filter(|extension| extension.subscribed_to_invoke) {
            extension.unsent.push_back(event.invoke_notice());
        }
    }

    /// Returns the next event that this extension has not received.
    pub(super) fn take(&mut self, id: Uuid) -> Option<InvokeNotice> {
        self.0.iter_mut().find(|extension| extension.id == id)?.unsent.pop_front()
    }
}

fn check_events(events: &[String]) -> Result<(), RegistrationError> {
    match events.iter().find(|event| event.as_str() != "INVOKE") {
        None => Ok(()),
        Some(event) if event == "SHUTDOWN" => {
            Err(RegistrationError::ShutdownNotSupported(event.clone()))
        }
        Some(event) => Err(RegistrationError::UnknownEvent(event.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_of_events_is_fine() {
        let mut extensions = Extensions::default();
        let id = extensions.register("helper", &[], Registration::Open).unwrap();
        assert!(extensions.knows(id));
        assert!(!extensions.knows(Uuid::new_v4()));
    }

    #[test]
    fn what_an_internal_extension_may_not_do_is_refused() {
        let mut extensions = Extensions::default();
        let mut refused = |name: &str, event: &str, registration| {
            extensions.register(name, &[event.to_owned()], registration).unwrap_err().to_string()
        };
        assert_eq!(
            refused("a", "SHUTDOWN", Registration::Open),
            "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension"
        );
        assert_eq!(refused("a", "LATER", Registration::Open), "LATER: ErrorInvalidEventType");
        assert_eq!(
            refused("a", "INVOKE", Registration::Closed),
            "Extension registration closed already"
        );
    }

    #[test]
    fn names_are_unique_and_their_number_is_limited() {
        let mut extensions = Extensions::default();
        for index in 0..MAX_EXTENSIONS {
            extensions.register(&format!("e{index}"), &[], Registration::Open).unwrap();
        }
        let again = extensions.register("e0", &[], Registration::Open);
        assert_eq!(again, Err(RegistrationError::NameTaken));
        let one_more = extensions.register("more", &[], Registration::Open);
        assert_eq!(one_more, Err(RegistrationError::TooMany));
    }
}
