//! A small HTTP client that sends anything, right or wrong.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

pub(super) struct Client {
    stream: BufReader<TcpStream>,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        &found.unwrap_or_else(|| panic!("no header {name} in {self:?}")).1
    }
}

impl Client {
    pub(super) async fn connect(addr: SocketAddr) -> Self {
        Self { stream: BufReader::new(TcpStream::connect(addr).await.unwrap()) }
    }

    /// Our end, which is the peer to the server.
    pub(super) fn addr(&self) -> SocketAddr {
        self.stream.get_ref().local_addr().unwrap()
    }

    pub(super) async fn send(&mut self, raw: impl AsRef<[u8]>) {
        self.stream.write_all(raw.as_ref()).await.unwrap();
    }

    pub(super) async fn try_send(&mut self, raw: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(raw).await
    }

    /// Sends a request without a body, with headers as `Name: value\r\n`.
    pub(super) async fn request(&mut self, method: &str, path: &str, headers: &str) {
        self.send(format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")).await;
    }

    pub(super) async fn get(&mut self, path: &str) {
        self.request("GET", path, "").await;
    }

    pub(super) async fn next(&mut self) {
        self.get("/2018-06-01/runtime/invocation/next").await;
    }

    /// Sends a request with a body and a length.
    pub(super) async fn post(&mut self, path: &str, headers: &str, body: &[u8]) {
        let headers = format!("{headers}Content-Length: {}\r\n", body.len());
        self.request("POST", path, &headers).await;
        self.send(body).await;
    }

    pub(super) async fn answer(&mut self) -> Answer {
        let status_line = self.line().await;
        let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut headers = Vec::new();
        loop {
            let line = self.line().await;
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.push((name.to_owned(), value.to_owned()));
        }
        let mut answer = Answer { status: status.unwrap(), headers, body: String::new() };
        let mut body = vec![0; answer.header("content-length").parse().unwrap()];
        self.stream.read_exact(&mut body).await.unwrap();
        answer.body = String::from_utf8(body).unwrap();
        answer
    }

    /// The status of an answer that has neither headers nor a body.
    pub(super) async fn interim_status(&mut self) -> u16 {
        let status_line = self.line().await;
        assert_eq!(self.line().await, "");
        status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap()
    }

    /// Returns whether everything that has come was read.
    pub(super) fn has_nothing(&self) -> bool {
        let mut byte = [0];
        let read = self.stream.get_ref().try_read(&mut byte);
        self.stream.buffer().is_empty()
            && read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }

    /// Waits until the server has closed the connection, and gives what came before.
    pub(super) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.unwrap();
        String::from_utf8(rest).unwrap()
    }

    pub(super) async fn finish_writing(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }
}
