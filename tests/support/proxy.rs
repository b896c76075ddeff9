//! A relay between a client and a server that listens, whose connections can be cut as a network does: without a word.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Either kind of stream.
enum Either {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Either {
    fn connect(url: &str) -> Self {
        match url.strip_prefix("unix://") {
            Some(path) => Self::Unix(UnixStream::connect(path).unwrap()),
            None => Self::Tcp(TcpStream::connect(url.trim_start_matches("ws://")).unwrap()),
        }
    }

    fn again(&self) -> Self {
        match self {
            Self::Unix(stream) => Self::Unix(stream.try_clone().unwrap()),
            Self::Tcp(stream) => Self::Tcp(stream.try_clone().unwrap()),
        }
    }

    fn shut(&self) {
        // It may have ended by itself.
        let _ = match self {
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
        };
    }

    /// Carries bytes until either side ends.
    fn carry(mut self, mut to: Self) {
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let read = match &mut self {
                Self::Unix(stream) => stream.read(&mut chunk),
                Self::Tcp(stream) => stream.read(&mut chunk),
            };
            let Ok(read @ 1..) = read else { break };
            let written = match &mut to {
                Self::Unix(stream) => stream.write_all(&chunk[..read]),
                Self::Tcp(stream) => stream.write_all(&chunk[..read]),
            };
            if written.is_err() {
                break;
            }
        }
        to.shut();
    }
}

/// The relay. It accepts connections as long as the test runs.
pub(crate) struct Proxy {
    pub(crate) url: String,
    open: Arc<Mutex<Vec<Either>>>,
}

impl Proxy {
    /// In front of the server at `url`, of the same kind.
    pub(crate) fn before(url: &str) -> Self {
        let open = Arc::<Mutex<Vec<Either>>>::default();
        let (accepting, upstream) = (Arc::clone(&open), url.to_owned());
        let accept = move |client: Either| {
            let server = Either::connect(&upstream);
            let mut open = accepting.lock().unwrap();
            open.extend([client.again(), server.again()]);
            let (from_client, from_server) = (client.again(), server.again());
            std::thread::spawn(move || from_client.carry(server));
            std::thread::spawn(move || from_server.carry(client));
        };
        let url = if let Some(path) = url.strip_prefix("unix://") {
            let path = PathBuf::from(format!("{path}.proxy"));
            let listener = UnixListener::bind(&path).unwrap();
            std::thread::spawn(move || {
                for client in listener.incoming() {
                    accept(Either::Unix(client.unwrap()));
                }
            });
            format!("unix://{}", path.display())
        } else {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            std::thread::spawn(move || {
                for client in listener.incoming() {
                    accept(Either::Tcp(client.unwrap()));
                }
            });
            format!("ws://{address}")
        };
        Self { url, open }
    }

    /// Cuts every connection.
    pub(crate) fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            stream.shut();
        }
    }
}
