//! Real processes: shells that fork, leave and print.

use crate::host::process::error::StartError;
use std::io;
use std::net::TcpListener;
use std::path::Path;

use tokio::sync::mpsc;

use crate::host::family;
use crate::host::output::{self, OutputLine, Stream};
use crate::host::scratch::Scratch;
use crate::observation::ExitedWith;

use super::format::tests::foreign_elf;
use super::*;

fn shell(script: &str) -> Launch {
    Launch {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
        ..Launch::default()
    }
}

pub(super) fn run(script: &str) -> (Handler, mpsc::Receiver<OutputLine>) {
    let (lines, received) = output::channel();
    (start(shell(script), lines, Vec::new()).unwrap(), received)
}

pub(super) async fn line(received: &mut mpsc::Receiver<OutputLine>) -> String {
    received.recv().await.unwrap().text
}

async fn rest(mut received: mpsc::Receiver<OutputLine>) -> Vec<OutputLine> {
    let mut lines = Vec::new();
    while let Some(line) = received.recv().await {
        lines.push(line);
    }
    lines
}

pub(super) fn runs(pid: u32) -> bool {
    family::process(pid).unwrap().is_some_and(|process| process.is_running())
}

/// Killing is not waited for: give way until the process is gone.
pub(super) async fn gone(pid: u32) {
    while runs(pid) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_exit_code_and_the_signal_are_returned() {
    for (script, status) in [
        ("exit 0", ExitedWith::Code(0)),
        ("exit 7", ExitedWith::Code(7)),
        ("kill -KILL $$", ExitedWith::Signal(9)),
    ] {
        let (mut handler, _received) = run(script);
        assert_eq!(handler.wait().await.unwrap(), status);
        assert_eq!(handler.wait().await.unwrap(), status);
        assert_eq!(handler.reap().await.unwrap(), status);
    }
}

#[tokio::test]
async fn output_comes_line_by_line_with_its_stream() {
    let (mut handler, received) = run("echo one; echo two >&2; printf 'a\\377\\nlast'; exit 3");
    assert_eq!(handler.wait().await.unwrap(), ExitedWith::Code(3));
    handler.reap().await.unwrap();
    drop(handler);
    let lines = rest(received).await;
    let of = |stream| -> Vec<&str> {
        lines.iter().filter(|line| line.stream == stream).map(|line| line.text.as_str()).collect()
    };
    assert_eq!(of(Stream::Stdout), ["one", "a\u{fffd}", "last"]);
    assert_eq!(of(Stream::Stderr), ["two"]);
}

#[tokio::test]
async fn the_environment_and_the_directory_are_as_asked() {
    let scratch = Scratch::new();
    let mut launch = shell("echo \"$GREETING:${HOME-none}:$LOOPCHECK_RUN\"; pwd; cat");
    launch.env = vec![("GREETING".into(), "hello".into())];
    launch.env_remove = vec!["HOME".into()];
    launch.current_dir = Some(scratch.path().to_owned());
    let (lines, mut received) = output::channel();
    let mut handler = start(launch, lines, Vec::new()).unwrap();
    let first = line(&mut received).await;
    assert!(first.starts_with("hello:none:") && first.len() > "hello:none:".len(), "{first}");
    assert_eq!(Path::new(&line(&mut received).await), scratch.path());
    // Nothing comes in on standard input.
    assert_eq!(handler.wait().await.unwrap(), ExitedWith::Code(0));
}

#[tokio::test]
async fn the_handler_leads_a_group_of_its_own() {
    let (handler, mut received) = run("echo ready; exec sleep 600");
    line(&mut received).await;
    let process = family::process(handler.pid()).unwrap().unwrap();
    assert_eq!(process.group, handler.pid());
}

#[tokio::test]
async fn killing_reaches_children_and_those_that_left_the_group() {
    let script = "sleep 600 & echo $!; setsid sh -c 'echo $$; exec sleep 600' & sleep 600";
    let (mut handler, mut received) = run(script);
    let mut children = Vec::new();
    for _ in 0..2 {
        children.push(line(&mut received).await.parse().unwrap());
    }
    handler.kill_group();
    assert_eq!(handler.wait().await.unwrap(), ExitedWith::Signal(9));
    for child in children {
        gone(child).await;
    }
}

/// A script whose grandchild has neither group nor parent in common with the handler. It says
/// its pid once its parent is gone.
pub(super) fn daemon(prefix: &str) -> String {
    let daemon = "while kill -0 $1 2>/dev/null; do :; done; echo $$; exec sleep 600";
    let parent = format!("{prefix} setsid sh -c \"$0\" daemon $$ &");
    format!("sh -c '{parent}' '{daemon}'; sleep 600")
}

#[tokio::test]
async fn killing_reaches_daemons() {
    let (mut handler, mut received) = run(&daemon(""));
    let daemon: u32 = line(&mut received).await.parse().unwrap();
    let pid = handler.pid();
    let scan = crate::host::sockets::scan(pid, &Default::default()).unwrap();
    assert!(scan.children.iter().any(|child| child.pid == daemon));
    handler.reap().await.unwrap();
    gone(daemon).await;
}

#[tokio::test]
async fn a_stranger_that_holds_the_pipe_does_not_hold_us() {
    let (mut handler, mut received) = run(&daemon("env -i"));
    let stranger: u32 = line(&mut received).await.parse().unwrap();
    handler.reap().await.unwrap();
    drop(handler);
    assert!(rest(received).await.is_empty());
    assert!(runs(stranger));
    let pid = rustix::process::Pid::from_raw(stranger.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn what_the_handler_leaves_behind_is_reaped() {
    let (mut handler, mut received) = run("sleep 600 & echo $!; echo bye");
    let child: u32 = line(&mut received).await.parse().unwrap();
    assert_eq!(handler.wait().await.unwrap(), ExitedWith::Code(0));
    assert!(runs(child));
    assert_eq!(handler.reap().await.unwrap(), ExitedWith::Code(0));
    gone(child).await;
    drop(handler);
    assert_eq!(rest(received).await[0].text, "bye");
}

#[tokio::test]
async fn dropping_kills_everything() {
    let (handler, mut received) = run("sleep 600 & echo $!; sleep 600");
    let child: u32 = line(&mut received).await.parse().unwrap();
    let pid = handler.pid();
    drop(handler);
    gone(child).await;
    gone(pid).await;
}

#[tokio::test]
async fn a_family_that_grows_while_it_is_killed_is_killed_too() {
    // Each generation starts the next, in a session of its own.
    let script = "export N=2000 F='[ $N -gt 0 ] && N=$((N-1)) setsid sh -c \"$F\" & wait'; \
                  echo ready; eval \"$F\"";
    let (mut handler, mut received) = run(script);
    line(&mut received).await;
    let leader = family::leader(handler.pid());
    assert!(leader.mark.is_some());
    handler.reap().await.unwrap();
    for process in family::members(&leader).unwrap() {
        gone(process.pid).await;
    }
    assert!(family::members(&leader).unwrap().iter().all(|process| !process.is_running()));
}

#[tokio::test]
async fn a_consumer_that_takes_nothing_does_not_stop_the_handler() {
    let (lines, received) = mpsc::channel(4);
    let mut handler = start(shell("yes | head -n 200000"), lines, Vec::new()).unwrap();
    assert_eq!(handler.wait().await.unwrap(), ExitedWith::Code(0));
    let (status, lines) = tokio::join!(
        async {
            let status = handler.reap().await;
            drop(handler);
            status
        },
        rest(received)
    );
    assert_eq!(status.unwrap(), ExitedWith::Code(0));
    assert!(lines.iter().any(|line| line.text.ends_with("too fast to be shown)")));
}

#[tokio::test]
async fn a_handler_that_nobody_listens_to_is_drained() {
    let (lines, received) = output::channel();
    drop(received);
    let mut handler = start(shell("yes | head -n 200000"), lines, Vec::new()).unwrap();
    assert_eq!(handler.wait().await.unwrap(), ExitedWith::Code(0));
    handler.reap().await.unwrap();
}

fn refused(path: &Path) -> StartError {
    let launch = Launch { program: path.to_owned(), ..Launch::default() };
    let started = start(launch, output::channel().0, Vec::new());
    let checked = check(path).unwrap_err();
    let started = started.err().unwrap();
    assert_eq!(checked.to_string(), started.to_string());
    assert!(!checked.hint().is_empty());
    checked
}

#[tokio::test]
async fn what_is_no_handler_is_refused_before_it_is_started() {
    let scratch = Scratch::new();
    let plain = scratch.file("plain", "#!/bin/sh\n", 0o644);
    let socket = scratch.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();

    let error = refused(Path::new("/nonexistent"));
    assert!(matches!(error, StartError::NotFound(_)) && error.is_usage());
    let error = refused(&plain.join("below"));
    assert!(matches!(error, StartError::NotFound(_)) && error.is_usage());
    let error = refused(scratch.path());
    assert!(matches!(error, StartError::Directory(_)) && error.is_usage());
    for (path, is) in [(Path::new("/dev/null"), "device"), (&socket, "socket")] {
        let error = refused(path);
        assert!(matches!(error, StartError::NotRegular { kind, .. } if kind == is), "{error}");
        assert!(error.is_usage());
    }
    let error = refused(&plain);
    assert!(matches!(error, StartError::NotExecutable(_)) && error.is_usage());
    assert_eq!(error.hint(), format!("chmod +x {}", plain.display()));
}

#[tokio::test]
async fn a_bare_name_is_not_searched_in_path() {
    let error = refused(Path::new("sleep"));
    assert!(matches!(error, StartError::NotFound(_)));
    assert!(error.hint().contains("not in PATH"), "{}", error.hint());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_cannot_run_here_is_explained() {
    let scratch = Scratch::new();
    let (elf, architecture) = foreign_elf();
    for (content, says) in [
        (elf, format!("built for {architecture}, this machine is {}", std::env::consts::ARCH)),
        (b"".to_vec(), "it is empty".to_owned()),
        (b"echo hello\n".to_vec(), "does not begin with #!".to_owned()),
        (b"\x01\0\x02".to_vec(), "neither a program nor a script".to_owned()),
    ] {
        let error = refused(&scratch.file("handler", content, 0o755));
        assert!(error.to_string().contains(&says), "{error}");
        assert!(!error.is_usage());
    }
}

#[test]
fn a_failed_start_is_explained() {
    let scratch = Scratch::new();
    let script = scratch.file("handler", "#!/no/such/interpreter -x\n", 0o755);
    let error = inspect::explain(&script, io::ErrorKind::NotFound.into());
    assert_eq!(
        error.to_string(),
        format!(
            "handler {} needs /no/such/interpreter, which is not on this machine",
            script.display()
        )
    );
    assert!(!error.is_usage());
    let error = inspect::explain(&script, io::ErrorKind::PermissionDenied.into());
    assert!(matches!(error, StartError::NotExecutable(_)));
    let error = inspect::explain(&script, io::ErrorKind::OutOfMemory.into());
    assert!(matches!(error, StartError::Other { .. }) && !error.is_usage());
}

#[tokio::test]
async fn a_directory_to_start_in_must_be_one() {
    let mut launch = shell("true");
    launch.current_dir = Some("/dev/null".into());
    let error = start(launch, output::channel().0, Vec::new()).unwrap_err();
    assert!(matches!(error, StartError::CurrentDirectory { .. }));
}

#[tokio::test]
async fn our_sockets_are_not_passed_on() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (handler, mut received) = run("echo ready; exec sleep 600");
    line(&mut received).await;
    let pid = handler.pid();
    let address = listener.local_addr().unwrap();
    if cfg!(target_os = "linux") {
        assert_eq!(crate::host::sockets::listens(pid, address), Some(false));
    }
}
