//! A TCP proxy in front of a server, as the network between two machines. It can be redirected or fall silent.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// A port that forwards to another one.
pub(crate) struct Network {
    pub(crate) port: u16,
    state: watch::Sender<State>,
    accepting: JoinHandle<()>,
}

#[derive(Clone, Copy)]
struct State {
    target: u16,
    /// Connections up to this number carry nothing any more, without being closed.
    silent_up_to: usize,
    /// Connections up to this number are closed.
    closed_up_to: usize,
    accepted: usize,
}

impl Network {
    pub(crate) async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = watch::Sender::new(State { target, silent_up_to: 0, closed_up_to: 0, accepted: 0 });
        let accepting = tokio::spawn(accept(listener, state.clone()));
        Self { port, state, accepting }
    }

    /// Existing connections carry nothing any more, as after a firewall has dropped their state. New ones work.
    pub(crate) fn forget_connections(&self) {
        self.state.send_modify(|state| state.silent_up_to = state.accepted);
    }

    /// Nothing is carried any more, including on new connections.
    pub(crate) fn fall_silent(&self) {
        self.state.send_modify(|state| state.silent_up_to = usize::MAX);
    }

    /// New connections work again. Earlier ones stay silent.
    pub(crate) fn speak_again(&self) {
        self.forget_connections();
    }

    /// The number of connections so far.
    pub(crate) fn accepted(&self) -> usize {
        self.state.borrow().accepted
    }

    /// Redirects new connections. Earlier ones are closed.
    pub(crate) fn lead_to(&self, target: u16) {
        self.state.send_modify(|state| (state.target, state.closed_up_to) = (target, state.accepted));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: watch::Sender<State>) {
    while let Ok((client, _)) = listener.accept().await {
        state.send_modify(|state| state.accepted += 1);
        let now = *state.borrow();
        tokio::spawn(carry(client, now.accepted, now.target, state.subscribe()));
    }
}

/// Forwards both directions until either end closes its side, or the network closes the connection.
async fn carry(client: TcpStream, number: usize, target: u16, mut state: watch::Receiver<State>) {
    let Ok(server) = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], target))).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let mut closed = state.clone();
    tokio::select! {
        () = copy(from_client, to_server, number, state.clone()) => {}
        () = copy(from_server, to_client, number, state.clone()) => {}
        _ = closed.wait_for(|state| number <= state.closed_up_to) => {}
    }
    // A silent connection does not tell either end that the other has gone.
    drop(state.wait_for(|state| number > state.silent_up_to || number <= state.closed_up_to).await);
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: usize, mut state: watch::Receiver<State>) {
    let mut bytes = vec![0; 1 << 14];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if state.wait_for(|state| number > state.silent_up_to).await.is_err() {
            return;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
