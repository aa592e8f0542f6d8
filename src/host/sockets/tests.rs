//! Scans of real processes: a child that does nothing holds what we give it as its stdio.

#![expect(clippy::unwrap_used, reason = "these helpers are tests as well")]

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use crate::host::family;
use crate::host::process::ProcessGroup;
use crate::host::scratch::Scratch;
use crate::model::socket::{Protocol, SocketFact, SocketState};

use super::*;

/// A child in a group of its own, ended with the test.
struct Sleeper {
    child: Child,
    group: ProcessGroup,
}

impl Sleeper {
    fn holding(first: OwnedFd, second: OwnedFd, third: OwnedFd) -> Self {
        let mut command = Command::new("/bin/sleep");
        command.arg("600").stdin(first).stdout(second).stderr(third);
        Self::start(command)
    }

    fn shell(script: &str) -> Self {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::piped());
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let child = command.process_group(0).spawn().unwrap();
        let group = ProcessGroup::new(child.id(), None);
        Self { child, group }
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }

    fn lines(&mut self, count: usize) -> Vec<String> {
        let stdout = self.child.stdout.take().unwrap();
        BufReader::new(stdout).lines().take(count).map(|line| line.unwrap()).collect()
    }

    fn sockets(&self) -> Vec<SocketFact> {
        scan(self.pid(), &InheritedSockets::default()).unwrap().sockets
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        // Before the child is waited for: after that, those that left its group cannot be found.
        self.group.kill();
        self.child.wait().unwrap();
    }
}

fn null() -> OwnedFd {
    std::fs::File::open("/dev/null").unwrap().into()
}

fn find(sockets: &[SocketFact], local: impl ToString) -> &SocketFact {
    let local = Some(local.to_string());
    sockets.iter().find(|socket| socket.local == local).unwrap()
}

#[test]
fn a_process_without_sockets_has_none() {
    let sleeper = Sleeper::holding(null(), null(), null());
    let scan = scan(sleeper.pid(), &InheritedSockets::default()).unwrap();
    assert_eq!((scan.sockets, scan.children), Default::default());
    let threads: Vec<u32> = scan.threads.iter().map(|thread| thread.tid).collect();
    assert_eq!(threads, [sleeper.pid()], "its main thread alone");
}

#[test]
fn internet_sockets_are_found_with_address_and_state() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let listens_at = listener.local_addr().unwrap();
    let server = TcpListener::bind("[::1]:0").unwrap();
    let client = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    let client_at = client.local_addr().unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let udp_at = udp.local_addr().unwrap();
    let sleeper = Sleeper::holding(listener.into(), client.into(), udp.into());

    let sockets = sleeper.sockets();
    assert_eq!(sockets.len(), 3);
    assert!(sockets.is_sorted_by_key(|socket| socket.inode));
    assert!(sockets.iter().all(|socket| socket.pid == sleeper.pid()));
    let found = find(&sockets, listens_at);
    assert_eq!((found.protocol, found.state), (Protocol::Tcp, SocketState::Listen));
    assert_eq!(found.peer, None);
    let found = find(&sockets, client_at);
    assert_eq!((found.protocol, found.state), (Protocol::Tcp, SocketState::Established));
    assert_eq!(found.peer, Some(server.local_addr().unwrap().to_string()));
    let found = find(&sockets, udp_at);
    assert_eq!((found.protocol, found.state), (Protocol::Udp, SocketState::Unconnected));
}

#[test]
fn a_connection_that_the_peer_has_closed_is_close_wait() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    let local = client.local_addr().unwrap();
    let (accepted, _) = server.accept().unwrap();
    drop(accepted);
    // Wait until the end of the stream has come.
    assert_eq!(std::io::Read::read(&mut &client, &mut [0]).unwrap(), 0);
    let sleeper = Sleeper::holding(client.into(), null(), null());
    assert_eq!(find(&sleeper.sockets(), local).state, SocketState::CloseWait);
}

#[test]
fn a_v4_client_of_a_dual_stack_listener_is_shown_as_v4() {
    let server = TcpListener::bind("[::]:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let (accepted, _) = server.accept().unwrap();
    let sleeper = Sleeper::holding(accepted.into(), null(), null());
    let found = &sleeper.sockets()[0];
    assert_eq!(found.local, Some(format!("127.0.0.1:{port}")));
    assert_eq!(found.peer, Some(client.local_addr().unwrap().to_string()));
}

#[test]
fn unix_sockets_are_found() {
    let scratch = Scratch::new();
    let path = scratch.path().join("a socket");
    let listener = UnixListener::bind(&path).unwrap();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let datagram = UnixDatagram::unbound().unwrap();
    let sleeper = Sleeper::holding(listener.into(), theirs.into(), datagram.into());
    let sockets = sleeper.sockets();
    assert!(sockets.iter().all(|socket| socket.protocol == Protocol::Unix));
    assert_eq!(find(&sockets, path.display()).state, SocketState::Listen);
    let mut states: Vec<SocketState> = sockets.iter().map(|socket| socket.state).collect();
    states.sort();
    use SocketState::{Established, Listen, Unconnected};
    assert_eq!(states, [Listen, Established, Unconnected]);
    drop(ours);
}

#[test]
fn a_socket_in_no_table_is_not_dropped() {
    // Made, but neither bound nor connected: the kernel does not list it.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    let socket = std::os::fd::AsFd::as_fd(&socket).try_clone_to_owned().unwrap();
    let sleeper = Sleeper::holding(socket, null(), null());
    let sockets = sleeper.sockets();
    assert_eq!(sockets.len(), 1);
    assert_eq!((sockets[0].protocol, sockets[0].state), (Protocol::Tcp, SocketState::Unknown));
    assert_eq!(sockets[0].local, None);
}

#[test]
fn what_was_inherited_is_left_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let inherited = inherited();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let sleeper = Sleeper::holding(listener.into(), other.into(), null());
    let sockets = scan(sleeper.pid(), &inherited).unwrap().sockets;
    assert_eq!(sockets.len(), 1);
    assert_eq!(sockets[0].local, Some(address.to_string()));
}

#[test]
fn a_socket_that_several_processes_hold_is_one_entry() {
    // A shell gives its background jobs /dev/null as their input; descriptor 3 they keep.
    let script = "exec 3<&0; sleep 600 & echo ready; wait";
    let mut holder = Command::new("/bin/sh");
    holder.args(["-c", script]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    holder.stdin(OwnedFd::from(listener)).stdout(Stdio::piped());
    let mut sleeper = Sleeper::start(holder);
    assert_eq!(sleeper.lines(1), ["ready"]);
    let scan = scan(sleeper.pid(), &InheritedSockets::default()).unwrap();
    assert_eq!(scan.sockets.len(), 1);
    assert_eq!(scan.sockets[0].pid, sleeper.pid());
    assert_eq!(scan.children.len(), 1);
}

#[test]
fn children_are_listed_even_in_a_session_of_their_own() {
    let script =
        "sleep 600 & a=$!; setsid sh -c 'echo in; exec sleep 600' & b=$!; echo $a; echo $b; wait";
    let mut sleeper = Sleeper::shell(script);
    let mut expected: Vec<u32> =
        sleeper.lines(3).iter().filter_map(|line| line.parse().ok()).collect();
    let children = scan(sleeper.pid(), &InheritedSockets::default()).unwrap().children;
    let mut found: Vec<u32> = children.iter().map(|child| child.pid).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_zombie_is_no_child_that_runs() {
    // The shell becomes a program that never waits for the child that it has inherited. The test
    // waits until the child has ended by asking for what the scan must not show.
    let mut sleeper = Sleeper::shell("/bin/true & echo $!; exec sleep 600");
    let zombie: u32 = sleeper.lines(1)[0].parse().unwrap();
    while family::process(zombie).unwrap().is_some_and(|process| process.is_running()) {
        std::thread::yield_now();
    }
    assert_eq!(scan(sleeper.pid(), &InheritedSockets::default()).unwrap().children, []);
}

#[test]
fn a_family_that_is_gone_holds_nothing() {
    let mut child = Command::new("/bin/true").process_group(0).spawn().unwrap();
    child.wait().unwrap();
    let scan = scan(child.id(), &InheritedSockets::default()).unwrap();
    assert_eq!(scan, Default::default());
    assert_eq!(listens(child.id(), ([127, 0, 0, 1], 80).into()), None);
}

#[test]
fn listeners_are_ours_or_a_strangers() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let ours = listener.local_addr().unwrap();
    let wildcard = TcpListener::bind("0.0.0.0:0").unwrap();
    let anywhere = wildcard.local_addr().unwrap();
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let sleeper = Sleeper::holding(listener.into(), wildcard.into(), null());
    assert_eq!(listens(sleeper.pid(), ours), Some(true));
    assert_eq!(listens(sleeper.pid(), ([127, 0, 0, 1], anywhere.port()).into()), Some(true));
    assert_eq!(listens(sleeper.pid(), stranger.local_addr().unwrap()), Some(false));
    let mut expected = [ours, anywhere];
    expected.sort();
    assert_eq!(listening(sleeper.pid()), expected);
}

#[test]
fn nobody_listens_on_a_closed_port() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    drop(port);
    let sleeper = Sleeper::holding(null(), null(), null());
    assert_eq!(listens(sleeper.pid(), address), Some(false));
}
