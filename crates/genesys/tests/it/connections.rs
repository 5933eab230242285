//! Connections of HTTP/1.1 over several calls.

use std::net::Ipv4Addr;

use guestsync_genesys::Client;
use guestsync_genesys::call::GuestId;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use url::Url;

use crate::server::{Seen, Server, token};

/// What a server tells of its connections, counted from 0.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Asked(usize),
    Ended(usize),
}

/// A client of a server whose connections each answer so many requests with their own number, and end without a word at the next
/// moment; without a number they end at no time, nor do they answer.
async fn client(requests: Option<usize>) -> (Client, mpsc::UnboundedReceiver<Told>) {
    let tokens = Server::start(|n, _: &Seen| token(n)).await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut settings = tokens.settings();
    settings.api_base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for number in 0.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            let tell = tell.clone();
            tokio::spawn(async move {
                let (reader, mut writer) = socket.split();
                let mut lines = BufReader::new(reader).lines();
                let mut left = requests;
                while left != Some(0)
                    && let Ok(Some(line)) = lines.next_line().await
                {
                    if !line.is_empty() {
                        continue;
                    }
                    _ = tell.send(Told::Asked(number));
                    if let Some(left) = &mut left {
                        *left -= 1;
                        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{number}");
                        writer.write_all(answer.as_bytes()).await.unwrap();
                    }
                }
                drop(socket);
                _ = tell.send(Told::Ended(number));
            });
        }
    });
    (Client::new(settings, None).unwrap(), told)
}

#[tokio::test]
async fn a_connection_serves_one_call_after_another_and_one_that_the_server_has_ended_is_replaced() {
    let (client, mut told) = client(Some(3)).await;
    let guest = GuestId::parse("g-1").unwrap();
    for number in 0..4 {
        for _ in 0..3 {
            assert_eq!(client.profile(&guest).await.unwrap().body, number.to_string());
            assert_eq!(told.recv().await, Some(Told::Asked(number)));
        }
        assert_eq!(told.recv().await, Some(Told::Ended(number)));
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_takes_its_connection_with_it() {
    let (client, mut told) = client(None).await;
    let guest = GuestId::parse("g-1").unwrap();
    for number in 0..3 {
        tokio::select! {
            answer = client.profile(&guest) => unreachable!("{answer:?}"),
            asked = told.recv() => assert_eq!(asked, Some(Told::Asked(number))),
        }
        assert_eq!(told.recv().await, Some(Told::Ended(number)));
    }
}
