//! How many connections come from one address. This machine is nobody, and neither is a proxy.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::layer::network;

/// Connections at once from one address: an eighth of all.
pub(crate) const MOST: usize = super::CONNECTIONS / 8;

/// Who is connected how often; without a limit, nobody is counted.
pub(crate) struct Peers {
    most: Option<usize>,
    connected: Mutex<HashMap<IpAddr, usize>>,
}

/// A place among an address's connections, given back when dropped.
pub(super) struct Place {
    peers: Arc<Peers>,
    address: Option<IpAddr>,
}

impl Peers {
    pub(crate) fn new(most: Option<usize>) -> Arc<Self> {
        Arc::new(Self { most, connected: Mutex::default() })
    }

    /// A place for another connection from this address; `None` where it has as many as it may.
    pub(super) fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let place = |address| Place { peers: Arc::clone(self), address };
        let Some(most) = self.most.filter(|_| !peer.to_canonical().is_loopback()) else { return Some(place(None)) };
        let address = network(peer);
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        let number = connected.entry(address).or_default();
        if *number >= most {
            return None;
        }
        *number += 1;
        Some(place(Some(address)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut connected = self.peers.connected.lock().unwrap_or_else(PoisonError::into_inner);
        let left = connected.get(&address).map_or(0, |number| number.saturating_sub(1));
        if left == 0 {
            connected.remove(&address);
        } else {
            connected.insert(address, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_connections_and_one_that_ends_makes_room() {
        let peers = Peers::new(Some(2));
        let peer = |text: &str| peers.enter(text.parse().unwrap());
        let (one, _two) = (peer("2001:db8::1").unwrap(), peer("2001:db8::2").unwrap());
        assert!(peer("2001:db8::3").is_none(), "a customer has a whole /64");
        let other = [peer("192.0.2.1"), peer("::ffff:192.0.2.1")];
        assert!(other.iter().all(Option::is_some) && peer("192.0.2.1").is_none());
        drop(one);
        assert!(peer("2001:db8::3").is_some());
        drop(other);
        assert_eq!(peers.connected.lock().unwrap().len(), 1);
    }

    #[test]
    fn this_machine_and_a_proxy_have_as_many_as_they_like() {
        let (peers, proxied) = (Peers::new(Some(0)), Peers::new(None));
        assert!(peers.enter("127.0.0.1".parse().unwrap()).is_some() && peers.enter("::1".parse().unwrap()).is_some());
        assert!(peers.enter("192.0.2.1".parse().unwrap()).is_none() && proxied.enter("192.0.2.1".parse().unwrap()).is_some());
    }
}
