//! The remedy for a finding, in the language of its runtime.

use crate::analysis::item::Item;
use crate::analysis::runtimes;
use crate::report::Status;
use crate::rule::{Level, RuleId};
use crate::runtime::Runtime;

/// The remedy for a finding of this rule and level, which one of its items represents.
pub(crate) fn of(
    runtime: Runtime,
    status: Status,
    rule: RuleId,
    level: Level,
    item: &Item,
) -> String {
    match status {
        Status::Runtime => {
            return "nothing: it belongs to the Lambda runtime or to loopcheck".into();
        }
        Status::Safe => return "nothing: it ended in time".into(),
        Status::Unexpected | Status::Expected | Status::Baseline => {}
    }
    if rule == RuleId::PendingSocket && level == Level::Warn && !item.in_flight {
        return REUSED.into();
    }
    runtimes::help(runtime, rule, item)
}

const REUSED: &str = "it is reused, which is what a pool is for; the peer may drop it during a freeze, so retry once on a connection error";
