//! Facts about the whole analysis.
