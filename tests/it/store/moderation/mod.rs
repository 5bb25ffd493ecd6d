//! What every kind of store promises about moderation.

mod appeals;
mod damage;
mod decisions;
mod desk;
mod expected;
mod model;
mod queue;
mod races;
mod reports;
mod retention;
mod states;
mod undo;
