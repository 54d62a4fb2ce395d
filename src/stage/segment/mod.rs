//! The segment stage: clean text to blocks, sentences, clauses.
//!
//! 1. [`blocks`](blocks::blocks) tells of each line what it is: title, heading, date line, paragraph,
//!    list item, table row, furniture.
//!    Cells that stand one a line ([`cells`](cells::join)) are put together to rows.
//! 2. [`sentences`](sentences::sentences) cuts each block at its full stops, and each sentence at
//!    its commas, semicolons, colons and brackets; a table row is cut into its cells. A sentence of more than
//!    [`SENTENCE_BYTES`](sentences::SENTENCE_BYTES) is cut at a space into sentences of no more; a row is not.
//!
//! Law: blocks tile the text, sentences tile their block, clauses tile their sentence.

mod blocks;
mod cells;
mod sentences;

use crate::model::segment::Block;
use crate::stage::rules::segment::SegmentRules;

/// Changes whenever the stage's output may; a part of its identity.
pub const VERSION: u32 = 5;

/// Divides a clean text. Linear in its length.
pub fn segment(text: &str, rules: &SegmentRules) -> Vec<Block> {
    let mut blocks = blocks::blocks(text, rules);
    for block in &mut blocks {
        block.sentences = sentences::sentences(text, block, rules);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;
    use crate::model::segment::BlockKind;
    use crate::stage::rules::RulePack;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<(BlockKind, String)> {
        segment(text, &RulePack::builtin().segment)
            .into_iter()
            .map(|block| (block.kind, block.span.of(text).trim().to_owned()))
            .collect()
    }

    fn sentences_of(text: &str) -> Vec<String> {
        segment(text, &RulePack::builtin().segment)
            .iter()
            .flat_map(|block| &block.sentences)
            .map(|sentence| sentence.span.of(text).trim().to_owned())
            .collect()
    }

    #[test]
    fn a_report_divides_into_its_parts() {
        use BlockKind::*;
        let text = "Kết quả khuyến công tỉnh A năm 2020\n\
                    Thứ Sáu, 19/01/2021, 08:15\n\
                    \n\
                    I. KẾT QUẢ\n\
                    Năm 2020, tỉnh thực hiện các nội dung sau:\n\
                    - Đào tạo nghề cho 50 lao động;\n\
                    - Hỗ trợ 12 cơ sở.\n\
                    Bảng 1. Kinh phí (ĐVT: triệu đồng)\n\
                    TT | Huyện | Kinh phí\n\
                    1 | An Lão | 120\n\
                    Xem thêm: tin khác\n";
        let expected = [
            (Title, "Kết quả khuyến công tỉnh A năm 2020"),
            (DateLine, "Thứ Sáu, 19/01/2021, 08:15"),
            (Heading, "I. KẾT QUẢ"),
            (Paragraph, "Năm 2020, tỉnh thực hiện các nội dung sau:"),
            (ListItem, "- Đào tạo nghề cho 50 lao động;"),
            (ListItem, "- Hỗ trợ 12 cơ sở."),
            (TableCaption, "Bảng 1. Kinh phí (ĐVT: triệu đồng)"),
            (TableHead, "TT | Huyện | Kinh phí"),
            (TableRow, "1 | An Lão | 120"),
            (Gap, "Xem thêm: tin khác"),
        ];
        let found: Vec<_> = kinds(text).into_iter().filter(|(_, words)| !words.is_empty()).collect();
        let expected: Vec<_> = expected.into_iter().map(|(kind, words)| (kind, words.to_owned())).collect();
        assert_eq!(found, expected);
        let blocks = segment(text, &RulePack::builtin().segment);
        let heads: Vec<_> = blocks.iter().filter(|b| b.kind == ListItem).map(|b| b.head).collect();
        let paragraph = blocks.iter().position(|b| b.kind == Paragraph);
        assert_eq!(heads, [paragraph, paragraph]);
    }

    #[test]
    fn a_full_stop_ends_a_sentence_only_where_it_does() {
        let text = "Ngày 3/8. Cục phối hợp với Sở Công Thương TP. Hồ Chí Minh tổ chức hội nghị. \
                    Doanh thu đạt 3.382 triệu đồng... Ông K. Văn A cho biết. 6 tháng đầu năm tăng 8,5%.";
        assert_eq!(
            sentences_of(text),
            [
                "Ngày 3/8.",
                "Cục phối hợp với Sở Công Thương TP. Hồ Chí Minh tổ chức hội nghị.",
                "Doanh thu đạt 3.382 triệu đồng...",
                "Ông K. Văn A cho biết.",
                "6 tháng đầu năm tăng 8,5%.",
            ]
        );
    }

    proptest! {
        #[test]
        fn no_sentence_is_longer_than_the_limit(piece in "[a-cĐđ .,;:()0-9\\-ệ🙂]{1,12}", times in 400usize..1600) {
            let text = piece.repeat(times);
            let blocks = segment(&text, &RulePack::builtin().segment);
            for block in &blocks {
                prop_assert!(tiles(block.span, block.sentences.iter().map(|s| s.span)));
                for sentence in &block.sentences {
                    let span = sentence.span;
                    let is_row = matches!(block.kind, BlockKind::TableRow | BlockKind::TableHead);
                    prop_assert!(is_row || span.end - span.start <= sentences::SENTENCE_BYTES);
                    prop_assert!(tiles(span, sentence.clauses.iter().copied()));
                }
            }
        }

        #[test]
        fn blocks_sentences_and_clauses_tile(text in "[a-cĐđ .,;:()|\t\n0-9\\-ệA-C]{0,120}") {
            let blocks = segment(&text, &RulePack::builtin().segment);
            prop_assert!(tiles(Span::new(0, text.len()), blocks.iter().map(|block| block.span)));
            for block in &blocks {
                prop_assert!(tiles(block.span, block.sentences.iter().map(|s| s.span)));
                for sentence in &block.sentences {
                    prop_assert!(text.get(sentence.span.start..sentence.span.end).is_some());
                    prop_assert!(tiles(sentence.span, sentence.clauses.iter().copied()));
                }
            }
        }
    }

    fn tiles(whole: Span, parts: impl Iterator<Item = Span>) -> bool {
        let mut at = whole.start;
        for part in parts {
            if part.start != at || part.is_empty() {
                return false;
            }
            at = part.end;
        }
        at == whole.end
    }
}
