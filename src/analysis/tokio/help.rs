//! Remedies for the findings of a tokio handler.

use crate::analysis::item::Item;
use crate::rule::RuleId;

/// The remedy for a finding of this rule.
pub(crate) fn help(rule: RuleId, item: &Item) -> String {
    match rule {
        RuleId::PendingSocket if item.in_flight => {
            "wait for the answer before you return: a request is in flight".into()
        }
        _ => rule.rule().help.to_owned(),
    }
}
