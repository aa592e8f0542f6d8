//! The pipes in a real process, at the numbers in its environment.

use std::os::fd::AsFd as _;

use crate::host::output;
use crate::host::process::{Launch, start};
use crate::host::runtimes::node::message::{FromAgent, ToAgent};
use crate::host::runtimes::node::pipes::{self, Writer};
use crate::host::runtimes::node::pipes::{fd_numbers, open as open_pipes};
use crate::observation::ExitedWith;

#[tokio::test]
async fn a_child_has_its_ends_and_their_end_is_the_pipes() {
    let (ours, theirs) = open_pipes().unwrap();
    assert_eq!(fd_numbers(), "10,11,12,13");
    // Another child gets none of them.
    let inheritable = |fd: std::os::fd::BorrowedFd<'_>| {
        !rustix::io::fcntl_getfd(fd).unwrap().contains(rustix::io::FdFlags::CLOEXEC)
    };
    assert!(!inheritable(ours.acks.as_fd()) && !inheritable(ours.up.as_fd()));
    let script = "for fd in 10 11 12 13; do test -p /proc/self/fd/$fd || exit 1; done
        printf '{\"t\":\"next\"}\\n' > /proc/self/fd/10
        read line < /proc/self/fd/11
        test \"$line\" = '{\"t\":\"ack\",\"status\":7}' || exit 2";
    let launch = Launch {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
        ..Launch::default()
    };
    let (lines, _output) = output::channel();
    let mut child = start(launch, lines, theirs).unwrap();
    let mut lines = pipes::read(ours.up, |_| {}).unwrap();
    assert!(matches!(lines.recv().await, Some(Ok(FromAgent::Next))));
    Writer::start(ours.acks).unwrap().send(ToAgent::Ack { status: Some(7) }.line());
    assert_eq!(child.wait().await.unwrap(), ExitedWith::Code(0));
    assert!(lines.recv().await.is_none(), "nobody else holds the other end");
}
