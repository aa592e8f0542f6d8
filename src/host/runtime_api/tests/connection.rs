//! Connections, and the end of the server.

use crate::host::runtime_api::tests::client::Client;
use crate::host::runtime_api::tests::fixture::Fixture;
use crate::observation::ApiMoment;

#[tokio::test]
async fn every_connection_is_reported_from_its_first_moment_to_its_end() {
    let mut fixture = Fixture::new().await;
    let mut client = Client::connect(fixture.api.addr()).await;
    let peer = client.addr();
    client.next().await;
    assert_eq!(fixture.any_moment().await, ApiMoment::ConnectionOpened { peer });
    assert_eq!(fixture.any_moment().await, ApiMoment::NextRequested);
    drop(client);
    assert_eq!(fixture.any_moment().await, ApiMoment::ConnectionClosed { peer });
}

#[tokio::test]
async fn a_dropped_server_closes_its_connections() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    client.next().await;
    assert_eq!(fixture.moment().await, ApiMoment::NextRequested);
    let Fixture { api, mut signals, .. } = fixture;
    let addr = api.addr();
    drop(api);
    assert_eq!(client.rest().await, "");
    let closed = signals.recv().await.unwrap().moment;
    assert_eq!(closed, ApiMoment::ConnectionClosed { peer: client.addr() });
    assert!(signals.recv().await.is_none(), "nothing is left that could tell more");
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn it_serves_on_when_nobody_listens() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    let Fixture { api: _api, signals, .. } = fixture;
    drop(signals);
    client.post("/2018-06-01/runtime/invocation/a/response", "", b"x").await;
    assert_eq!(client.answer().await.status, 202);
}
