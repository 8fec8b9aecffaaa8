//! The figures of agreement, as the program has them.

#[path = "../../src/agreement/aspect.rs"]
mod aspect;
#[path = "../../src/agreement/figures.rs"]
mod figures;

pub use aspect::Aspect;
pub use figures::figures;
