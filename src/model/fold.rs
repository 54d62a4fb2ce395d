//! Text as it is searched for: small letters without marks, `đ` as `d`.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Returns `text` in small letters without marks, every stretch of white space as one space:
/// `Đắk  Lắk` is `dak lak`.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let letters = DecomposingNormalizerBorrowed::new_nfd().normalize_iter(text.chars());
    for letter in letters.flat_map(char::to_lowercase) {
        match letter {
            '\u{300}'..='\u{36f}' => {}
            'đ' => folded.push('d'),
            space if space.is_whitespace() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            other => folded.push(other),
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn marks_case_and_spaces_do_not_matter() {
        assert_eq!(fold(" Đắk\n Lắk "), "dak lak");
        assert_eq!(fold("KINH PHÍ khuyến công"), "kinh phi khuyen cong");
        assert_eq!(fold("tie\u{302}\u{301}ng"), fold("tiếng"), "composed or not");
        assert_eq!(fold(""), "");
    }
}
