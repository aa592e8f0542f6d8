//! Reading the sockets of a family of processes from `/proc`.
//!
//! The order is what makes the answer complete: first the processes and what they hold, then the
//! processes again, because one that was forked meanwhile may hold what its parent has closed,
//! then the tables. So a socket that is open during the whole scan is found. One that is in no
//! table is looked up once more beside the process that holds it, and shown as unknown if that
//! fails too; it is never dropped.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::net::SocketAddr;

use crate::model::socket::{ChildProcess, Protocol, SocketFact, SocketState};
use crate::observation::SocketScan;
use crate::source::family::{self, Leader, Process};

use super::error::ScanError;
use super::table::{self, Row, Table};

/// Sockets that loopcheck itself was started with.
///
/// A handler may inherit them; it has not opened them.
#[derive(Clone, Debug, Default)]
pub(crate) struct InheritedSockets {
    inodes: HashSet<u64>,
}

/// Reads what is open in the family of `leader` at this instant.
///
/// A family that is gone holds nothing open.
pub(crate) fn scan(leader: u32, exclude: &InheritedSockets) -> Result<SocketScan, ScanError> {
    let leader = family::leader(leader);
    let (processes, mut held) = held(&leader)?;
    held.retain(|inode, _| !exclude.inodes.contains(inode));
    let mut sockets = resolve(&held, &processes)?;
    sockets.sort_by_key(|socket| socket.inode);
    Ok(SocketScan { sockets, children: children(&leader, &processes) })
}

/// The sockets that loopcheck holds now; to be called before it opens any.
///
/// What cannot be read is not excluded: it would be reported, never hidden.
pub(crate) fn inherited() -> InheritedSockets {
    let inodes = descriptors("/proc/self/fd").unwrap_or_default();
    InheritedSockets { inodes: inodes.into_keys().collect() }
}

/// Whether a process of the family is the one that a client of this address reaches.
///
/// `None`: it cannot be told.
pub(crate) fn listens(leader: u32, addr: SocketAddr) -> Option<bool> {
    let (processes, held) = held(&family::leader(leader)).ok()?;
    let rows = tables(&processes, table::TCP, |_| true).ok()?;
    let addr = SocketAddr::new(addr.ip().to_canonical(), addr.port());
    // The kernel prefers the listener that is bound most exactly.
    let best = rows
        .values()
        .filter_map(|row| Some((closeness(listener(row)?, addr)?, row.inode)))
        .collect::<BTreeSet<_>>();
    let Some((closest, _)) = best.first().copied() else { return Some(false) };
    let mut owners = best.into_iter().take_while(|(rank, _)| *rank == closest);
    Some(owners.any(|(_, inode)| held.contains_key(&inode)))
}

/// Every address that the family accepts TCP connections on; empty when it cannot be told.
pub(crate) fn listening(leader: u32) -> Vec<SocketAddr> {
    let Ok((processes, held)) = held(&family::leader(leader)) else { return Vec::new() };
    let Ok(rows) = tables(&processes, table::TCP, |inode| held.contains_key(&inode)) else {
        return Vec::new();
    };
    let addresses: BTreeSet<SocketAddr> = rows.values().filter_map(listener).collect();
    addresses.into_iter().collect()
}

fn listener(row: &Row) -> Option<SocketAddr> {
    row.address.filter(|_| row.state == SocketState::Listen)
}

/// How exactly a listener matches an address: lower is closer.
fn closeness(listener: SocketAddr, addr: SocketAddr) -> Option<u8> {
    if listener.port() != addr.port() {
        return None;
    }
    match listener.ip() {
        ip if ip == addr.ip() => Some(0),
        ip if ip.is_unspecified() && ip.is_ipv4() == addr.is_ipv4() => Some(1),
        // `[::]` takes IPv4 as well, unless it was told not to.
        ip if ip.is_unspecified() && ip.is_ipv6() => Some(2),
        _ => None,
    }
}

/// Who holds a socket, and a path to it.
#[derive(Clone, Debug)]
struct Holder {
    pid: u32,
    path: String,
}

/// Every running process of the family, and every socket that one of them holds.
fn held(leader: &Leader) -> Result<(Vec<Process>, BTreeMap<u64, Holder>), ScanError> {
    // Each round costs one walk over /proc. A family that still grows after some is a fork bomb.
    const ROUNDS: usize = 4;
    let mut held = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut processes = running(leader)?;
    for _ in 0..ROUNDS {
        for process in &processes {
            if seen.insert(process.pid) {
                add_held(process, &mut held)?;
            }
        }
        processes = running(leader)?;
        if processes.iter().all(|process| seen.contains(&process.pid)) {
            break;
        }
    }
    Ok((processes, held))
}

fn running(leader: &Leader) -> Result<Vec<Process>, ScanError> {
    let mut members = family::members(leader).map_err(ScanError::Processes)?;
    members.retain(Process::is_running);
    Ok(members)
}

fn add_held(process: &Process, held: &mut BTreeMap<u64, Holder>) -> Result<(), ScanError> {
    for (inode, path) in sockets_of(process)? {
        let holder = Holder { pid: process.pid, path };
        let lowest = held.entry(inode).or_insert_with(|| holder.clone());
        if holder.pid < lowest.pid {
            *lowest = holder;
        }
    }
    Ok(())
}

fn sockets_of(process: &Process) -> Result<HashMap<u64, String>, ScanError> {
    let mut directories = vec![format!("/proc/{}/fd", process.pid)];
    if process.zombie {
        // The main thread has ended and its descriptors are seen through another thread only.
        directories = other_threads(process.pid);
    }
    let mut sockets = HashMap::new();
    for directory in directories {
        match descriptors(&directory) {
            Ok(found) => sockets.extend(found),
            Err(error) if family::is_gone(&error) => {}
            // A process that has just ended belongs to root and may not be read any more.
            Err(_) if has_ended(process) => {}
            Err(source) => {
                let name = process.name.clone();
                return Err(ScanError::Unreadable { pid: process.pid, name, source });
            }
        }
    }
    Ok(sockets)
}

fn other_threads(pid: u32) -> Vec<String> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    threads.flatten().map(|thread| format!("{}/fd", thread.path().display())).collect()
}

fn has_ended(process: &Process) -> bool {
    family::process(process.pid).is_ok_and(|now| {
        now.is_none_or(|now| now.start_ticks != process.start_ticks || !now.is_running())
    })
}

/// The sockets in a directory of descriptors: inode, and the path of one that refers to it.
fn descriptors(directory: &str) -> io::Result<HashMap<u64, String>> {
    let mut sockets = HashMap::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        match fs::read_link(&path) {
            Ok(target) => {
                let inode = target.to_str().and_then(socket_inode);
                sockets.extend(inode.map(|inode| (inode, path.display().to_string())));
            }
            Err(error) if family::is_gone(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(sockets)
}

fn socket_inode(target: &str) -> Option<u64> {
    target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// Joins what is held with the tables.
fn resolve(
    held: &BTreeMap<u64, Holder>,
    processes: &[Process],
) -> Result<Vec<SocketFact>, ScanError> {
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = tables(processes, table::ALL, |inode| held.contains_key(&inode))?;
    // A table is not read in one instant, and a process may live in a network of its own.
    let missing: BTreeSet<u32> = held
        .iter()
        .filter(|(inode, _)| !rows.contains_key(inode))
        .map(|(_, holder)| holder.pid)
        .collect();
    for pid in missing {
        let holder: Vec<Process> = processes.iter().filter(|p| p.pid == pid).cloned().collect();
        let found = tables(&holder, table::ALL, |inode| held.contains_key(&inode))?;
        for (inode, row) in found {
            rows.entry(inode).or_insert(row);
        }
    }
    Ok(held.iter().map(|(inode, holder)| fact(*inode, holder, rows.remove(inode))).collect())
}

/// The rows of some tables, as the first process sees them that still runs.
fn tables(
    processes: &[Process],
    tables: &[Table],
    wanted: impl Fn(u64) -> bool,
) -> Result<HashMap<u64, Row>, ScanError> {
    for process in processes {
        let mut rows = HashMap::new();
        let mut any = false;
        for table in tables {
            let path = format!("/proc/{}/net/{}", process.pid, table.file);
            match read(&path) {
                Ok(text) => {
                    any = true;
                    rows.extend(table.rows(&text, &wanted).map(|row| (row.inode, row)));
                }
                // Either the process is gone, or the kernel lacks the protocol (no IPv6).
                Err(error) if is_absent(&error) => {}
                Err(source) => {
                    let name = process.name.clone();
                    return Err(ScanError::Unreadable { pid: process.pid, name, source });
                }
            }
        }
        if any {
            return Ok(rows);
        }
    }
    Ok(HashMap::new())
}

fn is_absent(error: &io::Error) -> bool {
    family::is_gone(error)
        || error.kind() == io::ErrorKind::InvalidInput
        || error.kind() == io::ErrorKind::NotADirectory
}

fn read(path: &str) -> io::Result<Vec<u8>> {
    // The kernel gives a page for each call; a table of some hundred rows is a few pages long.
    let mut text = Vec::with_capacity(64 * 1024);
    File::open(path)?.read_to_end(&mut text)?;
    Ok(text)
}

fn fact(inode: u64, holder: &Holder, row: Option<Row>) -> SocketFact {
    let pid = holder.pid;
    match row {
        Some(row) => SocketFact {
            inode,
            pid,
            protocol: row.protocol,
            local: row.local,
            peer: row.peer,
            state: row.state,
            receive_queue: row.receive_queue,
            send_queue: row.send_queue,
        },
        None => SocketFact {
            inode,
            pid,
            protocol: protocol_by_name(&holder.path),
            local: None,
            peer: None,
            state: SocketState::Unknown,
            receive_queue: 0,
            send_queue: 0,
        },
    }
}

/// What the kernel calls the protocol of a socket that is in no table, for example because it
/// was never bound.
fn protocol_by_name(path: &str) -> Protocol {
    let mut name = [0; 32];
    let Ok(length) = rustix::fs::getxattr(path, "system.sockprotoname", &mut name[..]) else {
        return Protocol::Other;
    };
    match &name[..length] {
        name if name.starts_with(b"TCP") || name.starts_with(b"MPTCP") => Protocol::Tcp,
        name if name.starts_with(b"UDP") => Protocol::Udp,
        name if name.starts_with(b"UNIX") => Protocol::Unix,
        _ => Protocol::Other,
    }
}

fn children(leader: &Leader, processes: &[Process]) -> Vec<ChildProcess> {
    let mut children: Vec<ChildProcess> = processes
        .iter()
        .filter(|process| process.pid != leader.pid)
        .map(|process| ChildProcess {
            pid: process.pid,
            start_ticks: process.start_ticks,
            name: process.name.clone(),
        })
        .collect();
    children.sort_by_key(|child| (child.start_ticks, child.pid));
    children
}
