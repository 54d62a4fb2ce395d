//! Records as Parquet: exact decimals, whole numbers, text; a group of rows in memory at a time.
//!
//! `value` and the ends of intervals are DECIMAL(38, 10); a figure's exact text stands beside it in
//! `value_text`, and amounts in đồng in `dong` as INT64, so that sums are whole.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use serde::Serialize;

use super::error::ExportError;
use super::machine::{Kind, columns, flat, kind, record_texts};
use super::rows::{Source, Take};
use super::{Rows, Table};
use crate::model::Decimal;

/// Rows in one group: a few tens of megabytes of figures.
const GROUP_ROWS: usize = 20_000;

/// Digits of a decimal, and how many of them stand after the point.
const PRECISION: i32 = 38;
const SCALE: u32 = 10;

/// Columns of figures besides the record's own.
const DONG: &str = "dong";
const VALUE_TEXT: &str = "value_text";

impl From<ParquetError> for ExportError {
    fn from(error: ParquetError) -> Self {
        Self::Format { format: "Parquet", what: error.to_string() }
    }
}

/// Writes the rows of a table.
pub(super) fn write<W: Write + Send>(
    source: &Source<'_>,
    table: Table,
    rows: Rows<'_>,
    out: W,
) -> Result<(), ExportError> {
    let mut names: Vec<(String, Kind)> =
        columns(table).iter().map(|column| (flat(column), kind(table, column))).collect();
    if table == Table::Figures {
        names.extend([(DONG.to_owned(), Kind::Whole), (VALUE_TEXT.to_owned(), Kind::Text)]);
    }
    let fields = names.iter().map(|(name, kind)| field(name, *kind)).collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder(table.name()).with_fields(fields).build()?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("socai".to_owned())
        .build();
    let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
    let kinds = names.into_iter().map(|(_, kind)| kind).collect();
    let mut groups = Groups { writer, table, kinds, held: Vec::new() };
    source.records(table, rows, &mut groups)?;
    groups.put()?;
    groups.writer.close()?;
    Ok(())
}

fn field(name: &str, kind: Kind) -> Result<Arc<Type>, ParquetError> {
    let physical = match kind {
        Kind::Text | Kind::List => Physical::BYTE_ARRAY,
        Kind::Whole => Physical::INT64,
        Kind::Decimal => Physical::FIXED_LEN_BYTE_ARRAY,
        Kind::Truth => Physical::BOOLEAN,
    };
    let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    let field = match kind {
        Kind::Text => field.with_logical_type(Some(LogicalType::String)),
        Kind::List => field.with_logical_type(Some(LogicalType::Json)),
        Kind::Decimal => field
            .with_length(16)
            .with_logical_type(Some(LogicalType::decimal(SCALE.cast_signed(), PRECISION)))
            .with_precision(PRECISION)
            .with_scale(SCALE.cast_signed()),
        Kind::Whole | Kind::Truth => field,
    };
    Ok(Arc::new(field.build()?))
}

struct Groups<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    table: Table,
    kinds: Vec<Kind>,
    held: Vec<Vec<Option<String>>>,
}

impl<W: Write + Send> Take for Groups<W> {
    fn take(&mut self, record: &impl Serialize) -> Result<(), ExportError> {
        let mut cells = record_texts(self.table, record)?;
        if self.table == Table::Figures {
            let at = |name: &str| columns(self.table).iter().position(|column| *column == name);
            let cell = |name: &str| at(name).and_then(|at| cells.get(at)).cloned().flatten();
            let value = cell("value");
            let dong = value.clone().filter(|_| cell("unit").as_deref() == Some("VND"));
            cells.extend([dong, value]);
        }
        self.held.push(cells);
        if self.held.len() == GROUP_ROWS { self.put() } else { Ok(()) }
    }
}

impl<W: Write + Send> Groups<W> {
    fn put(&mut self) -> Result<(), ExportError> {
        let rows = std::mem::take(&mut self.held);
        let mut group = self.writer.next_row_group()?;
        for (at, kind) in self.kinds.iter().enumerate() {
            let cells = rows.iter().map(|row| row.get(at).and_then(Option::as_deref));
            column(&mut group, *kind, cells)?;
        }
        group.close()?;
        Ok(())
    }
}

fn column<'a, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    kind: Kind,
    cells: impl Iterator<Item = Option<&'a str>>,
) -> Result<(), ParquetError> {
    let Some(mut writer) = group.next_column()? else { return Ok(()) };
    match kind {
        Kind::Text | Kind::List => {
            let (values, levels) = split(cells, |text| Some(ByteArray::from(text)));
            writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
        }
        Kind::Whole => {
            let (values, levels) = split(cells, |text| text.parse::<i64>().ok());
            writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
        }
        Kind::Decimal => {
            let (values, levels) = split(cells, decimal);
            writer.typed::<FixedLenByteArrayType>().write_batch(&values, Some(&levels), None)?;
        }
        Kind::Truth => {
            let (values, levels) = split(cells, |text| Some(text == "true"));
            writer.typed::<BoolType>().write_batch(&values, Some(&levels), None)?;
        }
    }
    writer.close()
}

/// Returns the values there are, and for each cell whether it has one.
fn split<'a, T>(
    cells: impl Iterator<Item = Option<&'a str>>,
    read: impl Fn(&str) -> Option<T>,
) -> (Vec<T>, Vec<i16>) {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        let value = cell.and_then(&read);
        levels.push(i16::from(value.is_some()));
        values.extend(value);
    }
    (values, levels)
}

/// Returns the bytes of a decimal at [`SCALE`]; `None` where it does not fit exactly.
fn decimal(text: &str) -> Option<FixedLenByteArray> {
    let value = text.parse::<Decimal>().ok()?;
    let factor = 10i128.checked_pow(SCALE.checked_sub(value.scale())?)?;
    let scaled = value.mantissa().checked_mul(factor)?;
    let limit = 10u128.pow(PRECISION.unsigned_abs());
    (scaled.unsigned_abs() < limit).then(|| ByteArray::from(scaled.to_be_bytes().to_vec()).into())
}
