//! Lines and what each of them is.

use super::cells;
use crate::model::Span;
use crate::model::segment::{Block, BlockKind};
use crate::stage::rules::segment::SegmentRules;

/// A line that heads, dates or frames a text is no longer than this many characters.
const SHORT_LINE: usize = 120;
/// A title may be longer than other short lines.
const TITLE_LINE: usize = 240;
/// A cell of a table whose columns are aligned with spaces has no more characters than this.
const CELL_CHARACTERS: usize = 40;
/// Words of a line that does nothing but date or sign a text, at most.
const DATE_LINE_WORDS: usize = 24;

/// Divides `text` into blocks that tile it; sentences are left empty.
pub(super) fn blocks(text: &str, rules: &SegmentRules) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut seen_title = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let span = Span::new(start, start + line.len());
        start = span.end;
        let kind = kind_of(line, rules, !seen_title);
        seen_title |= kind != BlockKind::Gap;
        blocks.push(Block { kind, span, depth: depth_of(kind, line), head: None, sentences: Vec::new() });
    }
    cells::join(text, &mut blocks, rules);
    heads_of_tables(text, &mut blocks);
    links(text, &mut blocks);
    blocks
}

fn kind_of(line: &str, rules: &SegmentRules, first: bool) -> BlockKind {
    let words = line.trim();
    if words.is_empty() {
        return BlockKind::Gap;
    }
    if cells(line) >= 2 {
        return BlockKind::TableRow;
    }
    let length = words.chars().count();
    if length <= SHORT_LINE {
        let lower = words.to_lowercase();
        if rules.furniture_starts.iter().any(|start| lower.starts_with(start.as_str()))
            || rules.furniture_holds.iter().any(|held| lower.contains(held.as_str()))
        {
            return BlockKind::Gap;
        }
        if rules.caption_starts.iter().any(|start| lower.starts_with(start.as_str())) && !ends_sentence(words)
            || rules.unit_lines.iter().any(|unit| lower.trim_start_matches('(').starts_with(unit.as_str()))
            || !first && states_unit(&lower, rules)
        {
            return BlockKind::TableCaption;
        }
        if !first && is_date_line(words, rules) {
            return BlockKind::DateLine;
        }
    }
    if first && length <= TITLE_LINE && !ends_sentence(words) {
        return BlockKind::Title;
    }
    if is_list_item(words) {
        return BlockKind::ListItem;
    }
    let heading = length <= SHORT_LINE && !ends_sentence(words) && !words.ends_with([',', ';', ':']);
    if heading && (is_numbered(words) || is_capitals(words)) {
        BlockKind::Heading
    } else {
        BlockKind::Paragraph
    }
}

/// Tells whether a line ends with the unit of the table below it in a bracket: `Kinh phí theo tỉnh (ĐVT: triệu đồng)`.
fn states_unit(lower: &str, rules: &SegmentRules) -> bool {
    let Some((_, bracket)) = lower.rsplit_once('(').filter(|_| lower.ends_with(')')) else { return false };
    rules.unit_lines.iter().any(|unit| bracket.starts_with(unit.as_str()))
}

/// Counts the cells of a table row; 1 for a line that is none.
fn cells(line: &str) -> usize {
    let line = line.trim_end_matches(['\n', ' ']);
    let bars = line.trim().trim_matches('|').matches('|').count();
    let tabs = line.trim_start_matches('\t').matches('\t').count();
    // Columns aligned with spaces: short cells and at least two gaps, so that doubled spaces in prose make
    // no table.
    let parts = || line.trim().split("  ").filter(|part| !part.trim().is_empty());
    let gaps = if parts().all(|part| part.chars().count() <= CELL_CHARACTERS) {
        parts().count().saturating_sub(1)
    } else {
        0
    };
    1 + bars.max(tabs).max(if gaps >= 2 { gaps } else { 0 })
}

fn ends_sentence(words: &str) -> bool {
    words.trim_end_matches(['"', '”', ')', '»']).ends_with(['.', '!', '?', '…'])
}

/// `19/01/2018`, `Ngày 3 tháng 5 năm 2020`, `08:15 - 27-12-2022`, in a line of few words.
fn is_date_line(words: &str, rules: &SegmentRules) -> bool {
    if words.split_whitespace().count() > DATE_LINE_WORDS || ends_sentence(words) && words.len() > 60 {
        return false;
    }
    if counts(words, rules) {
        return false;
    }
    let numeric = words.split(|c: char| !(c.is_ascii_digit() || matches!(c, '/' | '-' | '.'))).any(|part| {
        let numbers: Vec<&str> = part.split(['/', '-', '.']).collect();
        matches!(numbers.as_slice(), [day, month, year]
            if (1..=2).contains(&day.len()) && (1..=2).contains(&month.len()) && year.len() == 4)
    });
    let lower = words.to_lowercase();
    let spelled = lower.contains("ngày") && lower.contains("tháng") && lower.contains("năm");
    let mostly_letters = words.chars().filter(|c| c.is_alphabetic()).count() > 70;
    (numeric || spelled) && !mostly_letters
}

/// Tells whether a line counts something: a number before a word, which no date, clock or office has.
fn counts(words: &str, rules: &SegmentRules) -> bool {
    let timed = |word: &str| {
        let word = word.to_lowercase();
        rules.date_words.contains(&word)
    };
    let number = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
            && !word.ends_with([',', '.'])
    };
    let mut all = words.split_whitespace().peekable();
    let mut before = "";
    while let Some(word) = all.next() {
        let word = word.trim_start_matches(['(', '[']);
        let counted = all.peek().is_some_and(|next| {
            (next.starts_with(char::is_lowercase) || next.starts_with('%')) && !timed(next)
        });
        if number(word) && counted && !timed(before) || word.len() > 1 && word.ends_with('%') {
            return true;
        }
        before = word;
    }
    false
}

/// `- …`, `+ …`, `• …`, `* …`, `a) …`, `1) …`.
fn is_list_item(words: &str) -> bool {
    let mut letters = words.chars();
    match (letters.next(), letters.next()) {
        (Some('-' | '+' | '•' | '*' | '–' | '—' | '·' | '●' | '▪'), Some(next)) => {
            !next.is_ascii_digit()
        }
        (Some(label), Some(')')) => label.is_alphanumeric(),
        _ => false,
    }
}

/// `I. …`, `2. …`, `2.1. …`, `a. …`.
fn is_numbered(words: &str) -> bool {
    let Some((number, _)) = words.split_once(' ') else { return false };
    let Some(number) = number.strip_suffix(['.', ')', '/']) else { return false };
    let roman = number.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
    let digits = number
        .split('.')
        .all(|part| !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit()));
    !number.is_empty() && (roman || digits || number.chars().count() == 1)
}

fn is_capitals(words: &str) -> bool {
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 4 && !words.chars().any(char::is_lowercase)
}

fn depth_of(kind: BlockKind, line: &str) -> u8 {
    let words = line.trim_start();
    match kind {
        BlockKind::Heading => match words.chars().next() {
            Some('I' | 'V' | 'X') => 1,
            Some(c) if c.is_ascii_digit() => 2,
            _ => 1,
        },
        BlockKind::ListItem => {
            let inner = words.starts_with(['+', '*', '·', '▪']);
            let indent = line.len() - words.len() >= 4;
            1 + u8::from(inner || indent)
        }
        _ => 0,
    }
}

/// The first row of a run of rows names the columns, where it holds no number of its own.
fn heads_of_tables(text: &str, blocks: &mut [Block]) {
    let mut inside = false;
    for index in 0..blocks.len() {
        let row = blocks[index].kind == BlockKind::TableRow;
        // Rows below a head that is known: cells that stood one a line.
        inside |= index > 0 && blocks[index - 1].kind == BlockKind::TableHead;
        if row && !inside {
            let words = blocks[index].span.of(text);
            let next_is_row = blocks.get(index + 1).is_some_and(|next| next.kind == BlockKind::TableRow);
            if !next_is_row && cells(words) < 3 {
                // One line with a bar is a line with a bar (a byline, a menu), not a table.
                blocks[index].kind = BlockKind::Paragraph;
                continue;
            }
            let next = blocks.get(index + 1).map_or("", |next| next.span.of(text));
            if next_is_row && names_columns(words, next) {
                blocks[index].kind = BlockKind::TableHead;
            }
        }
        inside = row && blocks[index].kind != BlockKind::Paragraph;
    }
}

/// Tells whether a row names the columns of the rows below: it is of letters, or no cell of it is a figure where
/// the row below has some. Years are names (`KH 2019`, `2018`).
fn names_columns(row: &str, below: &str) -> bool {
    let digits = row.chars().filter(char::is_ascii_digit).count();
    let letters = row.chars().filter(|c| c.is_alphabetic()).count();
    let figures = |row: &str| {
        let cells = row.split(['|', '\t']).flat_map(|cell| cell.split("  ")).map(str::trim);
        let year = |cell: &str| cell.len() == 4 && (cell.starts_with("19") || cell.starts_with("20"));
        cells.filter(|cell| cells::is_number(cell) && !year(cell)).count()
    };
    letters > digits * 3 || letters > 0 && figures(row) == 0 && figures(below) > 1
}

/// Links list items to the block that introduces them and table rows to the table's first block.
fn links(text: &str, blocks: &mut [Block]) {
    let mut introduced: Option<usize> = None;
    let mut outer: Option<usize> = None;
    let mut table: Option<usize> = None;
    for (index, block) in blocks.iter_mut().enumerate() {
        let words = block.span.of(text).trim();
        match block.kind {
            BlockKind::Gap => {}
            BlockKind::ListItem => {
                table = None;
                let nested = block.depth > 1;
                block.head = if nested && outer.is_some() { outer } else { introduced };
                if words.ends_with(':') || !nested {
                    outer = Some(index);
                }
            }
            BlockKind::TableCaption | BlockKind::TableHead | BlockKind::TableRow => {
                block.head = Some(*table.get_or_insert(index));
            }
            _ => {
                (table, outer) = (None, None);
                introduced = words.ends_with(':').then_some(index);
            }
        }
    }
}
