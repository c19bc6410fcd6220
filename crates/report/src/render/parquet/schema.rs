//! The columns' names and types, and what is said of the whole.

use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, LogicalType, Repetition, TimeUnit, Type, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use ::parquet::schema::types::{self, ColumnPath, SchemaDescriptor, TypePtr};

use super::column::{Cells, Column, row};
use crate::Query;

/// Who made the file: without a version, which is no part of the answer.
const CREATED_BY: &str = "weir";

pub(super) fn schema() -> Result<TypePtr, ParquetError> {
    let columns = Column::ALL.iter().map(field).collect::<Result<_, _>>()?;
    let schema = types::Type::group_type_builder("weir").with_fields(columns).build()?;
    Ok(Arc::new(schema))
}

pub(super) fn descriptor() -> Result<SchemaDescriptor, ParquetError> {
    Ok(SchemaDescriptor::new(schema()?))
}

fn field(column: &Column) -> Result<TypePtr, ParquetError> {
    let (kind, meant, repetition) = match column.cells {
        Cells::Id(_) | Cells::Text(_) => {
            (Type::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED)
        }
        Cells::MaybeId(_) | Cells::MaybeText(_) => {
            (Type::BYTE_ARRAY, Some(LogicalType::String), Repetition::OPTIONAL)
        }
        Cells::Count(_) => (Type::INT32, None, Repetition::REQUIRED),
        Cells::Instant(_) => (Type::INT64, Some(instant()), Repetition::REQUIRED),
        Cells::MaybeInstant(_) => (Type::INT64, Some(instant()), Repetition::OPTIONAL),
        Cells::Length(_) => (Type::DOUBLE, None, Repetition::OPTIONAL),
        Cells::Flag(_) => (Type::BOOLEAN, None, Repetition::REQUIRED),
    };
    let field = types::Type::primitive_type_builder(column.name, kind)
        .with_repetition(repetition)
        .with_logical_type(meant)
        .build()?;
    Ok(Arc::new(field))
}

/// UTC, with microseconds.
fn instant() -> LogicalType {
    LogicalType::timestamp(true, TimeUnit::MICROS)
}

pub(super) fn properties(query: &Query) -> WriterPropertiesPtr {
    let mut properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        // Level 1: twice the level packs little better and takes twice as long.
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_key_value_metadata(Some(said(query)))
        // Groups end where this module says.
        .set_max_row_group_row_count(None);
    for column in &Column::ALL {
        let path = ColumnPath::from(column.name);
        let few = matches!(column.cells, Cells::Text(_) | Cells::MaybeText(_) | Cells::Count(_));
        properties = properties.set_column_dictionary_enabled(path.clone(), few);
        if matches!(column.cells, Cells::Instant(_) | Cells::MaybeInstant(_)) {
            properties = properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    Arc::new(properties.build())
}

/// What the file says of itself: what was asked, what a row is, what the columns mean.
fn said(query: &Query) -> Vec<KeyValue> {
    let columns = Column::ALL.iter().map(|column| format!("{}: {}", column.name, column.about));
    let columns: Vec<_> = columns.collect();
    [
        ("weir.report", "abandonment".to_owned()),
        ("weir.version", "1".to_owned()),
        // A question is texts and numbers: it is always JSON.
        ("weir.input", serde_json::to_string(query).unwrap_or_default()),
        ("weir.row", row(query.unit).to_owned()),
        ("weir.columns", columns.join("\n")),
    ]
    .map(|(key, value)| KeyValue::new(key.to_owned(), value))
    .to_vec()
}
