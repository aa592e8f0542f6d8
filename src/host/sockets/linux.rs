//! Reading the sockets of a family of processes from `/proc`.
//!
//! The order is what makes the answer complete: first the processes and what they hold, then the
//! processes again, because one that was forked meanwhile may hold what its parent has closed,
//! then the tables. So a socket that is open during the whole scan is found. One that is in no
//! table is looked up once more beside the process that holds it, and shown as unknown if that
//! fails too; it is never dropped.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::ops::ControlFlow;

use rustix::fs::{Dir, getxattr, readlinkat};
use rustix::io::Errno;

use crate::host::family::{self, Leader, Process};
use crate::model::socket::{ChildProcess, Protocol, SocketFact, SocketState, Thread};
use crate::observation::SocketScan;

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
    Ok(SocketScan { sockets, children: children(&leader, &processes), threads: threads(&leader)? })
}

/// The sockets that loopcheck holds now; to be called before it opens any.
///
/// A socket that cannot be read is not excluded: it is reported, never hidden.
pub(crate) fn inherited() -> InheritedSockets {
    let inodes = descriptors("/proc/self/fd").unwrap_or_default();
    InheritedSockets { inodes: inodes.into_keys().collect() }
}

/// Returns whether a process of the family is the one that a client of this address reaches.
///
/// `None`: unknown.
pub(crate) fn listens(leader: u32, addr: SocketAddr) -> Option<bool> {
    let (processes, held) = held(&family::leader(leader)).ok()?;
    if processes.is_empty() {
        return None;
    }
    let rows = tables(&processes, table::TCP, None, |_| true).ok()?;
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

/// Every address that the family accepts TCP connections on; empty where that is unknown.
pub(crate) fn listening(leader: u32) -> Vec<SocketAddr> {
    let Ok((processes, held)) = held(&family::leader(leader)) else { return Vec::new() };
    let Ok(rows) = tables(&processes, table::TCP, None, |inode| held.contains_key(&inode)) else {
        return Vec::new();
    };
    let addresses: BTreeSet<SocketAddr> = rows.values().filter_map(listener).collect();
    addresses.into_iter().collect()
}

fn listener(row: &Row) -> Option<SocketAddr> {
    row.address.filter(|_| row.state == SocketState::Listen)
}

/// Returns how exactly a listener matches an address: lower is closer.
fn closeness(listener: SocketAddr, addr: SocketAddr) -> Option<u8> {
    if listener.port() != addr.port() {
        return None;
    }
    match listener.ip() {
        ip if ip == addr.ip() => Some(0),
        ip if ip.is_unspecified() && ip.is_ipv4() == addr.is_ipv4() => Some(1),
        // `[::]` takes IPv4 as well, unless that is switched off.
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

fn threads(leader: &Leader) -> Result<Vec<Thread>, ScanError> {
    let mut threads: Vec<Thread> = family::threads(leader.pid)
        .map_err(ScanError::Processes)?
        .into_iter()
        .filter(|thread| !thread.zombie)
        .map(|thread| Thread {
            tid: thread.pid,
            start_ticks: thread.start_ticks,
            name: thread.name,
        })
        .collect();
    threads.sort_by_key(|thread| (thread.start_ticks, thread.tid));
    Ok(threads)
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
    // Relative to the open directory, which spares the kernel the way there for each of them.
    let opened = File::open(directory)?;
    let mut sockets = HashMap::new();
    let mut target = Vec::new();
    for entry in Dir::read_from(&opened)? {
        let entry = entry?;
        let name = entry.file_name();
        target.clear();
        target = match readlinkat(&opened, name, target) {
            Ok(target) => target.into_bytes(),
            // Closed meanwhile, or `.` and `..`, which are no links.
            Err(Errno::NOENT | Errno::SRCH | Errno::INVAL) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        if let Some(inode) = socket_inode(&target) {
            sockets.insert(inode, format!("{directory}/{}", name.to_string_lossy()));
        }
    }
    Ok(sockets)
}

fn socket_inode(target: &[u8]) -> Option<u64> {
    let inode = target.strip_prefix(b"socket:[")?.strip_suffix(b"]")?;
    str::from_utf8(inode).ok()?.parse().ok()
}

/// Joins what is held with the tables.
fn resolve(
    held: &BTreeMap<u64, Holder>,
    processes: &[Process],
) -> Result<Vec<SocketFact>, ScanError> {
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = held_rows(held, &worth_reading(held), processes)?;
    // A table is not read in one instant, and a process may live in a network of its own.
    let missing: BTreeMap<u64, Holder> = held
        .iter()
        .filter(|(inode, _)| !rows.contains_key(inode))
        .map(|(inode, holder)| (*inode, holder.clone()))
        .collect();
    let holders: BTreeSet<u32> = missing.values().map(|holder| holder.pid).collect();
    for pid in holders {
        let holder: Vec<Process> = processes.iter().filter(|p| p.pid == pid).cloned().collect();
        rows.extend(held_rows(&missing, &worth_reading(&missing), &holder)?);
    }
    Ok(held.iter().map(|(inode, holder)| fact(*inode, holder, rows.remove(inode))).collect())
}

/// The tables that the sockets can be in.
fn worth_reading(held: &BTreeMap<u64, Holder>) -> Vec<Table> {
    // Asking for each of very many costs more than it spares.
    const MANY: usize = 64;
    if held.len() > MANY {
        return table::ALL.to_vec();
    }
    let worth: HashSet<Table> = held
        .values()
        .flat_map(|holder| match protocol_name(&holder.path) {
            Some(name) => table::with_protocol(&name),
            None => table::ALL,
        })
        .copied()
        .collect();
    table::ALL.iter().filter(|table| worth.contains(table)).copied().collect()
}

/// The rows of sockets that are held; no more is read than what it takes to find all of them.
fn held_rows(
    held: &BTreeMap<u64, Holder>,
    tables: &[Table],
    processes: &[Process],
) -> Result<HashMap<u64, Row>, ScanError> {
    self::tables(processes, tables, Some(held.len()), |inode| held.contains_key(&inode))
}

/// The rows of some tables, as the first process sees them that still runs, until as many are
/// found as there can be.
fn tables(
    processes: &[Process],
    tables: &[Table],
    enough: Option<usize>,
    wanted: impl Fn(u64) -> bool,
) -> Result<HashMap<u64, Row>, ScanError> {
    for process in processes {
        let mut rows = HashMap::new();
        let mut any = false;
        for table in tables {
            let path = format!("/proc/{}/net/{}", process.pid, table.file);
            let read = for_each_line(&path, |line| {
                rows.extend(table.row(line, &wanted).map(|row| (row.inode, row)));
                if enough == Some(rows.len()) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            match read {
                Ok(()) => any = true,
                // Either the process is gone, or the kernel lacks the protocol (no IPv6).
                Err(error) if is_absent(&error) => {}
                Err(source) => {
                    let name = process.name.clone();
                    return Err(ScanError::Unreadable { pid: process.pid, name, source });
                }
            }
            if enough == Some(rows.len()) {
                break;
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

/// Calls `on` for each line of a file, until it has seen enough.
fn for_each_line(path: &str, mut on: impl FnMut(&[u8]) -> ControlFlow<()>) -> io::Result<()> {
    let mut file = BufReader::with_capacity(64 * 1024, File::open(path)?);
    let mut line = Vec::new();
    while file.read_until(b'\n', &mut line)? > 0 {
        if on(line.trim_ascii_end()).is_break() {
            break;
        }
        line.clear();
    }
    Ok(())
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

/// The protocol of a socket that is in no table, for example because it was never bound.
fn protocol_by_name(path: &str) -> Protocol {
    match protocol_name(path).as_deref() {
        Some(b"TCP" | b"TCPv6" | b"MPTCP" | b"MPTCPv6") => Protocol::Tcp,
        Some(b"UDP" | b"UDPv6") => Protocol::Udp,
        Some(b"UNIX" | b"UNIX-STREAM") => Protocol::Unix,
        _ => Protocol::Other,
    }
}

/// Returns the kernel's name for the protocol of the socket that a descriptor refers to.
fn protocol_name(path: &str) -> Option<Vec<u8>> {
    let mut name = [0; 32];
    let length = getxattr(path, "system.sockprotoname", &mut name[..]).ok()?;
    // The attribute's value ends with a zero.
    Some(name[..length].split(|byte| *byte == 0).next()?.to_owned())
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
