//! Tables with one cell a line, as text that was copied out of a document comes: the lines of the head and of
//! each row become one block.
//!
//! A table begins where a line numbers the rows (`TT`) and the first number follows a few cells later, or where
//! a label with so many numbers under it stands twice in a row below as many heads. Lines of a row are taken
//! as far as the next row's number or label; what does not come out even is left as it was.

use std::ops::RangeInclusive;

use crate::model::Span;
use crate::model::segment::{Block, BlockKind};
use crate::stage::rules::segment::SegmentRules;

/// A cell has no more characters than this.
const CELL_CHARACTERS: usize = 60;
/// A unit line of no more characters than this names no unit.
const UNIT_HEAD_CHARACTERS: usize = 11;
/// Columns of a table.
const COLUMNS: RangeInclusive<usize> = 3..=12;
/// Rows that make a table.
const ROWS: usize = 2;

/// A line of a run that may be cells.
#[derive(Debug, Clone, Copy)]
struct Cell<'t> {
    /// Its block.
    block: usize,
    words: &'t str,
}

/// The rows of a table in a run: where the head begins, and where each row begins and the last ends.
#[derive(Debug)]
struct Rows {
    head: usize,
    starts: Vec<usize>,
    end: usize,
}

/// Joins the lines of such tables in `blocks`, one a line so far. Linear in their number.
pub(super) fn join(text: &str, blocks: &mut Vec<Block>, rules: &SegmentRules) {
    let mut tables: Vec<(usize, usize, BlockKind)> = Vec::new();
    let mut run: Vec<Cell<'_>> = Vec::new();
    for index in 0..=blocks.len() {
        let block = blocks.get(index);
        let words = block.map_or("", |block| block.span.of(text).trim());
        if block.is_some() && words.is_empty() {
            continue;
        }
        if block.is_some_and(|block| may_be_cell(block, words)) {
            run.push(Cell { block: index, words });
            continue;
        }
        tables_of(&run, rules, &mut tables);
        run.clear();
    }
    let mut joined = Vec::with_capacity(blocks.len());
    let mut at = 0;
    for (from, to, kind) in tables {
        joined.extend_from_slice(&blocks[at..from]);
        let span = Span::new(blocks[from].span.start, blocks[to - 1].span.end);
        joined.push(Block { kind, span, depth: 0, head: None, sentences: Vec::new() });
        at = to;
    }
    if at > 0 {
        joined.extend_from_slice(&blocks[at..]);
        *blocks = joined;
    }
}

fn may_be_cell(block: &Block, words: &str) -> bool {
    let kind = match block.kind {
        BlockKind::Paragraph | BlockKind::Heading | BlockKind::ListItem | BlockKind::Gap => true,
        // `Đơn vị tính` with no unit behind it is the head of a column.
        BlockKind::TableCaption => {
            !words.contains([':', '(']) && words.chars().count() <= UNIT_HEAD_CHARACTERS
        }
        _ => false,
    };
    kind && words.chars().nth(CELL_CHARACTERS).is_none() && !words.ends_with(['.', ';', ':', '!', '?'])
}

/// Adds the blocks of the tables of a run: from, to (one past), what they become.
fn tables_of(run: &[Cell<'_>], rules: &SegmentRules, tables: &mut Vec<(usize, usize, BlockKind)>) {
    let mut at = 0;
    while at + COLUMNS.start() * (ROWS + 1) <= run.len() {
        let Some(rows) = numbered(run, at, rules).or_else(|| labelled(run, at)) else {
            at += 1;
            continue;
        };
        let block = |cell: usize| run[cell].block;
        tables.push((block(rows.head), block(rows.starts[0]), BlockKind::TableHead));
        for (number, start) in rows.starts.iter().enumerate() {
            // Blank lines between two rows belong to the first; those behind the last stay.
            let to = rows.starts.get(number + 1).map_or(block(rows.end - 1) + 1, |next| block(*next));
            tables.push((block(*start), to, BlockKind::TableRow));
        }
        at = rows.end;
    }
}

/// The rows of a table whose first head numbers them.
fn numbered(run: &[Cell<'_>], head: usize, rules: &SegmentRules) -> Option<Rows> {
    let first = run[head].words.to_lowercase();
    rules.numbering_heads.contains(&first).then_some(())?;
    let opens = |cell: &Cell<'_>| matches!(cell.words, "1" | "I" | "A" | "01");
    let columns = run[head..].iter().take(COLUMNS.end() + 1).position(opens)?;
    COLUMNS.contains(&columns).then_some(())?;
    let mut starts = Vec::new();
    let mut at = head + columns;
    let mut figures = 0;
    while let Some(cell) = run.get(at) {
        let length = if order(cell.words) {
            numbered_row(run, at, columns)
        } else {
            // The row of the sum has no number, and as many figures as the rows above.
            let count = numbers(run, at + 1, columns);
            (figures > 0 && count == figures && is_label(cell.words)).then_some(count + 1)
        };
        let Some(length) = length else { break };
        figures = numbers_at_end(&run[at..at + length]).max(figures);
        starts.push(at);
        at += length;
    }
    (starts.len() >= ROWS).then_some(Rows { head, starts, end: at })
}

/// How many lines the row that the number at `at` opens has.
fn numbered_row(run: &[Cell<'_>], at: usize, columns: usize) -> Option<usize> {
    let next = run[at].words.parse::<u32>().ok().map(|number| number + 1);
    let numbered =
        |at: usize| next.is_some() && run.get(at).is_some_and(|cell| cell.words.parse().ok() == next);
    is_label(run.get(at + 1)?.words).then_some(())?;
    let row = run.get(at..at + columns).filter(|row| numbers_at_end(row) > 0);
    if row.is_some() && numbered(at + columns) {
        return Some(columns);
    }
    // A cell or more are empty: the row ends where the next number and label stand.
    let labelled = |at: usize| run.get(at + 1).is_some_and(|cell| is_label(cell.words));
    let ends = |length: &usize| numbered(at + length) && labelled(at + length);
    let goes_on = |cell: Option<&Cell<'_>>| cell.is_none_or(|cell| order(cell.words) || is_label(cell.words));
    let whole = row.filter(|_| goes_on(run.get(at + columns))).map(|_| columns);
    (2..columns).rev().find(ends).or(whole)
}

/// The rows of a table whose rows are a label and figures.
fn labelled(run: &[Cell<'_>], head: usize) -> Option<Rows> {
    let labels = run[head..].iter().take(COLUMNS.end() + 1).take_while(|cell| is_label(cell.words)).count();
    let figures = labels.checked_sub(2)?;
    let columns = figures + 1;
    COLUMNS.contains(&columns).then_some(())?;
    let mut starts = Vec::new();
    let mut at = head + columns;
    while run.get(at).is_some_and(|cell| is_label(cell.words)) && numbers(run, at + 1, columns) == figures {
        starts.push(at);
        at += columns;
    }
    (starts.len() >= ROWS).then_some(Rows { head, starts, end: at })
}

/// How many cells from `at` on are figures, at most `most`.
fn numbers(run: &[Cell<'_>], at: usize, most: usize) -> usize {
    run[at.min(run.len())..].iter().take(most).take_while(|cell| is_number(cell.words)).count()
}

fn numbers_at_end(row: &[Cell<'_>]) -> usize {
    row.iter().rev().take_while(|cell| is_number(cell.words)).count().min(row.len() - 1)
}

/// Tells whether a line numbers a row: `3`, `IV`, `b`.
fn order(words: &str) -> bool {
    let digits = words.len() <= 3 && words.bytes().all(|byte| byte.is_ascii_digit());
    let roman = words.len() <= 5 && words.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
    digits || roman || words.len() == 1 && words.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Tells whether a cell is a figure, or the dash that stands for none.
pub(super) fn is_number(words: &str) -> bool {
    let digit = words.bytes().any(|byte| byte.is_ascii_digit());
    let dash = matches!(words, "-" | "–" | "—" | "…");
    dash || digit
        && words.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '%' | '/' | '-' | ' '))
}

fn is_label(words: &str) -> bool {
    words.contains(char::is_alphabetic) || words == "%"
}
