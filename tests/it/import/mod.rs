//! The commands that bring rows in and out, as an operator uses them: the real program, real files,
//! every store. What becomes of each kind of bad row is tested in `files`. Deliberately absent:
//! killed imports, which `crash` tests.

mod exports;
mod moderation;
mod people;
mod sets;
mod shop;

use std::os::unix::fs::PermissionsExt as _;

use atelier::domain::{Id, Kind, MAX_IMPORTED_ID, ProductId};

use crate::support::on_every_store;
use crate::support::place::Place;
use shop::{ANSWERS, PHOTOS, QUESTIONS, Shop};

on_every_store!(
    without pooler:
    a_generated_shop_is_imported_whole,
    progress_on_a_pipe_is_plain_lines,
    a_store_with_rows_is_refused_unless_they_are_to_be_replaced,
    bad_rows_keep_everything_out_and_are_listed,
    a_few_bad_rows_may_be_left_out,
    a_dry_run_checks_everything_and_writes_nothing,
    photos_without_an_address_are_left_out_and_counted,
    new_ids_follow_the_largest_that_may_be_imported,
    a_cause_is_printed_once,
    a_file_that_was_cut_off_is_named,
    files_may_have_other_names,
    a_folder_without_the_files_is_explained,
    over_long_texts_of_the_past_are_kept,
    the_generator_writes_the_expected_headers,
    generated_files_replace_others_only_with_replace_and_are_private,
    a_copy_gives_the_same_responses_and_uses_no_id_twice,
);

fn a_generated_shop_is_imported_whole(place: &Place) {
    let shop = Shop::generated(place, 300);
    let run = shop.import(&[]);
    assert!(run.success, "{run:?}");
    let mut expected = Vec::new();
    for kind in Kind::all().filter(|kind| kind.has_file()) {
        let label = format!("{}s", kind.definition().noun);
        let rows = shop.rows(kind.definition().files[0]);
        let line = format!("{label:<18}{rows:>12}");
        assert!(run.output.lines().any(|shown| shown == line), "{line} in {run:?}");
        expected.push(format!("{rows} {label}"));
    }
    assert!(run.output.contains(&format!("left out{:>22}\n", 0)), "{run:?}");
    let check = shop.atelier(&["check"]);
    let expected = format!("{} read in ", expected.join(", "));
    assert!(check.success && check.output.starts_with(&expected), "{check:?}");
    assert!(check.output.ends_with(": nothing is wrong\n"), "{check:?}");
}

fn progress_on_a_pipe_is_plain_lines(place: &Place) {
    let run = Shop::generated(place, 50).import(&[]);
    let mut lines = run.errors.lines().filter(|line| line.starts_with("Importing"));
    let first = lines.next().expect("a word before the start");
    assert!(first.contains("B of CSV in one transaction: all rows are loaded, or none"), "{run:?}");
    let last = lines.next().expect("how far it was");
    assert!(last.contains("B of ") && last.contains("B/s, 0 s"), "{run:?}");
    assert!(run.errors.lines().any(|line| line.starts_with("Committing ")), "{run:?}");
    assert!(!run.errors.contains('\r') && !run.errors.contains('\x1b'), "{run:?}");
}

fn a_store_with_rows_is_refused_unless_they_are_to_be_replaced(place: &Place) {
    let shop = Shop::written(place, "1,7,Why?,2018-10-18,ann,a@b.c,0,3\n", "", "");
    assert!(shop.import(&[]).success);
    shop.write("questions.csv", QUESTIONS, "9,8,How?,2018-10-18,bob,b@c.d,0,0\n");

    let refused = shop.import(&[]);
    assert!(!refused.success && refused.errors.contains("--replace"), "{refused:?}");
    assert_eq!(shop.questions_of(7), [1]);

    assert!(shop.import(&["--replace"]).success);
    assert_eq!((shop.questions_of(7), shop.questions_of(8)), (vec![], vec![9]));
}

fn bad_rows_keep_everything_out_and_are_listed(place: &Place) {
    let shop = Shop::written(
        place,
        "1,7,Why?,2018-10-18,ann,a@b.c,0,3\n2,x,Bad.,2018-10-18,ann,a@b.c,0,0\n",
        "1,1,Because.,2018-10-18,bob,b@c.d,0,0\n2,5,Orphan.,2018-10-18,bob,b@c.d,0,0\n",
        "",
    );
    let run = shop.import(&["--rejects", "bad.csv"]);
    assert!(!run.success, "{run:?}");
    assert!(run.errors.contains("2 rows are bad, 0 allowed"), "{run:?}");
    assert!(run.errors.contains("questions.csv line 3, column product_id"), "{run:?}");
    assert_eq!(shop.questions_of(7), [] as [u64; 0]);
    let listed = shop.read("bad.csv");
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 3, "{listed}");
    assert_eq!(lines[0], "file,line,column,value,reason");
    assert!(lines[1].starts_with("questions.csv,3,product_id,x,"), "{listed}");
    assert!(lines[2].starts_with("answers.csv,3,question_id,5,"), "{listed}");
}

fn a_few_bad_rows_may_be_left_out(place: &Place) {
    let shop = Shop::written(
        place,
        "1,7,Why?,2018-10-18,ann,a@b.c,0,3\n2,x,Bad.,2018-10-18,ann,a@b.c,0,0\n",
        "",
        "",
    );
    let run = shop.import(&["--max-rejects", "1"]);
    assert!(run.success, "{run:?}");
    assert!(run.output.contains("left out              1  bad rows, and 0 photos without"), "{run:?}");
    assert!(run.output.contains("listed in atelier-rejects.csv\n"), "{run:?}");
    assert!(run.output.contains("           1  questions.csv, product_id: must be an integer "), "{run:?}");
    assert!(run.errors.contains("Committing 1 row\n"), "{run:?}");
    assert_eq!(shop.questions_of(7), [1]);
    assert!(shop.read("atelier-rejects.csv").contains("questions.csv,3,product_id,x,"));
}

fn a_dry_run_checks_everything_and_writes_nothing(place: &Place) {
    let (good, bad) = ("1,7,Why?,2018-10-18,ann,a@b.c,0,3\n", "2,7,Why?,1539820800,ann,a@b.c,0,3\n");
    let shop = Shop::written(place, &format!("{good}{bad}"), "", "");
    let run = shop.import(&["--dry-run"]);
    assert!(!run.success && run.errors.contains("1 row is bad, 0 allowed"), "{run:?}");
    assert!(run.errors.contains("multiply seconds by 1000"), "{run:?}");
    let run = shop.import(&["--dry-run", "--max-rejects", "1"]);
    assert!(run.success && run.output.contains("dry run: nothing was imported"), "{run:?}");
    assert!(run.output.contains("questions             1\n"), "{run:?}");
    assert!(!shop.atelier(&["check"]).success, "there is no store yet");
    let run = shop.import(&["--dry-run", "--replace"]);
    assert!(!run.success && run.errors.contains("cannot be used with"), "{run:?}");

    shop.write("questions.csv", QUESTIONS, good);
    assert!(shop.import(&["--dry-run"]).success);
    assert!(shop.import(&[]).success);
    assert_eq!(shop.questions_of(7), [1]);
}

fn photos_without_an_address_are_left_out_and_counted(place: &Place) {
    let shop = Shop::written(
        place,
        "1,7,Why?,2018-10-18,ann,a@b.c,f,3\n",
        "1,1,Because.,2018-10-18,bob,b@c.d,f,0\n",
        "1,1,javascript:alert(1)\n2,1,https://a.test/1.jpg\n3,1,https:/a.test/2.jpg\n",
    );
    let run = shop.import(&[]);
    assert!(run.success, "{run:?}");
    let left_out =
        "left out              0  bad rows, and 2 photos without an http or https address, listed in";
    assert!(run.output.contains(left_out), "{run:?}");
    let product_id = ProductId::new(7).expect("in range");
    let products = shop.store().reader().expect("a reader").load_products(&[product_id]).expect("rows");
    let [photo] = &products[0].photos[..] else { panic!("not one photo: {products:?}") };
    assert_eq!(products[0].texts.get(photo.url), "https://a.test/1.jpg");
    assert_eq!(products[0].answers.len(), 1);
    assert!(shop.read("atelier-rejects.csv").contains("answers_photos.csv,2,url,javascript:alert(1),"));
}

fn new_ids_follow_the_largest_that_may_be_imported(place: &Place) {
    let row = |id: u64| format!("{id},7,Why?,2018-10-18,ann,a@b.c,0,3\n");
    let shop = Shop::written(place, &row(MAX_IMPORTED_ID + 1), "", "");
    let run = shop.import(&[]);
    assert!(!run.success && run.errors.contains("column id: must be at most 9007194959773695"), "{run:?}");
    shop.write("questions.csv", QUESTIONS, &row(MAX_IMPORTED_ID));
    assert!(shop.import(&[]).success);
    let mut writer = shop.store().writer(std::sync::Arc::new(|_| ())).expect("a writer");
    let product_id = ProductId::new(7).expect("in range");
    let outcomes = writer.commit(&[shop::question(product_id, "And now?")]).expect("a commit");
    assert_eq!(shop::question_id(&outcomes).get(), MAX_IMPORTED_ID + 1);
}

fn a_cause_is_printed_once(place: &Place) {
    let shop = Shop::written(place, "", "", "");
    std::fs::remove_file(shop.path("answers.csv")).expect("the file is removed");
    std::fs::create_dir(shop.path("answers.csv")).expect("a folder in its place");
    let run = shop.import(&[]);
    assert!(!run.success, "{run:?}");
    assert_eq!(run.errors.matches("Is a directory").count(), 1, "{run:?}");
    let run = shop.atelier(&["import", ".", "--store", "sqlite:missing/x.db"]);
    assert_eq!(run.errors.matches("cannot open").count(), 1, "{run:?}");
}

fn a_file_that_was_cut_off_is_named(place: &Place) {
    let shop = Shop::generated(place, 100);
    let answers = shop.read("answers.csv");
    let middle = answers.len() / 2;
    let cut = middle + answers[middle..].find(",\"").expect("a quoted text in the second half") + 10;
    let cut = answers.ceil_char_boundary(cut);
    std::fs::write(shop.path("answers.csv"), &answers[..cut]).expect("the file is written");
    let run = shop.import(&[]);
    assert!(!run.success, "{run:?}");
    assert!(run.errors.contains("answers.csv line "), "{run:?}");
    assert!(run.errors.contains("file ends inside a quoted field"), "{run:?}");
}

fn files_may_have_other_names(place: &Place) {
    let shop = Shop::written(place, "1,7,Why?,2018-10-18,ann,a@b.c,0,3\n", "", "");
    for (from, to) in [("questions.csv", "q.txt"), ("answers.csv", "a.txt"), ("answers_photos.csv", "p.txt")]
    {
        std::fs::rename(shop.path(from), shop.path(to)).expect("the file is renamed");
    }
    let run = shop.atelier(&["import", "--questions", "q.txt", "--answers", "a.txt", "--photos", "p.txt"]);
    assert!(run.success, "{run:?}");
    assert_eq!(shop.questions_of(7), [1]);
    let run = shop.atelier(&["import", "--questions", "q.txt"]);
    assert!(!run.success && run.errors.contains("--answers"), "{run:?}");
}

fn a_folder_without_the_files_is_explained(place: &Place) {
    let shop = Shop::written(place, "", "", "");
    std::fs::remove_file(shop.path("answers.csv")).expect("the file is removed");
    let run = shop.import(&[]);
    assert!(!run.success && run.errors.contains("answers.csv"), "{run:?}");
}

fn over_long_texts_of_the_past_are_kept(place: &Place) {
    let long = "é".repeat(10_000);
    let shop = Shop::written(place, &format!("1,7,{long},2018-10-18,ann,a@b.c,0,3\n"), "", "");
    assert!(shop.import(&[]).success);
    let product_id = ProductId::new(7).expect("in range");
    let mut reader = shop.store().reader().expect("a reader");
    let products = reader.load_products(&[product_id]).expect("rows");
    assert_eq!(products[0].texts.get(products[0].questions[0].body), long);

    let shop = Shop::written(place, &format!("1,7,{long}é,2018-10-18,ann,a@b.c,0,3\n"), "", "");
    let run = shop.import(&[]);
    assert!(!run.success && run.errors.contains("questions.csv line 2, column body"), "{run:?}");
}

fn the_generator_writes_the_expected_headers(place: &Place) {
    let shop = Shop::generated(place, 1);
    for (file, header) in
        [("questions.csv", QUESTIONS), ("answers.csv", ANSWERS), ("answers_photos.csv", PHOTOS)]
    {
        assert_eq!(shop.read(file).lines().next(), Some(header.trim_end()));
    }
}

fn a_copy_gives_the_same_responses_and_uses_no_id_twice(place: &Place) {
    let shop = Shop::generated(place, 200);
    assert!(shop.import(&[]).success);
    let mut writer = shop.store().writer(std::sync::Arc::new(|_| ())).expect("a writer");
    let product_id = ProductId::new(3).expect("in range");
    let before = writer.commit(&[shop::question(product_id, "Before?")]).expect("a commit");

    let second = place.fresh();
    let run = shop.atelier(&["copy", "--from", &shop.address, "--to", &second]);
    assert!(run.success, "{run:?}");
    let store = shop::store_at(&second);
    let (mut original, mut copied) =
        (shop.store().reader().expect("a reader"), store.reader().expect("a reader"));
    let all = original.scan_products(None, 1_000).expect("rows");
    assert!(!all.is_empty());
    assert_eq!(copied.scan_products(None, 1_000).expect("rows"), all);

    let mut writer = store.writer(std::sync::Arc::new(|_| ())).expect("a writer");
    let after = writer.commit(&[shop::question(product_id, "After?")]).expect("a commit");
    assert!(shop::question_id(&after) > shop::question_id(&before), "{before:?} {after:?}");

    let run = shop.atelier(&["copy", "--from", &shop.address, "--to", &second]);
    assert!(!run.success && run.errors.contains("--replace"), "{run:?}");
    let run = shop.atelier(&["copy", "--from", "sqlite:missing.db", "--to", &place.fresh()]);
    assert!(!run.success && run.errors.contains("no such file"), "{run:?}");
    assert!(!shop.path("missing.db").exists());
}

fn generated_files_replace_others_only_with_replace_and_are_private(place: &Place) {
    let shop = Shop::generated(place, 5);
    let files: Vec<_> = Kind::all().filter_map(|kind| kind.definition().files.first().copied()).collect();
    for &name in &files {
        let mode = std::fs::metadata(shop.path(name)).expect("the file is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name} holds e-mail addresses");
        std::fs::remove_file(shop.path(name)).expect("the file is removed");
    }
    let generate = ["generate", "--products", "3", "--out", "."];
    for &name in &files {
        std::fs::write(shop.path(name), "mine").expect("the file is written");
        let run = shop.atelier(&generate);
        assert!(!run.success && run.errors.contains(name) && run.errors.contains("--replace"), "{run:?}");
        assert_eq!(shop.read(name), "mine");
        assert!(files.iter().all(|other| *other == name || !shop.path(other).exists()));
        std::fs::remove_file(shop.path(name)).expect("the file is removed");
    }
    assert!(shop.atelier(&generate).success);
    let before = shop.read("questions.csv");
    let run = shop.atelier(&["generate", "--products", "40", "--out", ".", "--replace"]);
    assert!(run.success && shop.read("questions.csv").len() > before.len(), "{run:?}");
}
