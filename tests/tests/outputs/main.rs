//! Files that others open: each read by a program that is not ours, and held against the report.

#![allow(missing_docs)]

mod numbers; // the CSV, by DuckDB and Polars
mod paper; // the PDF, by pdfium
mod sessions; // Parquet, by DuckDB and Polars
mod workbook; // cells, by openpyxl
mod world; // some thousand simulated sessions, and the report of them
