use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::target::Allowed;
use super::*;

#[test]
fn addresses_that_are_not_global_are_not() {
    for text in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.1.2.3",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "2606:4700::5efe:7f00:1",
        "2606:4700::200:5efe:a00:1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!is_global(text.parse().unwrap()), "{text}");
    }
}

#[test]
fn the_addresses_beside_those_blocks_are_global() {
    for text in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2001:db7::1",
        "2003::1",
        "2606:4700::1111",
    ] {
        assert!(is_global(text.parse().unwrap()), "{text}");
    }
}

#[test]
fn an_address_that_means_this_network_in_other_words_is_no_target() {
    for text in [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "https://",
        "example.com",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://a.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://metadata/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://0/",
        "https://127.0.0.1./",
        "https://①②⑦.0.0.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[fe80::1]/",
        "https://[64:ff9b::127.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://10.1.2.3/",
        "https://192.168.0.1:8443/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com/#a",
        "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
        "https://%6c%6f%63%61%6c%68%6f%73%74/",
    ] {
        assert!(allowed(false).target(text).is_none(), "{text}");
    }
    assert!(allowed(false).target("https://hooks.example.com/a?b=c").is_some());
    assert!(allowed(false).target("https://1.1.1.1:8443/").is_some());
    assert!(allowed(true).target("http://127.0.0.1:8443/").is_some() && allowed(true).target("ftp://127.0.0.1/").is_none());
}

/// On the ports of this test's addresses.
fn allowed(private: bool) -> Allowed {
    Allowed { private, ports: [80, 443, 8443].into(), ..Allowed::default() }
}

/// A client that resolves by this guard, as deliveries do.
fn client(guard: Guarded) -> reqwest::Client {
    _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().dns_resolver(Arc::new(guard)).no_proxy().build().unwrap()
}

/// Answers with one list of addresses after the other, the last one from then on.
struct Answers {
    lists: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Answers {
    fn new(lists: &[&[&str]]) -> Arc<Self> {
        let parsed = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Self { lists: lists.iter().map(parsed).collect(), asked: AtomicUsize::new(0) })
    }
}

impl Lookup for Answers {
    fn lookup(&self, _: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        let n = self.asked.fetch_add(1, Ordering::Relaxed).min(self.lists.len() - 1);
        let found = self.lists[n].iter().map(|ip| SocketAddr::new(*ip, 0)).collect();
        Box::pin(std::future::ready(Ok(found)))
    }
}

/// Listens on an address of this machine; whether somebody has come shows without waiting.
fn listener(address: &str, port: u16) -> TcpListener {
    let listener = TcpListener::bind((address, port)).unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

fn has_guest(listener: &TcpListener) -> bool {
    listener.accept().is_ok()
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_refused_when_it_is_resolved() {
    let error = client(Guarded::new()).get("http://localhost:9/").send().await.unwrap_err();
    assert!(is_refusal(&error));
}

#[tokio::test]
async fn nobody_is_connected_to_where_one_of_a_names_addresses_is_inside() {
    let inside = listener("127.0.0.1", 0);
    let url = format!("https://hooks.example.com:{}/", inside.local_addr().unwrap().port());
    for list in [
        &["127.0.0.1"][..],
        &["1.1.1.1", "127.0.0.1"],
        &["127.0.0.1", "1.1.1.1"],
        &["10.0.0.1"],
        &["169.254.169.254"],
        &["100.64.0.1"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["2002:7f00:1::"],
        &["fd00:ec2::254"],
    ] {
        let guard = Guarded { lookup: Answers::new(&[list]), allows: is_global };
        let error = client(guard).post(&url).send().await.unwrap_err();
        assert!(is_refusal(&error) && !has_guest(&inside), "{list:?}");
    }
}

/// 127.0.0.2 stands for an address on the internet, 127.0.0.3 for one inside.
#[tokio::test]
async fn a_name_that_flips_after_the_check_gains_nothing() {
    let outside = listener("127.0.0.2", 0);
    let port = outside.local_addr().unwrap().port();
    let inside = listener("127.0.0.3", port);
    let answers = Answers::new(&[&["127.0.0.2"], &["127.0.0.3"]]);
    let allows = |address: IpAddr| address == IpAddr::from([127, 0, 0, 2]);
    let client = client(Guarded { lookup: Arc::clone(&answers) as Arc<dyn Lookup>, allows });
    let url = format!("http://hooks.example.com:{port}/");
    // Whoever listens hangs up: what matters is where the connection went.
    let hang_up = async {
        while !has_guest(&outside) {
            tokio::task::yield_now().await;
        }
    };
    let (answer, ()) = tokio::join!(client.post(&url).send(), hang_up);
    assert!(!is_refusal(&answer.unwrap_err()));
    assert_eq!(answers.asked.load(Ordering::Relaxed), 1, "it goes to what was looked at, not to what a second question brings");
    assert!(!has_guest(&inside));
    let error = client.post(&url).send().await.unwrap_err();
    assert!(is_refusal(&error) && !has_guest(&inside) && !has_guest(&outside));
    assert_eq!(answers.asked.load(Ordering::Relaxed), 2);
}
