//! Carries out `docs/migrate.md`. A former database with odd rows takes writes until it is made
//! read-only. Its rows are moved into either store and compared. Then the way back is taken, with
//! the rows that were written since.

use std::fs;

use serde_json::{Value, json};

use super::blocks::{Block, Document};
use super::session::{Said, Session};
use crate::project::{read, root};
use crate::support::cluster::Cluster;
use crate::support::program::Server;

/// The former backend's tables as they mostly are.
const TABLES: &str = "
    CREATE TABLE questions (id serial PRIMARY KEY, product_id integer NOT NULL, body varchar(1000), date_written bigint,
        asker_name varchar(60), asker_email varchar(60), reported boolean DEFAULT false, helpful integer DEFAULT 0);
    CREATE TABLE answers (id serial PRIMARY KEY, question_id integer REFERENCES questions, body text, date_written bigint,
        answerer_name varchar(60), answerer_email varchar(60), reported boolean DEFAULT false, helpful integer DEFAULT 0);
    CREATE TABLE answers_photos (id serial PRIMARY KEY, answer_id integer REFERENCES answers, url text);";

/// Rows that are hard to write as CSV: line ends, quotes, commas, backslashes, the end mark of a
/// copy, other scripts, empty texts, hidden rows, old dates, ids with gaps.
const ROWS: &str = r#"
    INSERT INTO questions VALUES
        (1, 7, E'Is it "red",\nor not?\\', 1595884714409, 'ann', 'ann@mail.test', false, 3),
        (2, 7, E'\\.', 946684800000, '', NULL, false, NULL),
        (5, 7, 'hidden', 946684800001, 'ann', 'ann@mail.test', true, 9),
        (9, 1000011, 'Größe? 尺寸？ 😀', 631152000000, 'O''Neil, Pat', 'pat@mail.test', NULL, 40);
    INSERT INTO answers VALUES
        (3, 1, E'a\tb ''c'' ""', 1595884714409, 'bob', 'bob@mail.test', false, 2),
        (4, 1, 'NULL', 946684800005, 'kim', '', false, 7),
        (8, 1, 'hidden', 946684800005, 'kim', 'kim@mail.test', true, 8);
    INSERT INTO answers_photos VALUES (6, 3, 'https://example.com/a,b"c.jpg'), (7, 3, 'https://example.com/ü.jpg');
    SELECT setval('questions_id_seq', 9), setval('answers_id_seq', 8), setval('answers_photos_id_seq', 7);"#;

/// What is written after the first copy.
const WRITTEN_MEANWHILE: &str = "
    UPDATE questions SET helpful = 41 WHERE id = 9;
    UPDATE answers SET reported = true WHERE id = 4;
    INSERT INTO answers (question_id, body, date_written, answerer_name) VALUES (9, 'Late.', 946771200000, 'zoe');";

/// All of the former database, as text.
const EVERYTHING: &str = "
    SELECT q::text FROM questions q UNION ALL SELECT a::text FROM answers a UNION ALL SELECT p::text FROM answers_photos p
    ORDER BY 1";

fn document() -> Document {
    Document::read(&read(&root().join("docs/migrate.md"))).expect("a document")
}

/// A former database and a store to fill, as the document names them.
struct Move {
    document: Document,
    session: Session,
    database: String,
    store: String,
}

impl Move {
    fn new(tables: &str, rows: &str, new_store: impl Fn(&Session) -> String) -> Self {
        let old = Cluster::shared().fresh_database();
        let database = database(&old).to_owned();
        let mut session = Session::new();
        let store = new_store(&session);
        session.replace("postgres://shop@old-db.example/shop", old);
        session.replace("sqlite:/var/lib/atelier/atelier.db", store.clone());
        session.replace_ports(&["3000"]);
        let moving = Self { document: document(), session, database, store };
        moving.sql(tables);
        moving.sql(rows);
        moving
    }

    fn sql(&self, sql: &str) -> String {
        Cluster::shared().sql(&self.database, sql)
    }

    /// Types the addresses and then these blocks.
    fn type_in(&self, blocks: &[&Block]) -> Said {
        self.session.type_in(&[self.document.section("Moving in"), blocks.to_vec()].concat())
    }

    fn section(&self, heading: &str) -> Vec<&Block> {
        self.document.section(heading).into_iter().filter(|block| block.language == "sh").collect()
    }

    /// What the service shows for both products, and the answers of the first question.
    fn shown(&self) -> [Value; 3] {
        let server = Server::start(&self.store);
        let mut client = server.client();
        ["/qa/questions?product_id=7", "/qa/questions?product_id=1000011", "/qa/questions/1/answers"]
            .map(|target| client.get(target))
    }

    /// Whether the former database takes a write of a new session.
    fn takes_writes(&self) -> bool {
        let allowed = self.sql("SHOW default_transaction_read_only") == "off";
        if allowed {
            self.sql("UPDATE questions SET helpful = helpful WHERE id = 1");
        }
        allowed
    }
}

fn database(address: &str) -> &str {
    address
        .split_once("@/")
        .and_then(|(_, rest)| rest.split('?').next())
        .expect("an address of a throw-away database")
}

fn question(id: u32, body: &str, date: &str, name: &str, helpful: u32, answers: &Value) -> Value {
    json!({"question_id": id, "question_body": body, "question_date": date, "asker_name": name,
        "question_helpfulness": helpful, "reported": false, "answers": answers})
}

/// The rows that must be listed, before and after the late ones.
fn expected(is_late: bool) -> [Value; 3] {
    let (date, urls) =
        ("2020-07-27T21:18:34.409Z", ["https://example.com/a,b\"c.jpg", "https://example.com/ü.jpg"]);
    let third = json!({"id": 3, "body": "a\tb 'c' \"\"", "date": date, "answerer_name": "bob", "helpfulness": 2, "photos": urls});
    let fourth = json!({"id": 4, "body": "NULL", "date": "2000-01-01T00:00:00.005Z", "answerer_name": "kim",
        "helpfulness": 7, "photos": []});
    let late = json!({"9": {"id": 9, "body": "Late.", "date": "2000-01-02T00:00:00.000Z", "answerer_name": "zoe",
        "helpfulness": 0, "photos": []}});
    let answers = if is_late { json!({"3": third}) } else { json!({"4": fourth, "3": third}) };
    let listed = |answer: &Value| {
        let mut listed = answer.clone();
        let row = listed.as_object_mut().expect("an object");
        let id = row.remove("id").expect("an id");
        row.insert("answer_id".to_owned(), id);
        if answer["id"] == 3 {
            row.insert("photos".to_owned(), json!([{"id": 6, "url": urls[0]}, {"id": 7, "url": urls[1]}]));
        }
        listed
    };
    let list = if is_late { vec![listed(&third)] } else { vec![listed(&fourth), listed(&third)] };
    let (of_ninth, votes) = if is_late { (late, 41) } else { (json!({}), 40) };
    let first = question(1, "Is it \"red\",\nor not?\\", date, "ann", 3, &answers);
    let second = question(2, "\\.", "2000-01-01T00:00:00.000Z", "", 0, &json!({}));
    let ninth = question(9, "Größe? 尺寸？ 😀", "1990-01-01T00:00:00.000Z", "O'Neil, Pat", votes, &of_ninth);
    [
        json!({"product_id": "7", "results": [first, second]}),
        json!({"product_id": "1000011", "results": [ninth]}),
        json!({"question": "1", "page": 1, "count": 5, "results": list}),
    ]
}

/// The whole way in, and back.
fn move_in_and_back(new_store: impl Fn(&Session) -> String) {
    let moving = Move::new(TABLES, ROWS, new_store);
    let [over, back] = ["Switch over", "The way back"].map(|heading| moving.section(heading));
    let copy = moving.section("From PostgreSQL");
    let said = moving.type_in(&[copy.clone(), moving.section("Import and check")].concat());
    let counted = "4 questions, 3 answers, 2 photos";
    let counts = said.0.iter().flat_map(|said| said.lines()).filter(|line| line.starts_with(counted));
    assert_eq!(counts.count(), 2, "as checked and as the former database counts: {said:?}");
    assert_eq!(moving.shown(), expected(false));

    moving.sql(WRITTEN_MEANWHILE);
    assert!(moving.takes_writes());
    moving.type_in(&[&over[..1], &copy[..], &over[1..]].concat());
    assert!(!moving.takes_writes());
    assert_eq!(moving.shown(), expected(true));

    moving.type_in(&back[..1]);
    assert!(moving.takes_writes());
    moving.type_in(&over[..1]);
    let server = Server::start(&moving.store);
    let mut client = server.client();
    let vote = client.exchange("PUT", "/qa/questions/1/helpful", "{}").expect("an answer");
    let new = r#"{"body":"And now?","name":"Ada","email":"ada@example.com","product_id":7}"#;
    let added = client.exchange("POST", "/qa/questions", new).expect("an answer");
    assert_eq!((vote.status, added.status), (204, 201), "{vote:?} {added:?}");
    drop((client, server));
    let id = added.json()["question_id"].as_u64().expect("an id");
    moving.type_in(&back[1..]);
    assert!(moving.takes_writes());
    assert_everything_came_back(&moving, id);
}

/// The former database has its last rows, except that nulls may differ, and the rows that were
/// written to the service.
fn assert_everything_came_back(moving: &Move, id: u64) {
    let everything = moving.sql(EVERYTHING);
    let original = Cluster::shared().fresh_database();
    let database = database(&original);
    for statements in [TABLES, ROWS, WRITTEN_MEANWHILE] {
        Cluster::shared().sql(database, statements);
    }
    let new = format!(
        "UPDATE questions SET helpful = helpful + 1 WHERE id = 1;
         INSERT INTO questions VALUES ({id}, 7, 'And now?', 1000000000000, 'Ada', 'ada@example.com', false, 0);
         UPDATE questions SET reported = coalesce(reported, false), helpful = coalesce(helpful, 0)"
    );
    Cluster::shared().sql(database, &new);
    // The time of writing does not matter here. An empty text of the former database comes back as
    // null or as empty.
    let alike = |text: &str| text.lines().map(alike).collect::<Vec<_>>();
    assert_eq!(alike(&everything), alike(&Cluster::shared().sql(database, EVERYTHING)));
    let next = moving.sql("INSERT INTO questions (product_id) VALUES (7) RETURNING id");
    assert_eq!(next, (id + 1).to_string(), "new rows get new ids");
}

/// A row as text without the time of the new question, and with empty texts as none.
fn alike(row: &str) -> String {
    let row = row.replace("\"\"", "");
    if row.contains("And now?") {
        row.split(',').filter(|field| field.len() != 13).collect::<Vec<_>>().join(",")
    } else {
        row
    }
}

#[test]
fn a_shop_moves_into_sqlite_and_back() {
    move_in_and_back(|session| format!("sqlite:{}", session.path("store.db").display()));
}

#[test]
fn a_shop_moves_into_postgres_and_back() {
    move_in_and_back(|_| Cluster::shared().fresh_database());
}

#[test]
fn tables_of_other_shapes_are_copied_with_the_documents_expressions() {
    let tables = "
        CREATE TABLE questions (question_id bigint, product_id integer, body text, date_written timestamp,
            asker_name text, asker_email text, reported integer);
        CREATE TABLE answers (id bigint, question_id integer, body text, date_written timestamptz, answerer_name text,
            answerer_email text, reported text, helpful text, photos text[]);";
    let rows = "
        INSERT INTO questions VALUES (1, 7, 'Why?', '2020-07-27 21:18:34.409', 'ann', '', 0), (2, 7, 'h', now(), 'ann', '', 1);
        INSERT INTO answers VALUES
            (1, 1, 'So.', '2020-07-27 23:18:34.409+02', 'bob', '', 'f', '2', '{https://example.com/1.jpg,https://example.com/2.jpg}'),
            (2, 1, 'h', now(), 'bob', '', 'true', '', '{}');";
    let moving = Move::new(tables, rows, |session| format!("sqlite:{}", session.path("store.db").display()));
    let of_table = table(&moving.document_text());
    let [time, _seconds, id, none] = &of_table[..] else { panic!("{of_table:?}") };
    let mut copy = moving.section("From PostgreSQL")[1].clone();
    let first = copy
        .text
        .find("answers.csv")
        .and_then(|end| copy.text[..end].rfind("\\copy"))
        .expect("a copy of answers");
    let (questions, others) = copy.text.split_at(first);
    let questions = questions
        .replace("SELECT id,", &format!("SELECT {id},"))
        .replace(" helpful FROM", &format!(" {none} FROM"));
    let others = others.replace("helpful FROM", "nullif(helpful, '') AS helpful FROM");
    let photos = moving
        .document
        .section("From PostgreSQL")
        .into_iter()
        .find(|block| block.language == "sql")
        .expect("a copy of arrays");
    let third =
        others.lines().find(|line| line.contains("answers_photos")).expect("a copy of photos").to_owned();
    let others = others.replace(&third, photos.text.trim_end());
    copy.text = format!("{questions}{others}").replace("date_written,", &format!("{time},"));
    moving.type_in(&[&[&copy], &moving.section("Import and check")[..1]].concat());
    let server = Server::start(&moving.store);
    let list = server.client().get("/qa/questions?product_id=7");
    let (date, urls) =
        ("2020-07-27T21:18:34.409Z", ["https://example.com/1.jpg", "https://example.com/2.jpg"]);
    let answer = json!({"id": 1, "body": "So.", "date": date, "answerer_name": "bob", "helpfulness": 2, "photos": urls});
    assert_eq!(list["results"], json!([question(1, "Why?", date, "ann", 0, &json!({"1": answer}))]));
}

/// The second column of the table of expressions.
fn table(document: &str) -> Vec<String> {
    let rows = document.lines().skip_while(|line| !line.starts_with("| In the former table |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with("| "));
    rows.map(|row| row.rsplit('`').nth(1).expect("an expression").to_owned()).collect()
}

impl Move {
    fn document_text(&self) -> String {
        assert!(!self.document.blocks.is_empty());
        read(&root().join("docs/migrate.md"))
    }
}

#[test]
fn rows_that_lost_their_parent_are_listed() {
    let tables = TABLES.replace(" REFERENCES questions", "").replace(" REFERENCES answers", "");
    let orphan = "INSERT INTO answers VALUES (11, 77, 'lost', 0, 'bob', '', false, 0)";
    let moving = Move::new(&tables, &format!("{ROWS} {orphan}"), |session| {
        format!("sqlite:{}", session.path("store.db").display())
    });
    let copy = moving.section("From PostgreSQL");
    let mut import = moving.section("Import and check")[0].clone();
    import.text = import.text.replace("import moving", "import moving --max-rejects 20");
    assert!(import.text.contains("--max-rejects 20"));
    moving.type_in(&[&copy[..], &[&import]].concat());
    let listed = fs::read_to_string(moving.session.path("atelier-rejects.csv")).expect("a list");
    assert!(listed.contains("answers.csv,") && listed.contains(",question_id,77,"), "{listed}");
    assert_eq!(moving.shown(), expected(false));
}
