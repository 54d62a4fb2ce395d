//! How a clean text divides: blocks tile the text, sentences tile a block, clauses tile a sentence.

use serde::{Deserialize, Serialize};

use super::Span;

/// What kind of block a stretch of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// The document's title.
    Title,
    /// A section's heading.
    Heading,
    /// A line that only dates or signs the document (date line, byline, place and date).
    DateLine,
    /// Running prose.
    Paragraph,
    /// An item of a list; `depth` tells the nesting.
    ListItem,
    /// A table's caption or unit line (`ĐVT: triệu đồng`).
    TableCaption,
    /// The row of a table that names the columns.
    TableHead,
    /// A row of a table; its clauses are its cells.
    TableRow,
    /// White space between blocks, or furniture that stayed in the text.
    Gap,
}

/// A block: a paragraph, a heading, a list item, a table row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Where it stands in the clean text; blocks tile the text.
    pub span: Span,
    /// Heading level (1 is the highest) or list nesting (1 is the outermost); 0 elsewhere.
    pub depth: u8,
    /// For list items: the index of the block that introduces the list (`bao gồm:`), where there is
    /// one. For table rows and captions: the index of the table's first block.
    pub head: Option<usize>,
    /// Its sentences; they tile the block.
    pub sentences: Vec<Sentence>,
}

/// A sentence (or a table row as a whole) and the clauses (or cells) that tile it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Where it stands in the clean text, trailing white space included.
    pub span: Span,
    /// Its clauses or cells.
    pub clauses: Vec<Span>,
}
