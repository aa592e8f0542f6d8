//! A handler with an internal extension that keeps the environment awake until it has flushed: it
//! asks for its next event only then. It speaks HTTP by hand, to need no library.
//!
//! Truth:
//! * pending at the response: the task of the extension, started in the init phase, cold `1`,
//!   warm `1`; and the task that flushes for 200 ms, cold `1`, warm `1`
//! * the flush is safe: it ends before the extension asks for its next event, and nothing is frozen
//!   before that

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut connection = TcpStream::connect(&api).await?;
    let id = register(&mut connection, &api).await?;
    let (flushes, mut started) = mpsc::unbounded_channel::<JoinHandle<()>>();
    tokio::spawn(async move {
        loop {
            let next = request(
                "GET",
                "event/next",
                &api,
                &format!("Lambda-Extension-Identifier: {id}\r\n"),
                "",
            );
            if exchange(&mut connection, &next).await.is_err() {
                return;
            }
            if let Some(flush) = started.recv().await {
                let _ = flush.await;
            }
        }
    });
    run(service_fn(move |event: LambdaEvent<Value>| {
        let flush = tokio::spawn(tokio::time::sleep(Duration::from_millis(200)));
        let sent = flushes.send(flush);
        async move {
            sent?;
            Ok::<Value, Error>(event.payload)
        }
    }))
    .await
}

async fn register(connection: &mut TcpStream, api: &str) -> Result<String, Error> {
    let body = r#"{"events":["INVOKE"]}"#;
    let register =
        request("POST", "register", api, "Lambda-Extension-Name: internal-extension\r\n", body);
    let head = exchange(connection, &register).await?.to_lowercase();
    let id = head.lines().find_map(|line| line.strip_prefix("lambda-extension-identifier: "));
    Ok(id.ok_or("no identifier")?.to_owned())
}

fn request(method: &str, path: &str, api: &str, headers: &str, body: &str) -> String {
    format!(
        "{method} /2020-01-01/extension/{path} HTTP/1.1\r\nHost: {api}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends a request, and reads the answer with its body; its head is returned.
async fn exchange(connection: &mut TcpStream, request: &str) -> Result<String, Error> {
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length: ").and_then(|length| length.parse().ok())
            });
            if body.len() >= length.unwrap_or(0) {
                return Ok(head.to_owned());
            }
        }
        let mut part = [0; 4096];
        let read = connection.read(&mut part).await?;
        if read == 0 {
            return Err("the Runtime API has gone".into());
        }
        answer.extend_from_slice(&part[..read]);
    }
}
