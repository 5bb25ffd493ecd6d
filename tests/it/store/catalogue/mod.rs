//! What every kind of store promises about the catalogue.

mod reading;
mod sqlite_damage;
mod stock;
