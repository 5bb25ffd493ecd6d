//! The import command as an operator meets it, and those that bring rows out again: the real program, real files, every
//! store. What each kind of bad row is called is tested in `src/import`; killing an import is `tests/it/crash`'s.

mod exports;
mod people;
mod shop;

use atelier::domain::{Id, ProductId};

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
    a_file_that_was_cut_off_is_named,
    files_may_have_other_names,
    a_folder_without_the_files_is_explained,
    over_long_texts_of_the_past_are_kept,
    headers_are_what_the_generator_writes,
    a_copy_answers_like_its_original_and_gives_out_no_id_twice,
);

fn a_generated_shop_is_imported_whole(place: &Place) {
    let shop = Shop::generated(place, 300);
    let run = shop.import(&[]);
    assert!(run.success, "{run:?}");
    let (questions, answers, photos) =
        (shop.rows("questions.csv"), shop.rows("answers.csv"), shop.rows("answers_photos.csv"));
    for (label, count) in [("questions", questions), ("answers", answers), ("photos", photos)] {
        let line = run.output.lines().find(|line| line.starts_with(label)).unwrap_or_default();
        assert_eq!(line.split_whitespace().nth(1), Some(count.to_string().as_str()), "{run:?}");
    }
    assert!(run.output.contains("left out              0"), "{run:?}");
    let check = shop.atelier(&["check"]);
    let expected = format!("{questions} questions, {answers} answers, {photos} photos read in ");
    assert!(check.success && check.output.starts_with(&expected), "{check:?}");
    assert!(check.output.ends_with(": nothing is wrong\n"), "{check:?}");
}

fn progress_on_a_pipe_is_plain_lines(place: &Place) {
    let run = Shop::generated(place, 50).import(&[]);
    assert!(run.errors.lines().any(|line| line.starts_with("Importing: ")), "{run:?}");
    assert!(run.errors.lines().any(|line| line.starts_with("Committing ")), "{run:?}");
    assert!(!run.errors.contains('\r') && !run.errors.contains('\x1b'), "{run:?}");
}

fn a_store_with_rows_is_refused_unless_they_are_to_be_replaced(place: &Place) {
    let shop = Shop::written(place, "1,7,Why?,0,ann,a@b.c,0,3\n", "", "");
    assert!(shop.import(&[]).success);
    shop.write("questions.csv", QUESTIONS, "9,8,How?,0,bob,b@c.d,0,0\n");

    let refused = shop.import(&[]);
    assert!(!refused.success && refused.errors.contains("--replace"), "{refused:?}");
    assert_eq!(shop.questions_of(7), [1]);

    assert!(shop.import(&["--replace"]).success);
    assert_eq!((shop.questions_of(7), shop.questions_of(8)), (vec![], vec![9]));
}

fn bad_rows_keep_everything_out_and_are_listed(place: &Place) {
    let shop = Shop::written(
        place,
        "1,7,Why?,0,ann,a@b.c,0,3\n2,x,Bad.,0,ann,a@b.c,0,0\n",
        "1,1,Because.,0,bob,b@c.d,0,0\n2,5,Orphan.,0,bob,b@c.d,0,0\n",
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
    let shop = Shop::written(place, "1,7,Why?,0,ann,a@b.c,0,3\n2,x,Bad.,0,ann,a@b.c,0,0\n", "", "");
    let run = shop.import(&["--max-rejects", "1"]);
    assert!(run.success, "{run:?}");
    assert!(
        run.output.contains("left out              1  bad rows, listed in atelier-rejects.csv"),
        "{run:?}"
    );
    assert_eq!(shop.questions_of(7), [1]);
    assert!(shop.read("atelier-rejects.csv").contains("questions.csv,3,product_id,x,"));
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
    let shop = Shop::written(place, "1,7,Why?,0,ann,a@b.c,0,3\n", "", "");
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
    let shop = Shop::written(place, &format!("1,7,{long},0,ann,a@b.c,0,3\n"), "", "");
    assert!(shop.import(&[]).success);
    let product_id = ProductId::new(7).expect("in range");
    let mut reader = shop.store().reader().expect("a reader");
    let products = reader.load_products(&[product_id]).expect("rows");
    assert_eq!(products[0].texts.get(products[0].questions[0].body), long);

    let shop = Shop::written(place, &format!("1,7,{long}é,0,ann,a@b.c,0,3\n"), "", "");
    let run = shop.import(&[]);
    assert!(!run.success && run.errors.contains("questions.csv line 2, column body"), "{run:?}");
}

fn headers_are_what_the_generator_writes(place: &Place) {
    let shop = Shop::generated(place, 1);
    for (file, header) in
        [("questions.csv", QUESTIONS), ("answers.csv", ANSWERS), ("answers_photos.csv", PHOTOS)]
    {
        assert_eq!(shop.read(file).lines().next(), Some(header.trim_end()));
    }
}

fn a_copy_answers_like_its_original_and_gives_out_no_id_twice(place: &Place) {
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
