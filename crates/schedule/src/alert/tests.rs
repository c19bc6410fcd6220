//! Judging, from reports of a few numbers.
