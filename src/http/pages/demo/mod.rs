//! The demo shop: pages of the invented shop as its customers see them. The server writes them, and
//! they need no script. They are there with `--demo` only. Everything is read and written through
//! the same functions of the service as by front ends; no rule is here.

mod forms;
mod load;
mod parts;
mod place;
mod product_page;
mod records;
mod reviews_part;
mod shop_page;

use std::sync::LazyLock;

use askama::Template;
use bytes::Bytes;
use http::StatusCode;

use self::forms::{Form, Refused};
use self::parts::{Card, Frame};
use self::place::{Done, MAX_SHOWN, Place};
use self::product_page::{ProductPage, Shown};
use self::shop_page::{MessagePage, ShopPage};
use super::html::Assets;
use crate::domain::{
    AnswerId, Draft, Field, Id, NewAnswer, NewQuestion, NewReview, Page, ProductId, QuestionId, ReviewId,
    ReviewOrder, State, Target,
};
use crate::http::app::App;
use crate::http::call::Call;
use crate::http::operations::marks::vote_from;
use crate::http::operations::submissions::{complete, with_name};
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::pictures::Picture;
use crate::service::{Added, ServiceError};

/// Products on a page of the list.
const CARDS: u64 = 12;

/// Most related products that are shown.
const MAX_RELATED: usize = 8;

static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets::with_forms(include_str!("page.css")));

/// `GET /demo?page=…`
pub(crate) async fn shop(call: Call<'_>) -> Result<Reply, Problem> {
    let app = call.app;
    let roots = Roots::of(app);
    let query = call.head.uri.query().unwrap_or_default();
    let number = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "page");
    let number = number.and_then(|(_, number)| number.parse().ok()).filter(|number| *number > 0).unwrap_or(1);
    let page = Page::new(number, CARDS, app.service.settings().max_page_size);
    let products = load::products(&app.service, page).await?;
    let is_full = products.len() as u64 == CARDS;
    let mut cards = Vec::new();
    for id in products.into_iter().filter_map(|product| ProductId::new(product.id).ok()) {
        cards.extend(load::item(&app.service, id).await?.map(|item| Card::of(item, &roots.shop)));
    }
    let href = |number: u64| format!("{}?page={number}", roots.shop);
    let shown = ShopPage {
        frame: roots.frame(),
        cards,
        number: page.number(),
        previous: (number > 1).then(|| href(number - 1)),
        next: is_full.then(|| href(number.saturating_add(1))),
    };
    html(&shown, StatusCode::OK)
}

/// `GET /demo/products/{product_id}`
pub(crate) async fn product(call: Call<'_>) -> Result<Reply, Problem> {
    match place(&call) {
        Some(place) => show(call.app, place, None).await,
        None => no_product(call.app),
    }
}

/// `GET /demo/pictures/{picture}`
pub(crate) async fn picture(call: Call<'_>) -> Result<Reply, Problem> {
    let picture = Picture::find(call.variables[0]).ok_or(Problem::UnknownPath)?;
    Ok(Reply::Picture(Bytes::from(picture.svg())))
}

/// `POST /demo/products/{product_id}/questions`
pub(crate) async fn ask(call: Call<'_>) -> Result<Reply, Problem> {
    let Some(place) = place(&call) else { return no_product(call.app) };
    if forms::is_foreign(&call.head.headers) {
        return foreign(call.app);
    }
    let (app, mut sender) = (call.app, call.sender()?);
    if !load::has(&app.service, place.product_id).await? {
        return no_product(app);
    }
    let mut draft = about(place.product_id, forms::read(call.head, call.body, app.settings.max_body_bytes)?);
    let reserved = complete(app, &mut sender, &mut draft)?;
    let question = NewQuestion::parse(&draft, &app.service.settings().submission);
    let mut question = match with_name(question, reserved) {
        Ok(question) => question,
        Err(errors) => return show(app, place, Some(Refused::new(Form::Question, draft, errors))).await,
    };
    question.product_id = place.product_id;
    let added = app.service.add_question_from(question, None, &sender).await.map_err(failed)?;
    // A new question is the last one of the list.
    let shown = Place { questions: MAX_SHOWN, done: Some(Done::Asked), ..place };
    Ok(came_of(app, added, shown, place, "question"))
}

/// `POST /demo/products/{product_id}/questions/{question_id}`
pub(crate) async fn answer(call: Call<'_>) -> Result<Reply, Problem> {
    let Some(place) = place(&call) else { return no_product(call.app) };
    if forms::is_foreign(&call.head.headers) {
        return foreign(call.app);
    }
    let (app, mut sender) = (call.app, call.sender()?);
    let question_id = QuestionId::parse(call.variables[1]).map_err(|_| Problem::InvalidQuestionId)?;
    let mut draft = forms::read(call.head, call.body, app.settings.max_body_bytes)?;
    let reserved = complete(app, &mut sender, &mut draft)?;
    let answer = NewAnswer::parse(&draft, &app.service.settings().submission);
    let answer = match with_name(answer, reserved) {
        Ok(answer) => answer,
        Err(errors) => {
            let refused = Refused::new(Form::Answer(question_id.get()), draft, errors);
            return show(app, place, Some(refused)).await;
        }
    };
    let added = app.service.add_answer_from(question_id, answer, None, &sender).await;
    let added = match added {
        Err(ServiceError::NotFound) => return gone(app),
        added => added.map_err(failed)?,
    };
    let shown = Place { open: Some(question_id.get()), done: Some(Done::Answered), ..place };
    Ok(came_of(app, added, shown, place, "answer"))
}

/// `POST /demo/products/{product_id}/reviews`
pub(crate) async fn review(call: Call<'_>) -> Result<Reply, Problem> {
    let Some(place) = place(&call) else { return no_product(call.app) };
    if forms::is_foreign(&call.head.headers) {
        return foreign(call.app);
    }
    let (app, mut sender) = (call.app, call.sender()?);
    if !load::has(&app.service, place.product_id).await? {
        return no_product(app);
    }
    let mut draft = about(place.product_id, forms::read(call.head, call.body, app.settings.max_body_bytes)?);
    let reserved = complete(app, &mut sender, &mut draft)?;
    let review = NewReview::parse(&draft, &app.service.settings().submission);
    let mut review = match with_name(review, reserved) {
        Ok(review) => review,
        Err(errors) => return show(app, place, Some(Refused::new(Form::Review, draft, errors))).await,
    };
    review.product_id = place.product_id;
    let added = app.service.add_review_from(review, None, &sender).await.map_err(failed)?;
    let shown = Place { order: ReviewOrder::Newest, done: Some(Done::Reviewed), ..place };
    Ok(came_of(app, added, shown, place, "review"))
}

/// `POST /demo/products/{product_id}/votes/{row}`
pub(crate) async fn vote(call: Call<'_>) -> Result<Reply, Problem> {
    mark(call, Done::Voted).await
}

/// `POST /demo/products/{product_id}/reports/{row}`
pub(crate) async fn report(call: Call<'_>) -> Result<Reply, Problem> {
    mark(call, Done::Reported).await
}

/// Votes for a row or reports it. The row is named like the place of it on the page:
/// `question-33`.
async fn mark(call: Call<'_>, done: Done) -> Result<Reply, Problem> {
    let Some(place) = place(&call) else { return no_product(call.app) };
    if forms::is_foreign(&call.head.headers) {
        return foreign(call.app);
    }
    let (app, row) = (call.app, call.variables[1]);
    let (kind, id) = row.split_once('-').ok_or(Problem::UnknownPath)?;
    let unknown = |_| Problem::UnknownPath;
    let target = match kind {
        "question" => Target::Question(QuestionId::parse(id).map_err(unknown)?),
        "answer" => Target::Answer(AnswerId::parse(id).map_err(unknown)?),
        "review" => Target::Review(ReviewId::parse(id).map_err(unknown)?),
        _ => return Err(Problem::UnknownPath),
    };
    let sender = call.sender()?;
    let marked = match done {
        Done::Voted => vote_from(app, target, &sender).await.map(|()| done),
        _ => app
            .service
            .report_from(target, &sender, None, None)
            .await
            .map(|is_hidden| if is_hidden { Done::Reported } else { Done::Noted }),
    };
    match marked {
        Err(ServiceError::NotFound) => gone(app),
        Err(error) => Err(failed(error)),
        Ok(done) => {
            let list = if kind == "review" { "reviews" } else { "questions" };
            let fragment = if done == Done::Reported { list } else { row };
            Ok(go(app, Place { done: Some(done), ..place }, fragment))
        }
    }
}

/// Leads to a new row where it is shown, or back to where it was sent from if it waits.
fn came_of<I: Id>(app: &App, added: Added<I>, shown: Place, place: Place, kind: &str) -> Reply {
    if added.state == State::Published {
        return go(app, shown, &format!("{kind}-{}", added.id));
    }
    let list = if kind == "review" { "reviews" } else { "questions" };
    go(app, Place { done: Some(Done::Waiting), ..place }, list)
}

/// The place that a request is about; `None` when its path has no id.
fn place(call: &Call<'_>) -> Option<Place> {
    let product_id = ProductId::parse(call.variables[0]).ok()?;
    Some(Place::read(product_id, call.head.uri.query()))
}

/// Shows the page of a product, with a form that came back if there is one.
async fn show(app: &App, place: Place, refused: Option<Refused>) -> Result<Reply, Problem> {
    let (service, id) = (&app.service, place.product_id);
    let Some(item) = load::item(service, id).await? else { return no_product(app) };
    let mut related = Vec::new();
    for other in load::related(service, id).await?.into_iter().take(MAX_RELATED) {
        let Ok(other) = ProductId::new(other) else { continue };
        related.extend(load::item(service, other).await?);
    }
    // One more than is shown says whether there are more.
    let first = |shown: u32| Page::new(1, u64::from(shown) + 1, service.settings().max_page_size);
    let questions = load::questions(service, id, first(place.questions)).await?;
    let reviews = load::reviews(service, id, first(place.reviews), place.order).await?;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (roots, limits) = (Roots::of(app), &service.settings().submission);
    let frame = roots.frame();
    let now = service.now();
    let page =
        ProductPage::new(Shown { frame, place, item, related, questions, reviews, refused, limits, now });
    html(&page, status)
}

/// A draft about this product.
fn about(product_id: ProductId, mut draft: Draft) -> Draft {
    draft.set("product_id", Field::Text(product_id.to_string()));
    draft
}

/// Leads to a place on a page.
fn go(app: &App, place: Place, fragment: &str) -> Reply {
    Reply::SeeOther(format!("{}{}#{fragment}", Roots::of(app).shop, place.path()))
}

fn no_product(app: &App) -> Result<Reply, Problem> {
    let text = "The shop has no product at this address. It may have been sold out long ago.";
    message(app, StatusCode::NOT_FOUND, "No such product", text)
}

fn gone(app: &App) -> Result<Reply, Problem> {
    message(
        app,
        StatusCode::NOT_FOUND,
        "It is not there",
        "What you wanted to answer or to vote for is not there.",
    )
}

fn foreign(app: &App) -> Result<Reply, Problem> {
    let text = "This form came from a page of another site, so nothing was done.";
    message(app, StatusCode::FORBIDDEN, "Not from this page", text)
}

fn message(app: &App, status: StatusCode, title: &str, text: &str) -> Result<Reply, Problem> {
    let roots = Roots::of(app);
    html(&MessagePage { frame: roots.frame(), title, text }, status)
}

/// Writes a page.
fn html(page: &impl Template, status: StatusCode) -> Result<Reply, Problem> {
    let written = page.render().map_err(|error| {
        tracing::error!(%error, "a page of the demo shop cannot be written");
        Problem::Unavailable
    })?;
    Ok(Reply::Page { page: Bytes::from(written), policy: ASSETS.policy(), status })
}

fn failed(error: ServiceError) -> Problem {
    Problem::from_service(error, Problem::UnknownPath)
}

/// The paths that links begin with.
struct Roots {
    shop: String,
    home: String,
}

impl Roots {
    fn of(app: &App) -> Self {
        let prefix = &app.settings.path_prefix;
        Self { shop: format!("{prefix}/demo"), home: format!("{prefix}/") }
    }

    fn frame(&self) -> Frame<'_> {
        Frame { style: ASSETS.style(), icon: ASSETS.icon(), root: &self.shop, home: &self.home }
    }
}
