//! A server that is killed without warning under writes from several clients: after the restart every write
//! that was acknowledged is there exactly once, twenty times on one store.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::harness::{Chance, Client, Server, check, run, sqlite};
use crate::ledger::{Ledger, PRODUCTS, Row};

const ROUNDS: u64 = 20;
const CLIENTS: u64 = 6;

#[test]
fn acknowledged_writes_survive_a_killed_server_exactly_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    kill_again_and_again(&sqlite(folder.path(), "atelier.db"));
}

#[test]
fn acknowledged_writes_survive_a_killed_server_exactly_once_on_postgres() {
    let store = Cluster::shared().fresh_database();
    run(&["migrate"], Some(&store));
    kill_again_and_again(&store);
}

fn kill_again_and_again(store: &str) {
    let mut ledger = Ledger::default();
    let mut chance = Chance::new(1);
    for round in 0..ROUNDS {
        let moment = Duration::from_millis(50 + chance.below(250));
        write_until_killed(store, &mut ledger, round, moment);
        let server = Server::start(store);
        ledger.settle(&mut server.client());
        drop(server);
        check(store);
    }
    assert!(ledger.acknowledged > ROUNDS * CLIENTS, "only {} writes were acknowledged", ledger.acknowledged);
    assert!(ledger.unanswered > ROUNDS, "only {} writes were under way at a kill", ledger.unanswered);
}

/// Lets clients write until the server is killed at `moment`.
fn write_until_killed(store: &str, ledger: &mut Ledger, round: u64, moment: Duration) {
    let mut server = Server::start(store);
    let clients: Vec<Writer> = (0..CLIENTS)
        .map(|number| Writer {
            client: server.client(),
            chance: Chance::new(round * CLIENTS + number + 7),
            name: format!("round {round} client {number}"),
            questions: ledger.rows("questions"),
            answers: ledger.rows("answers"),
            ledger: Ledger::default(),
        })
        .collect();
    let ledgers: Vec<Ledger> = std::thread::scope(|scope| {
        let threads: Vec<_> = clients.into_iter().map(|client| scope.spawn(|| client.write())).collect();
        // The moment of the crash, not a wait for something to be ready.
        std::thread::sleep(moment);
        server.process.kill();
        threads.into_iter().map(|thread| thread.join().expect("no client panics")).collect()
    });
    for client_ledger in ledgers {
        ledger.add(client_ledger);
    }
}

/// A client that writes until its connection breaks.
struct Writer {
    client: Client,
    chance: Chance,
    name: String,
    questions: Vec<Row>,
    answers: Vec<Row>,
    ledger: Ledger,
}

impl Writer {
    fn write(mut self) -> Ledger {
        for number in 0.. {
            if !self.write_once(number) {
                break;
            }
        }
        self.ledger
    }

    /// `false` when the connection broke.
    fn write_once(&mut self, number: u64) -> bool {
        // Bodies of different lengths go to different products.
        let dots = ".".repeat(self.pick(PRODUCTS));
        let body = format!("{} write {number}{dots}", self.name);
        let Self { client, ledger, .. } = self;
        if self.questions.is_empty() || number.is_multiple_of(8) {
            let id = ledger.post(client, "/qa/questions", "questions", &body);
            self.questions.extend(id.map(|id| ("questions", id)));
            return id.is_some();
        }
        let place = self.pick(self.questions.len() as u64);
        let question = self.questions[place];
        if self.answers.is_empty() || number.is_multiple_of(4) {
            let path = format!("/qa/questions/{}/answers", question.1);
            let id = self.ledger.post(&mut self.client, &path, "answers", &body);
            self.answers.extend(id.map(|id| ("answers", id)));
            return id.is_some();
        }
        let answer_place = self.pick(self.answers.len() as u64);
        let answer = self.answers[answer_place];
        match number % 16 {
            // Answers only: the answers of a reported question are hidden with it.
            3 => self.ledger.report(&mut self.client, answer),
            1 | 5 | 7 | 11 => self.ledger.vote(&mut self.client, answer),
            _ => self.ledger.vote(&mut self.client, question),
        }
    }

    fn pick(&mut self, bound: u64) -> usize {
        usize::try_from(self.chance.below(bound)).expect("a small number")
    }
}
