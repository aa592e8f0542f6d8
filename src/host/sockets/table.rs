//! The kernel's socket tables, as text: `/proc/<pid>/net/{tcp,tcp6,udp,udp6,unix}`.
//!
//! Only parsing. A row that cannot be understood is left out: its socket is then in no table, and
//! the scan shows it as unknown, so that nothing that a stranger binds can hide what is ours.
//! (The procfs crate gives up on the whole table at a path that is not UTF-8, and it does not
//! distinguish Unix listeners from others.)

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::model::socket::{Protocol, SocketState};

/// A table, and how to read it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Table {
    /// Its name below `/proc/<pid>/net`.
    pub(super) file: &'static str,
    protocol: Protocol,
}

/// Every table, the cheap ones first: to read one of TCP's to its end the kernel walks all of its
/// buckets, twice, which takes milliseconds.
pub(super) const ALL: &[Table] = &[
    Table { file: "unix", protocol: Protocol::Unix },
    Table { file: "udp", protocol: Protocol::Udp },
    Table { file: "udp6", protocol: Protocol::Udp },
    Table { file: "tcp", protocol: Protocol::Tcp },
    Table { file: "tcp6", protocol: Protocol::Tcp },
];

/// The tables of TCP alone.
pub(super) const TCP: &[Table] = ALL.split_at(3).1;

/// The tables that a socket can be in, by what the kernel calls its protocol.
pub(super) fn with_protocol(name: &[u8]) -> &'static [Table] {
    match name {
        b"TCP" => &ALL[3..4],
        b"TCPv6" => &ALL[4..],
        b"UDP" => &ALL[1..2],
        b"UDPv6" => &ALL[2..3],
        b"UNIX" | b"UNIX-STREAM" => &ALL[..1],
        b"NETLINK" | b"PACKET" => &[],
        _ => ALL,
    }
}

/// One row of a table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Row {
    pub(super) inode: u64,
    pub(super) protocol: Protocol,
    /// Local address of an internet socket.
    pub(super) address: Option<SocketAddr>,
    pub(super) local: Option<String>,
    pub(super) peer: Option<String>,
    pub(super) state: SocketState,
    pub(super) receive_queue: u64,
    pub(super) send_queue: u64,
}

impl Table {
    /// The row in a line, if its inode is asked for; the heading is no row.
    pub(super) fn row(self, line: &[u8], wanted: impl Fn(u64) -> bool) -> Option<Row> {
        match self.protocol {
            Protocol::Unix => unix(line, wanted),
            protocol => internet(line, protocol, wanted),
        }
    }
}

/// `sl: local rem st tx:rx tr:when retrnsmt uid timeout inode …`
fn internet(line: &[u8], protocol: Protocol, wanted: impl Fn(u64) -> bool) -> Option<Row> {
    let line = str::from_utf8(line).ok()?;
    let mut fields = line.split_ascii_whitespace().skip(1);
    let (local, peer, state, queues) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let inode = fields.nth(4)?.parse().ok()?;
    if !wanted(inode) {
        return None;
    }
    let (send, receive) = queues.split_once(':')?;
    let address = address(local)?;
    let peer = self::address(peer)?;
    Some(Row {
        inode,
        protocol,
        address: Some(address),
        local: Some(address.to_string()),
        peer: (peer.port() != 0 || !peer.ip().is_unspecified()).then(|| peer.to_string()),
        state: internet_state(protocol, u8::from_str_radix(state, 16).ok()?),
        receive_queue: u64::from_str_radix(receive, 16).ok()?,
        send_queue: u64::from_str_radix(send, 16).ok()?,
    })
}

/// `Num: RefCount Protocol Flags Type St Inode Path`, where the path may hold anything.
fn unix(line: &[u8], wanted: impl Fn(u64) -> bool) -> Option<Row> {
    const LISTENS: u32 = 0x10000;
    // The inode is padded with blanks, so the path is what stands after the inode's digits.
    let head: Vec<&str> = line
        .splitn(7, |byte| *byte == b' ')
        .take(6)
        .map(str::from_utf8)
        .collect::<Result<_, _>>()
        .ok()?;
    let start = head.iter().map(|field| field.len() + 1).sum::<usize>();
    let tail = line.get(start..)?.trim_ascii_start();
    let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let inode = str::from_utf8(&tail[..digits]).ok()?.parse().ok()?;
    if !wanted(inode) {
        return None;
    }
    let flags = u32::from_str_radix(head.get(3)?, 16).ok()?;
    let state = u8::from_str_radix(head.get(5)?, 16).ok()?;
    let path = tail.get(digits + 1..).filter(|path| !path.is_empty());
    Some(Row {
        inode,
        protocol: Protocol::Unix,
        address: None,
        local: path.map(|path| String::from_utf8_lossy(path).into_owned()),
        peer: None,
        state: if flags & LISTENS != 0 { SocketState::Listen } else { unix_state(state) },
        receive_queue: 0,
        send_queue: 0,
    })
}

/// Kernel numbers of `include/net/tcp_states.h`; UDP uses two of them.
fn internet_state(protocol: Protocol, state: u8) -> SocketState {
    match state {
        0x01 => SocketState::Established,
        0x02 | 0x03 | 0x0C => SocketState::Connecting,
        0x07 => SocketState::Unconnected,
        0x04 | 0x05 | 0x06 | 0x09 | 0x0B if protocol == Protocol::Tcp => SocketState::Closing,
        0x08 => SocketState::CloseWait,
        0x0A => SocketState::Listen,
        _ => SocketState::Unknown,
    }
}

/// Kernel numbers of `socket_state` in `include/uapi/linux/net.h`.
fn unix_state(state: u8) -> SocketState {
    match state {
        1 => SocketState::Unconnected,
        2 => SocketState::Connecting,
        3 => SocketState::Established,
        4 => SocketState::Closing,
        _ => SocketState::Unknown,
    }
}

/// `0100007F:1F90`: words of the address in the machine's byte order, then the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| Some(u32::from_str_radix(ip.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    let ip = match ip.len() {
        8 => IpAddr::from(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut bytes = [0; 16];
            for (index, chunk) in bytes.chunks_exact_mut(4).enumerate() {
                chunk.copy_from_slice(&word(index * 8)?);
            }
            // A v4 client of a dual-stack listener: shown as what the user wrote.
            IpAddr::from(Ipv6Addr::from(bytes)).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    const UNIX: usize = 0;
    const TCP4: usize = 3;
    const TCP6: usize = 4;

    fn row(table: usize, line: &str) -> Option<Row> {
        ALL[table].row(line.as_bytes(), |_| true)
    }

    #[test]
    fn a_tcp_row_is_read() {
        let line = "   3: 0100007F:1F90 0200007F:C001 08 0000000A:0000000B 00:00000000 00000000  1000        0 4711 1 0000000000000000 20 4 30 10 -1";
        let row = row(TCP4, line).unwrap();
        assert_eq!(row.inode, 4711);
        assert_eq!(row.local.as_deref(), Some("127.0.0.1:8080"));
        assert_eq!(row.peer.as_deref(), Some("127.0.0.2:49153"));
        assert_eq!(row.state, SocketState::CloseWait);
        assert_eq!((row.send_queue, row.receive_queue), (10, 11));
    }

    #[test]
    fn a_listener_has_no_peer() {
        let line = "0: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 9 1";
        let row = row(TCP6, line).unwrap();
        assert_eq!((row.local.as_deref(), row.peer), (Some("[::1]:80"), None));
        assert_eq!(row.state, SocketState::Listen);
    }

    #[test]
    fn a_mapped_address_is_shown_as_v4() {
        let line = "0: 0000000000000000FFFF00000100007F:0050 00000000000000000000000000000000:0000 01 0:0 00:0 0 0 0 9 1";
        assert_eq!(row(TCP6, line).unwrap().local.as_deref(), Some("127.0.0.1:80"));
    }

    #[test]
    fn every_state_has_a_meaning() {
        for (number, state) in [
            (1, SocketState::Established),
            (2, SocketState::Connecting),
            (3, SocketState::Connecting),
            (4, SocketState::Closing),
            (5, SocketState::Closing),
            (6, SocketState::Closing),
            (7, SocketState::Unconnected),
            (8, SocketState::CloseWait),
            (9, SocketState::Closing),
            (10, SocketState::Listen),
            (11, SocketState::Closing),
            (12, SocketState::Connecting),
            (13, SocketState::Unknown),
        ] {
            assert_eq!(internet_state(Protocol::Tcp, number), state, "{number}");
        }
    }

    #[test]
    fn unix_rows_keep_blanks_in_paths_and_tell_listeners() {
        let listener =
            row(UNIX, "0000000000000000: 00000002 00000000 00010000 0001 01 25413 /run/a b.sock")
                .unwrap();
        assert_eq!(listener.state, SocketState::Listen);
        assert_eq!(listener.local.as_deref(), Some("/run/a b.sock"));
        let unnamed =
            row(UNIX, "0000000000000000: 00000003 00000000 00000000 0001 03   413").unwrap();
        assert_eq!((unnamed.inode, unnamed.local), (413, None));
        assert_eq!(unnamed.state, SocketState::Established);
    }

    #[test]
    fn a_path_need_not_be_utf8() {
        let row = ALL[UNIX].row(b"0: 2 0 00010000 0001 01 1 /\xff", |_| true).unwrap();
        assert_eq!(row.local.as_deref(), Some("/\u{fffd}"));
    }

    #[test]
    fn headings_are_no_rows() {
        let heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
        assert_eq!(row(TCP4, heading), None);
        assert_eq!(row(UNIX, "Num       RefCount Protocol Flags    Type St Inode Path"), None);
    }

    #[test]
    fn a_protocol_names_its_tables() {
        let files = |name| -> Vec<&str> { with_protocol(name).iter().map(|t| t.file).collect() };
        assert_eq!(files(b"TCP"), ["tcp"]);
        assert_eq!(files(b"TCPv6"), ["tcp6"]);
        assert_eq!(files(b"UDP"), ["udp"]);
        assert_eq!(files(b"UDPv6"), ["udp6"]);
        assert_eq!(files(b"UNIX-STREAM"), ["unix"]);
        assert_eq!(files(b"NETLINK"), [""; 0]);
        assert_eq!(files(b"anything else").len(), ALL.len());
    }

    #[test]
    fn what_is_not_a_row_is_left_out() {
        for table in 0..ALL.len() {
            for line in
                ["", "x", "0:", "0: 1 2 3 4 5", "0: \u{fe}", "1 2 3 4 5 6 ", "0: 2 0 z 1 1 1"]
            {
                assert_eq!(row(table, line), None, "{line:?}");
            }
        }
        assert_eq!(row(TCP4, "0: zz:1 zz:1 01 0:0 0 0 0 0 9"), None);
    }

    #[test]
    fn only_what_is_wanted_is_read() {
        assert!(ALL[UNIX].row(b"0: 2 0 0 1 1 1", |inode| inode == 1).is_some());
        assert!(ALL[UNIX].row(b"0: 2 0 0 1 1 1", |inode| inode == 2).is_none());
    }
}
