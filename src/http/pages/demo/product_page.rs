//! The page of a product: itself, its styles, related products, questions. Deliberately absent: its
//! part about reviews (`reviews_part`), and asking the service (`load`).

use askama::Template;
use askama::filters::HtmlSafe;

use super::forms::{Form, Refused};
use super::load::Item;
use super::parts::{Card, Frame, Line, Photos, Price, Stars, Target, TextField, default_style, drawn};
use super::place::{MAX_SHOWN, Place, STEP};
use super::records::{self, Product, Questions, Reviews, Style};
use super::reviews_part::{Bar, ReviewShown, Scale, Sort, bars, choices, recommended, scales, sorts};
use crate::domain::{SubmissionLimits, Timestamp};

/// Answers of a question that are shown at once.
const FIRST_ANSWERS: usize = 2;

/// Sizes of which fewer are left say how many.
const FEW_LEFT: u32 = 6;

/// What the page is made of.
pub(super) struct Shown<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) place: Place,
    pub(super) item: Item,
    pub(super) related: Vec<Item>,
    /// One more than the place shows, if there are so many.
    pub(super) questions: Questions,
    pub(super) reviews: Reviews,
    pub(super) refused: Option<Refused>,
    pub(super) limits: &'a SubmissionLimits,
    /// When the page is written.
    pub(super) now: Timestamp,
}

/// The page of a product.
#[derive(Template)]
#[template(path = "demo/product.html")]
pub(super) struct ProductPage<'a> {
    frame: Frame<'a>,
    place: Place,
    refused: bool,
    notice: Option<Notice>,
    product: Product,
    price: Price,
    stars: Option<Stars>,
    average: String,
    review_count: u64,
    style_name: String,
    styles: Vec<StyleLink>,
    picture: Option<String>,
    thumbnails: Vec<Thumbnail>,
    sizes: Vec<Size>,
    related: Vec<Card>,
    questions: Vec<QuestionShown>,
    more_questions: Option<String>,
    ask: FormShown,
    recommended: Option<u64>,
    histogram: Vec<Bar>,
    scales: Vec<Scale>,
    sorts: Vec<Sort>,
    reviews: Vec<ReviewShown>,
    more_reviews: Option<String>,
    write: FormShown,
    choices: Vec<super::parts::Choice>,
}

struct Notice {
    text: &'static str,
    /// The same place without it.
    close: String,
}

struct StyleLink {
    href: String,
    picture: Option<String>,
    name: String,
    is_chosen: bool,
}

struct Thumbnail {
    href: String,
    picture: String,
    is_chosen: bool,
}

struct Size {
    name: String,
    words: String,
    is_sold_out: bool,
}

/// A form with its fields.
struct FormShown {
    action: String,
    is_refused: bool,
    fields: Vec<TextField>,
    unseen: Unseen,
}

/// The fields of a form that people do not see.
#[derive(Template)]
#[template(path = "demo/unseen.html")]
struct Unseen {
    /// A part of the ids on the page.
    form: String,
    /// When the page was written, in milliseconds since 1970.
    opened_at: i64,
    /// The token that came with the form before.
    identity: Option<String>,
}

impl HtmlSafe for Unseen {}

struct QuestionShown {
    id: u64,
    body: String,
    line: Line,
    first: Vec<AnswerShown>,
    others: Vec<AnswerShown>,
    is_open: bool,
    form: FormShown,
}

#[derive(Template)]
#[template(path = "demo/answer.html")]
struct AnswerShown {
    id: u64,
    body: String,
    photos: Photos,
    line: Line,
}

impl HtmlSafe for AnswerShown {}

impl<'a> ProductPage<'a> {
    pub(super) fn new(shown: Shown<'a>) -> Self {
        let Shown { frame, place, item, related, questions, mut reviews, refused, limits, now } = shown;
        let refused = refused.as_ref();
        let Item { product, styles, sums } = item;
        let chosen = styles.results.iter().find(|style| Some(style.style_id) == place.style);
        let style = chosen.or_else(|| default_style(&styles.results));
        let stars = Stars::average(&sums);
        let pages = Pages { frame, place, refused, limits, now };
        let more_questions = pages.more(questions.results.len(), place.questions, "questions");
        let more_reviews = pages.more(reviews.results.len(), place.reviews, "reviews");
        reviews.results.truncate(place.reviews as usize);
        let (picture, thumbnails) = pages.photos(style);
        Self {
            frame,
            place,
            refused: refused.is_some(),
            notice: place.done.map(|done| Notice {
                text: done.notice(),
                close: pages.href(Place { done: None, ..place }, ""),
            }),
            price: Price::of(style, &product.default_price),
            product,
            average: stars.map(|stars| stars.number()).unwrap_or_default(),
            review_count: stars.and_then(|stars| stars.count).unwrap_or(0),
            stars: stars.map(|stars| Stars { count: None, ..stars }),
            style_name: style.map(|style| style.name.clone()).unwrap_or_default(),
            styles: styles.results.iter().map(|each| pages.style(each, style)).collect(),
            picture,
            thumbnails,
            sizes: style.map(sizes).unwrap_or_default(),
            related: related.into_iter().map(|item| Card::of(item, frame.root)).collect(),
            questions: questions
                .results
                .into_iter()
                .take(place.questions as usize)
                .map(|question| pages.question(question))
                .collect(),
            more_questions,
            ask: pages.form(Form::Question, "questions"),
            recommended: recommended(&sums),
            histogram: bars(&sums),
            scales: scales(&sums),
            sorts: sorts(place, |place| pages.href(place, "#reviews")),
            reviews: reviews
                .results
                .into_iter()
                .map(|review| ReviewShown::of(review, frame.root, |name| pages.action(name)))
                .collect(),
            more_reviews,
            write: pages.form(Form::Review, "reviews"),
            choices: choices(&sums, refused.filter(|refused| refused.form == Form::Review)),
        }
    }
}

/// What links and forms of the page depend on.
#[derive(Clone, Copy)]
struct Pages<'a> {
    frame: Frame<'a>,
    place: Place,
    refused: Option<&'a Refused>,
    limits: &'a SubmissionLimits,
    now: Timestamp,
}

impl Pages<'_> {
    fn href(&self, place: Place, fragment: &str) -> String {
        format!("{}{}{fragment}", self.frame.root, place.path())
    }

    fn action(&self, name: &str) -> String {
        format!("{}{}", self.frame.root, self.place.action(name))
    }

    /// The link to more rows of a list, if it has more than are shown.
    fn more(&self, found: usize, shown: u32, list: &str) -> Option<String> {
        let place = Place { done: None, ..self.place };
        let next = (shown + STEP).min(MAX_SHOWN);
        let place = match list {
            "questions" => Place { questions: next, ..place },
            _ => Place { reviews: next, ..place },
        };
        (found > shown as usize && next > shown).then(|| self.href(place, &format!("#{list}")))
    }

    fn style(&self, style: &Style, chosen: Option<&Style>) -> StyleLink {
        let place = Place { style: Some(style.style_id), photo: 1, done: None, ..self.place };
        let url = style.photos.first().and_then(|photo| photo.url.as_deref());
        StyleLink {
            href: self.href(place, "#name"),
            picture: url.and_then(|url| drawn(url, self.frame.root)),
            name: style.name.clone(),
            is_chosen: chosen.is_some_and(|chosen| chosen.style_id == style.style_id),
        }
    }

    /// The large picture of a style, and the small ones that lead to others.
    fn photos(&self, style: Option<&Style>) -> (Option<String>, Vec<Thumbnail>) {
        let photos = style.map(|style| style.photos.as_slice()).unwrap_or_default();
        let mut pictures: Vec<String> = Vec::new();
        for picture in photos.iter().filter_map(|photo| drawn(photo.url.as_deref()?, self.frame.root)) {
            if !pictures.contains(&picture) {
                pictures.push(picture);
            }
        }
        let chosen = (self.place.photo as usize).clamp(1, pictures.len().max(1));
        let large = pictures.get(chosen - 1).cloned();
        let small = pictures.into_iter().zip(1..).map(|(picture, photo)| Thumbnail {
            href: self.href(Place { photo, done: None, ..self.place }, "#name"),
            picture,
            is_chosen: photo as usize == chosen,
        });
        (large, small.collect())
    }

    fn question(&self, question: records::Question) -> QuestionShown {
        let id = question.question_id;
        let target = Target { kind: "question", id, helpful: question.question_helpfulness };
        let mut answers = question.answers.into_iter().map(|(_, answer)| self.answer(answer));
        let first: Vec<AnswerShown> = answers.by_ref().take(FIRST_ANSWERS).collect();
        QuestionShown {
            id,
            line: Line::of(target, &question.asker_name, &question.question_date, |name| self.action(name)),
            body: question.question_body,
            first,
            others: answers.collect(),
            is_open: self.place.open == Some(id),
            form: self.form(Form::Answer(id), &format!("questions/{id}")),
        }
    }

    fn answer(&self, answer: records::Answer) -> AnswerShown {
        let target = Target { kind: "answer", id: answer.id, helpful: answer.helpfulness };
        AnswerShown {
            id: answer.id,
            photos: Photos::of(answer.photos, &answer.answerer_name, self.frame.root),
            line: Line::of(target, &answer.answerer_name, &answer.date, |name| self.action(name)),
            body: answer.body,
        }
    }

    fn form(&self, form: Form, path: &str) -> FormShown {
        let refused = self.refused.filter(|refused| refused.form == form);
        let SubmissionLimits { body_max_chars, summary_max_chars, name_max_chars, email_max_chars, .. } =
            *self.limits;
        let (id, body_label) = match form {
            Form::Question => ("question".to_owned(), "Your question"),
            Form::Answer(id) => (format!("answer-{id}"), "Your answer"),
            Form::Review => ("review".to_owned(), "Your review"),
        };
        let field = |name, label, max_chars| TextField::new(&id, name, label, max_chars, refused);
        let mut fields = Vec::new();
        if form == Form::Review {
            fields.push(field("summary", "Headline", summary_max_chars).optional());
        }
        fields.push(field("body", body_label, body_max_chars).long());
        fields.push(
            field("name", "Your name", name_max_chars).hint("Everybody sees it.").known("text", "nickname"),
        );
        fields.push(
            field("email", "Your e-mail", email_max_chars).hint("Nobody sees it.").known("email", "email"),
        );
        let unseen = Unseen {
            form: id,
            opened_at: self.now.milliseconds(),
            identity: refused.and_then(Refused::identity).map(str::to_owned),
        };
        FormShown { action: self.action(path), is_refused: refused.is_some(), fields, unseen }
    }
}

/// The sizes of a style, with how many there are.
fn sizes(style: &Style) -> Vec<Size> {
    let sizes =
        style.skus.iter().filter_map(|(_, sku)| Some((sku.size.as_ref()?, sku.quantity.unwrap_or(0))));
    let size = |(name, quantity): (&String, u32)| Size {
        name: name.clone(),
        words: match quantity {
            0 => "sold out".to_owned(),
            few if few < FEW_LEFT => format!("{few} left"),
            _ => "in stock".to_owned(),
        },
        is_sold_out: quantity == 0,
    };
    sizes.map(size).collect()
}
