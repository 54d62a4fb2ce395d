//! Where a figure stands in its document, as a person finds it: line, page, cell of a table.

use crate::event::envelope::{Envelope, Position};
use crate::event::kinds::Event;
use crate::model::Span;
use crate::model::figure::Figure;
use crate::model::segment::{Block, BlockKind};
use crate::model::text::OffsetMap;

/// A cell of a table, with the words of the row's first cell and of the column's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// From 1, below the head.
    pub(super) row: usize,
    /// Empty where the figure itself stands first in its row.
    pub(super) row_name: String,
    /// From 1.
    pub(super) column: usize,
    /// Empty where the table has no head.
    pub(super) column_name: String,
}

/// Returns the number, from 1, of the line in which a byte of a text stands.
pub(super) fn line(source: &str, at: usize) -> usize {
    1 + count(source, at, b'\n')
}

/// Returns the number, from 1, of the page in which a byte of a text stands; `None` where the text has no
/// page breaks.
pub(super) fn page(source: &str, at: usize) -> Option<usize> {
    source.contains('\u{c}').then(|| 1 + count(source, at, 0x0c))
}

fn count(source: &str, until: usize, wanted: u8) -> usize {
    source.as_bytes().get(..until).unwrap_or_default().iter().filter(|byte| **byte == wanted).count()
}

/// Returns the cell in which a figure stands, by the events of its document; `None` outside of tables.
pub(super) fn cell(events: &[Envelope], figure: &Figure, source: &str) -> Option<Cell> {
    // The extraction that read it so followed one segmentation, and that one cleaned text.
    let read_so = |event: &Envelope| match &event.event {
        Event::FiguresExtracted(extracted) => extracted.figures.contains(figure),
        _ => false,
    };
    let extraction = events.iter().rev().find(|event| read_so(event))?;
    let at = |position: Option<Position>| events.iter().find(|event| Some(event.position) == position);
    let segmentation = at(extraction.cause)?;
    let Event::TextSegmented(segmented) = &segmentation.event else { return None };
    let Event::TextCleaned(cleaned) = &at(segmentation.cause)?.event else { return None };
    in_table(&segmented.blocks, &cleaned.map, figure.span.start, source)
}

fn in_table(blocks: &[Block], map: &OffsetMap, at: usize, source: &str) -> Option<Cell> {
    let holds = |span: Span| {
        let span = map.to_source(span);
        span.start <= at && at < span.end
    };
    let is_row = |block: &Block| block.kind == BlockKind::TableRow;
    let here = blocks.iter().position(|block| is_row(block) && holds(block.span))?;
    let block = blocks.get(here)?;
    let table = blocks.get(block.head.unwrap_or(here)..=here)?;
    let cells = |block: &Block| -> Vec<Span> {
        block.sentences.iter().flat_map(|sentence| sentence.clauses.iter().copied()).collect()
    };
    let own = cells(block);
    let column = own.iter().position(|cell| holds(*cell))?;
    let words = |cells: &[Span], at: usize| {
        let words = cells.get(at).map_or("", |cell| map.to_source(*cell).of(source));
        words.trim_matches(|letter: char| letter.is_whitespace() || letter == '|').to_owned()
    };
    let head = table.iter().find(|block| block.kind == BlockKind::TableHead).map(cells).unwrap_or_default();
    // The head's first cell may be several clauses (`Nội dung (ĐVT: triệu đồng)`): columns are told from the end.
    let of_head = head.len().checked_sub(own.len() - column);
    Some(Cell {
        row: table.iter().filter(|block| is_row(block)).count(),
        row_name: if column == 0 { String::new() } else { words(&own, 0) },
        column: column + 1,
        column_name: of_head.map_or_else(String::new, |at| words(&head, at)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::segment::Sentence;
    use crate::model::text::Run;

    #[test]
    fn lines_and_pages_are_counted_from_one() {
        let text = "một\nhai\u{c}ba\nbốn";
        assert_eq!((line(text, 0), page(text, 0)), (1, Some(1)));
        assert_eq!((line(text, text.len()), page(text, text.len())), (3, Some(2)));
        assert_eq!(page("một", 1), None);
    }

    #[test]
    fn a_cell_is_named_by_its_row_and_its_head() {
        let source = "Tên | Kế hoạch\nĐào tạo | 1.200\nHội chợ | 2.400\n";
        let map = OffsetMap {
            runs: vec![Run { clean: 0, len: source.len(), source: 0, source_len: source.len() }],
        };
        let mut blocks = Vec::new();
        let mut start = 0;
        for line in source.split_inclusive('\n') {
            let bar = start + line.find('|').unwrap();
            let span = Span::new(start, start + line.len());
            let clauses = vec![Span::new(start, bar), Span::new(bar, span.end)];
            let kind = if start == 0 { BlockKind::TableHead } else { BlockKind::TableRow };
            let sentences = vec![Sentence { span, clauses }];
            blocks.push(Block { kind, span, depth: 0, head: Some(0), sentences });
            start = span.end;
        }
        let cell = in_table(&blocks, &map, source.find("2.400").unwrap(), source).unwrap();
        assert_eq!((cell.row, cell.column), (2, 2));
        assert_eq!((cell.row_name.as_str(), cell.column_name.as_str()), ("Hội chợ", "Kế hoạch"));
        assert_eq!(in_table(&blocks, &map, 0, source), None, "the head is no row");
    }
}
