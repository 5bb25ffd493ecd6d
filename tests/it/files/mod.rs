//! The CSV files themselves, by the library: what the generator writes, and what an import takes or
//! refuses. Rows go to a store in memory. What the commands do with the stores is tested in
//! `import`.

mod generated;
mod imported;
mod memory;
mod sets;
