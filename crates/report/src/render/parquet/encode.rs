//! One column of one group as bytes, packed.

use ::parquet::column::writer::{ColumnCloseResult, ColumnWriterImpl, get_column_writer};
use ::parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type,
};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterPropertiesPtr;
use ::parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use bytes::Bytes;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::column::{Cells, Column, Texts};
use super::schema;
use crate::CohortUnit;

/// Rows that are handed over at once.
const BATCH_ROWS: usize = 4_096;

/// A column of a group, packed.
pub(super) struct Encoded {
    pub(super) bytes: Bytes,
    pub(super) close: ColumnCloseResult,
}

/// Packs column `number` of `units`.
pub(super) fn encode(
    column: &Column,
    number: usize,
    properties: &WriterPropertiesPtr,
    texts: &Texts<'_>,
    units: &[CohortUnit],
) -> Result<Encoded, ParquetError> {
    match &column.cells {
        Cells::Id(id) => pack::<ByteArrayType>(number, properties, units, |batch, packing| {
            packing.ids(batch.iter().map(|unit| Some(id(texts, unit))));
        }),
        Cells::MaybeId(id) => pack::<ByteArrayType>(number, properties, units, |batch, packing| {
            packing.ids(batch.iter().map(|unit| id(texts, unit)));
        }),
        Cells::Text(text) => {
            each::<ByteArrayType>(number, properties, units, |unit| Some(text(texts, unit).clone()))
        }
        Cells::MaybeText(text) => {
            each::<ByteArrayType>(number, properties, units, |unit| text(texts, unit).cloned())
        }
        Cells::Count(count) => each::<Int32Type>(number, properties, units, |unit| {
            Some(i32::try_from(count(unit)).unwrap_or(i32::MAX))
        }),
        Cells::Instant(at) => {
            each::<Int64Type>(number, properties, units, |unit| Some(at(unit).as_micros()))
        }
        Cells::MaybeInstant(at) => {
            each::<Int64Type>(number, properties, units, |unit| Some(at(unit)?.as_micros()))
        }
        #[allow(clippy::cast_precision_loss)] // 285 years are whole microseconds in a double
        Cells::Length(us) => {
            each::<DoubleType>(number, properties, units, |unit| Some(us(unit)? as f64 / 1e6))
        }
        Cells::Flag(is) => each::<BoolType>(number, properties, units, |unit| Some(is(unit))),
    }
}

/// Packs a value for each unit.
fn each<T: DataType>(
    number: usize,
    properties: &WriterPropertiesPtr,
    units: &[CohortUnit],
    value: impl Fn(&CohortUnit) -> Option<T::T>,
) -> Result<Encoded, ParquetError> {
    pack::<T>(number, properties, units, |batch, packing| {
        for unit in batch {
            packing.push(value(unit));
        }
    })
}

/// What of a column is handed over at once.
struct Packing<T: DataType> {
    values: Vec<T::T>,
    /// For each row, 1 if it has a value.
    levels: Vec<i16>,
}

impl<T: DataType> Packing<T> {
    fn push(&mut self, value: Option<T::T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }
}

impl Packing<ByteArrayType> {
    /// The ids' texts are written behind one another: millions of them are not each worth an
    /// allocation.
    fn ids(&mut self, ids: impl Iterator<Item = Option<Uuid>>) {
        let mut text = vec![0; BATCH_ROWS * Hyphenated::LENGTH];
        let mut end = 0;
        for id in ids {
            self.levels.push(i16::from(id.is_some()));
            if let Some(id) = id {
                id.hyphenated().encode_lower(&mut text[end..]);
                end += Hyphenated::LENGTH;
            }
        }
        text.truncate(end);
        let text = ByteArray::from(text);
        let starts = (0..end).step_by(Hyphenated::LENGTH);
        self.values.extend(starts.map(|start| text.slice(start, Hyphenated::LENGTH)));
    }
}

fn pack<T: DataType>(
    number: usize,
    properties: &WriterPropertiesPtr,
    units: &[CohortUnit],
    fill: impl Fn(&[CohortUnit], &mut Packing<T>),
) -> Result<Encoded, ParquetError> {
    let column = schema::descriptor()?.column(number);
    let may_be_null = 0 < column.max_def_level();
    let mut sink = TrackedWrite::new(Vec::new());
    let pages = Box::new(SerializedPageWriter::new(&mut sink));
    let mut writer = get_column_writer(column, properties.clone(), pages);
    let typed: &mut ColumnWriterImpl<'_, T> = T::get_column_writer_mut(&mut writer)
        .ok_or_else(|| ParquetError::General("a column of another type".to_owned()))?;
    let mut packing = Packing { values: Vec::new(), levels: Vec::new() };
    for batch in units.chunks(BATCH_ROWS) {
        packing.values.clear();
        packing.levels.clear();
        fill(batch, &mut packing);
        let levels = may_be_null.then_some(&packing.levels[..]);
        typed.write_batch(&packing.values, levels, None)?;
    }
    let close = writer.close()?;
    Ok(Encoded { bytes: sink.into_inner()?.into(), close })
}
