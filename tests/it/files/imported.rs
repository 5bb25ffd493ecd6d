//! Whole imports of small files into a store that keeps its rows in memory: what holds for all
//! files, on those of questions.

use std::fs;

use atelier::domain::Kind;
use atelier::import::{ImportError, ImportOptions, LeftOut, Sources, Stage, dry_run, import};
use atelier::store::StoreError;

use super::memory::{ANSWERS, Case};
use crate::support::batches::counts;

/// Most rows of a batch.
const BATCH_ROWS: u64 = 4_096;

/// Questions or answers with these ids and the same ids as parents.
fn plain_rows(ids: impl Iterator<Item = u64>) -> String {
    ids.map(|id| format!("{id},{id},,2018-10-18,,,0,0")).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn rows_are_checked_resolved_and_loaded() {
    let case = Case::new(
        "2,9,\"Is it, \"\"new\"\"?\",1595884714409,ann,a@b.c,1,3\n1,7,Why?,2018-10-18,bob,,false,\n",
        "5,1,Because.,1595884714409,eve,e@f.g,0,0\n4,2,,1595884714409,eve,not an address,0,1\n",
        "1,4,http://a/b\n",
    );
    let summary = case.import().unwrap();
    assert_eq!((summary.counts, summary.rows_read), (counts(2, 2, 1), counts(2, 2, 1)));
    assert_eq!((summary.left_out, summary.warnings), (LeftOut::default(), vec![]));
    assert!(!case.directory.path().join("rejects.csv").exists());
    assert_eq!(
        case.loaded().unwrap(),
        [
            "q2 p9 1595884714409 true 3 [Is it, \"new\"?] [ann] [a@b.c]",
            "q1 p7 1539820800000 false 0 [Why?] [bob] []",
            "a5 q1 p7 [Because.]",
            "a4 q2 p9 []",
            "f1 a4 p9 [http://a/b]",
        ]
    );
}

#[test]
fn a_copy_saved_by_a_spreadsheet_loads() {
    let case = Case::new("", "", "");
    case.write(
        "questions.csv",
        "\u{feff}Helpful , ID,extra,product_id,BODY,date_written,asker_name,asker_email,reported\r\n\
         3, 1 ,,2,\"a\r\nb\",1595884714409,\" ann \",a@b.c,TRUE\r\n\r\n"
            .as_bytes(),
    );
    let summary = case.import().unwrap();
    assert_eq!(case.loaded().unwrap(), ["q1 p2 1595884714409 true 3 [a\nb] [ann] [a@b.c]"]);
    let directory = case.directory.path().display();
    let warnings =
        ["answers.csv", "answers_photos.csv"].map(|name| format!("{directory}/{name} has no rows"));
    assert_eq!(summary.warnings, warnings);
}

#[test]
fn bad_rows_are_named_and_left_out() {
    let case = Case::new(
        "1,7,\"two\nlines\",2018-10-18,,,0,0\nx,7,,2018-10-18,,,0,0\n2,0,,2018-10-18,,,0,0\n3,7,,soon,,,0,0\n1,8,,2018-10-18,,,0,0\n\n4,7\n",
        "1,1,,2018-10-18,,,0,0\n2,99,,2018-10-18,,,0,0\n3,3,,2018-10-18,,,0,0\n4,1,,2018-10-18,,,0,-1\n5,1,,2018-10-18,,,yes,0\n6,1,\"a\" b,2018-10-18,,,0,0\n",
        "1,1,http://u\n2,4,http://u\n3,9,http://u\n4,1, \n1,1,http://u\n5,1,\"http://u",
    )
    .allowing(14);
    let summary = case.import().unwrap();
    assert_eq!((summary.left_out.rows, summary.rows_read.rows(), summary.counts.rows()), (14, 18, 3));
    assert_eq!((summary.left_out.photos, summary.left_out.file), (1, case.options.rejects.clone()));
    assert_eq!(
        case.rejects(),
        [
            "questions.csv,4,id,x,\"must be an integer between 1 and 9007199254740991, written in decimal digits\"",
            "questions.csv,5,product_id,0,\"must be an integer between 1 and 9007199254740991, written in decimal digits\"",
            "questions.csv,6,date_written,soon,\"must be milliseconds since 1970, an ISO 8601 date-time or YYYY-MM-DD, in the years 1 to 9999\"",
            "questions.csv,7,id,1,an earlier row of this file has the same id",
            "questions.csv,9,,\"4,7\",\"the row has 2 fields, the header line 8\"",
            "answers.csv,3,question_id,99,no question row that could be read has this id",
            "answers.csv,4,question_id,3,the row of this question was itself rejected",
            "answers.csv,5,helpful,-1,must be an integer between 0 and 4294967295",
            "answers.csv,6,reported,yes,\"must be 0, 1, true, false, t or f\"",
            "answers.csv,7,,\"6,1,\"\"a\"\" b,2018-10-18,,,0,0\",\"a quoted field is followed by text: a quote inside must be doubled, or a quote is missing\"",
            "answers_photos.csv,3,answer_id,4,the row of this answer was itself rejected",
            "answers_photos.csv,4,answer_id,9,no answer row that could be read has this id",
            "answers_photos.csv,5,url,,is no http or https address with a host: the photo is left out",
            "answers_photos.csv,6,id,1,an earlier row of this file has the same id",
            "answers_photos.csv,7,,\"5,1,\"\"http://u\",\"file ends inside a quoted field: it is cut off, or a quote is missing\"",
        ]
    );
    assert_eq!(case.loaded().unwrap()[1..], ["a1 q1 p7 []", "f1 a1 p7 [http://u]"]);
}

#[test]
fn photos_without_an_address_are_left_out_and_their_answers_kept() {
    let case = Case::new(
        "1,7,Why?,2018-10-18,ann,a@b.c,f,0\n",
        "1,1,Because.,2018-10-18,bob,b@c.d,t,0\n",
        "1,1,javascript:alert(1)\n2,1,blob:https://a.example/1\n3,1,\"data:image/png;base64,AA==\"\n4,1,\"\"\"a\"\"\"\n\
         5,1,https:/x.co/a.jpg\n6,1, \"https://x.co/a,b.jpg\" \n7,1,\n",
    );
    let summary = case.import().unwrap();
    assert_eq!(summary.counts, counts(1, 1, 1));
    assert_eq!((summary.left_out.rows, summary.left_out.photos), (0, 6));
    let reason = "answers_photos.csv, url: is no http or https address with a host: the photo is left out";
    assert_eq!(summary.left_out.reasons, [(reason.to_owned(), 6)]);
    assert_eq!(case.rejects().len(), 6);
    assert_eq!(case.loaded().unwrap()[1..], ["a1 q1 p7 [Because.]", "f6 a1 p7 [https://x.co/a,b.jpg]"]);
}

#[test]
fn spaces_before_quotes_do_not_get_into_texts() {
    let case = Case::new(
        "1, 1, \"What fabric?\", 2018-10-18, \"ann\", \"a@b.c\", 0, 1\n\
         2, 1, What fabric?\", 2018-10-18, \"ann\", \"a@b.c\", 0, 1\n\
         3, 1, \"What fabric?, 2018-10-18, \"ann\", \"a@b.c\", 0, 1\n\
         4, 1, \"Which, please?\" ,2018-10-18,ann,a@b.c,0,1\n",
        "",
        "",
    )
    .allowing(2);
    let summary = case.import().unwrap();
    assert_eq!(summary.left_out.rows, 2);
    let lines: Vec<_> = case.rejects().iter().map(|line| line[..16].to_owned()).collect();
    assert_eq!(lines, ["questions.csv,3,", "questions.csv,4,"]);
    assert_eq!(
        case.loaded().unwrap(),
        [
            "q1 p1 1539820800000 false 1 [What fabric?] [ann] [a@b.c]",
            "q4 p1 1539820800000 false 1 [Which, please?] [ann] [a@b.c]",
        ]
    );
}

#[test]
fn a_dry_run_says_what_an_import_would() {
    let questions = "1,7,Why?,2018-10-18,,,0,0\n2,7,Why?,1539820800,,,0,0\n";
    let case = Case::new(questions, "1,1,,2018-10-18,,,0,0\n", "1,1,u\n").allowing(1);
    let sources = Sources::in_directory(case.directory.path());
    let dry = dry_run(&sources, &case.options, &mut |_| ()).unwrap();
    assert_eq!(case.loaded(), None);
    assert_eq!(dry, case.import().unwrap());
    assert_eq!(dry.counts, counts(1, 1, 0));
    let strict = ImportOptions { max_rejects: 0, ..case.options.clone() };
    let refused = dry_run(&sources, &strict, &mut |_| ());
    assert!(matches!(refused, Err(ImportError::TooManyRejects(_))));
}

#[test]
fn ids_that_leave_no_room_for_new_ones_are_named() {
    let row = |id: u64| format!("{id},7,,2018-10-18,,,0,0\n");
    let most = atelier::domain::MAX_IMPORTED_ID;
    let case = Case::new(&(row(most) + &row(most + 1) + &row(atelier::domain::MAX_ID)), "", "").allowing(2);
    assert_eq!(case.import().unwrap().counts, counts(1, 0, 0));
    let rejects = case.rejects();
    assert_eq!(rejects.len(), 2);
    assert!(rejects[1].starts_with("questions.csv,4,id,9007199254740991,\"must be at most "), "{rejects:?}");
}

#[test]
fn one_bad_row_too_many_and_nothing_is_loaded() {
    let case =
        Case::new("1,7,,2018-10-18,,,0,0\n", "1,1,,2018-10-18,,,0,x\n", "1,1,http://u\n2,2,http://u\n")
            .allowing(2);
    let error = case.import().unwrap_err();
    assert_eq!(case.loaded(), None);
    assert_eq!(case.rejects().len(), 3);
    let path = case.directory.path().join("rejects.csv");
    assert_eq!(
        error.to_string(),
        format!(
            "nothing was imported: 3 rows are bad, 2 allowed; the first:\n  \
             answers.csv line 2, column helpful: must be an integer between 0 and 4294967295: \"x\"\n  \
             answers_photos.csv line 2, column answer_id: the row of this answer was itself rejected: \"1\"\n  \
             answers_photos.csv line 3, column answer_id: no answer row that could be read has this id: \"2\"\n\
             All are listed in {}",
            path.display()
        )
    );
}

#[test]
fn a_file_cut_off_in_the_middle_is_noticed() {
    let rows = "1,7,\"some text\",1595884714409,ann,a@b.c,0,12\n";
    for length in 1..rows.len() - 3 {
        let case = Case::new(&rows[..length], "", "");
        let cut_off = case.import();
        assert!(matches!(cut_off, Err(ImportError::TooManyRejects(_))), "{:?}", &rows[..length]);
        assert_eq!(case.loaded(), None);
    }
    let case = Case::new(&rows[..rows.len() - 2], "", "");
    let summary = case.import().unwrap();
    assert!(summary.warnings[0].ends_with("the row on line 2 is incomplete"), "{:?}", summary.warnings);
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let case = Case::new(&plain_rows(1..2), "", "");
    fs::remove_file(case.directory.path().join("answers.csv")).unwrap();
    let message = case.import().unwrap_err().to_string();
    assert!(message.ends_with("needs questions.csv, answers.csv and answers_photos.csv"), "{message}");
    case.write("answers.csv", b"id;question_id\n");
    let message = case.import().unwrap_err().to_string();
    assert!(message.ends_with("answers.csv: the column id is missing; the header line has: id;question_id"));
    case.write("answers.csv", ANSWERS.replace('\n', "\r1,1,x\r").as_bytes());
    let message = case.import().unwrap_err().to_string();
    assert!(message.contains("a carriage return without a newline is no line end"), "{message}");
    case.write("answers.csv", b"");
    let message = case.import().unwrap_err().to_string();
    assert!(message.ends_with("answers.csv: the file is empty, it has no header line"), "{message}");
    assert_eq!(case.loaded(), None);
}

#[test]
fn a_store_that_fails_ends_the_import() {
    let mut case = Case::new(&plain_rows(1..=20 * BATCH_ROWS), "", "");
    case.store.fails = true;
    assert!(matches!(case.import(), Err(ImportError::Store(StoreError::Full(_)))));
}

#[test]
fn progress_reaches_the_end() {
    let rows = 3 * BATCH_ROWS;
    let case = Case::new(&plain_rows((1..=rows).rev()), &plain_rows(1..=rows), "");
    let sources = Sources::in_directory(case.directory.path());
    let mut seen = Vec::new();
    import(&case.store, &sources, &case.options, &mut |progress| seen.push(progress)).unwrap();
    assert!(seen.windows(2).all(|pair| pair[0].bytes_read <= pair[1].bytes_read));
    let last = seen[seen.len() - 1];
    assert_eq!((last.stage, last.bytes_read, last.rows), (Stage::Committing, last.bytes_total, 2 * rows));
    for stage in [Kind::Question, Kind::Answer, Kind::Photo].map(Stage::Loading) {
        assert!(seen.iter().any(|progress| progress.stage == stage));
    }
    let sizes = sources.files().iter().map(|file| fs::metadata(&file.path).unwrap().len());
    assert_eq!(last.bytes_total, sizes.sum::<u64>());
    let loaded = case.loaded().unwrap();
    assert_eq!(loaded.len() as u64, 2 * rows);
    assert_eq!((seen[0].stage, seen[0].bytes_total), (Stage::Starting, last.bytes_total));
    assert!(loaded.contains(&"a5 q5 p5 []".to_owned()));
}
