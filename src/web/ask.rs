//! What a request asks for: a view, its form, its language and its filters.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::export::Format;
use crate::ledger::catalogue::{Facet, Filter};
use crate::web::lang::Lang;
use crate::wording::is_unseen;

/// The form in which a view is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A page for people.
    Html,
    /// `.json`
    Json,
    /// A file, under the format's own ending.
    File(Format),
    /// `.svg`
    Svg,
}

/// The endings of a path that name a form, the longer first.
pub const ENDINGS: [(&str, Form); 10] = [
    (".vi.csv", Form::File(Format::CsvVi)),
    (".sdmx.csv", Form::File(Format::SdmxCsv)),
    (".sdmx.json", Form::File(Format::SdmxStructure)),
    (".jsonl", Form::File(Format::Jsonl)),
    (".jsonld", Form::File(Format::JsonLd)),
    (".json", Form::Json),
    (".csv", Form::File(Format::Csv)),
    (".xlsx", Form::File(Format::Xlsx)),
    (".parquet", Form::File(Format::Parquet)),
    (".svg", Form::Svg),
];

/// Rows on one page.
pub const PAGE_ROWS: usize = 50;

/// A request, read.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The path without the ending that names the form (`/so-lieu`).
    pub path: String,
    /// The form.
    pub form: Form,
    /// The language.
    pub lang: Lang,
    /// Whether the language was asked for in this request, to be remembered.
    pub switched: bool,
    /// Every parameter but the language's, in order, empty ones left out.
    pub query: Vec<(String, String)>,
}

impl Ask {
    /// Reads a path, a query and a cookie header.
    pub fn new(path: &str, query: &str, cookie: &str) -> Self {
        let ending = ENDINGS.iter().find(|(ending, _)| path.ends_with(ending));
        let (path, form) = match ending {
            Some((ending, form)) => (path.strip_suffix(ending).unwrap_or(path), *form),
            None => (path, Form::Html),
        };
        let path = if path == "/tong-quan" { "/" } else { path };
        let mut pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            // What is unseen or turns the reading direction is shown again in fields and links: it falls away.
            .map(|(name, value)| (name.into_owned(), value.replace(is_unseen, "")))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let asked = pairs.iter().find(|(name, _)| name == "lang").and_then(|(_, code)| Lang::from_code(code));
        pairs.retain(|(name, _)| name != "lang");
        let remembered =
            cookie.split(';').filter_map(|part| part.trim().strip_prefix("lang=")).find_map(Lang::from_code);
        Self {
            path: path.to_owned(),
            form,
            lang: asked.or(remembered).unwrap_or_default(),
            switched: asked.is_some(),
            query: pairs,
        }
    }

    /// Returns the last segment of the path (`3fa2c1` of `/so-lieu/3fa2c1`), unescaped.
    pub fn id(&self) -> String {
        let last = self.path.rsplit('/').next().unwrap_or("");
        // Ids are hex digits: whatever would have to be unescaped names nothing.
        last.to_ascii_lowercase()
    }

    /// Returns the first value of a parameter.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Returns every value of a parameter.
    pub fn values(&self, name: &str) -> Vec<String> {
        self.query.iter().filter(|(other, _)| other == name).map(|(_, value)| value.clone()).collect()
    }

    /// Returns the page asked for of a list of `rows` rows, from 1; the last one where it has fewer.
    pub fn page_of(&self, rows: usize) -> usize {
        let asked: usize = self.value("page").and_then(|text| text.parse().ok()).unwrap_or(1);
        asked.clamp(1, rows.div_ceil(PAGE_ROWS).max(1))
    }

    /// Returns those of `rows` that stand on the page asked for.
    pub fn page_rows<'r, T>(&self, rows: &'r [T]) -> &'r [T] {
        let from = (self.page_of(rows.len()) - 1) * PAGE_ROWS;
        rows.get(from..(from + PAGE_ROWS).min(rows.len())).unwrap_or(&[])
    }

    /// Returns the filter that the parameters state.
    pub fn filter(&self) -> Filter {
        Filter {
            facets: Facet::ALL.map(|facet| self.values(facet.name())),
            text: self.value("q").unwrap_or("").to_owned(),
            document: self.value("document").map(str::to_ascii_lowercase),
            // What is no year is the year of nothing.
            year: self.value("year").map(|text| text.parse().unwrap_or(i16::MIN)),
        }
    }

    /// Returns the address of this view with `change` made to its parameters; the page falls away
    /// unless `change` sets it.
    pub fn link(&self, change: impl FnOnce(&mut Vec<(String, String)>)) -> String {
        let mut query: Vec<_> = self.query.iter().filter(|(name, _)| name != "page").cloned().collect();
        change(&mut query);
        address(&self.path, &query)
    }

    /// Returns the address of this view in another form, all rows of it.
    pub fn as_form(&self, ending: &str) -> String {
        let path = if self.path == "/" { "/tong-quan" } else { &self.path };
        let query: Vec<_> = self.query.iter().filter(|(name, _)| name != "page").cloned().collect();
        address(&format!("{path}.{ending}"), &query)
    }

    /// Returns the address of this view in another language.
    pub fn in_lang(&self, lang: Lang) -> String {
        let mut query = self.query.clone();
        query.push(("lang".to_owned(), lang.code().to_owned()));
        address(&self.path, &query)
    }
}

/// Writes a path and its parameters as an address.
pub fn address(path: &str, query: &[(String, String)]) -> String {
    if query.is_empty() {
        return path.to_owned();
    }
    let mut written = form_urlencoded::Serializer::new(String::new());
    written.extend_pairs(query);
    format!("{path}?{}", written.finish())
}

impl<S: Send + Sync> FromRequestParts<S> for Ask {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let cookie = parts.headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or("");
        Ok(Self::new(parts.uri.path(), parts.uri.query().unwrap_or(""), cookie))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_has_one_address_in_every_form_and_language() {
        let ask = Ask::new("/so-lieu.csv", "q=kinh+ph%C3%AD&area=VN63%3A24&page=3&lang=en", "lang=vi");
        assert_eq!((ask.path.as_str(), ask.lang), ("/so-lieu", Lang::En));
        assert_eq!(ask.form, Form::File(Format::Csv));
        assert_eq!(ask.filter().of(Facet::Area), ["VN63:24"]);
        assert_eq!(ask.as_form("json"), "/so-lieu.json?q=kinh+ph%C3%AD&area=VN63%3A24");
        assert_eq!(ask.link(|query| query.clear()), "/so-lieu");
        assert!(ask.in_lang(Lang::Vi).ends_with("&lang=vi"));
        assert_eq!(Ask::new("/", "", "a=b; lang=en").lang, Lang::En);
        assert_eq!(Ask::new("/", "q=a%E2%80%AEb", "").value("q"), Some("ab"));
        assert_eq!(Ask::new("/x.vi.csv", "", "").form, Form::File(Format::CsvVi));
        assert_eq!(Ask::new("/x.sdmx.json", "", "").form, Form::File(Format::SdmxStructure));
    }

    #[test]
    fn a_page_beyond_the_last_is_the_last() {
        let rows: Vec<usize> = (0..120).collect();
        let page = |query: &str| {
            let ask = Ask::new("/x", query, "");
            (ask.page_of(rows.len()), ask.page_rows(&rows).first().copied(), ask.page_rows(&rows).len())
        };
        assert_eq!(page(""), (1, Some(0), 50));
        assert_eq!(page("page=3"), (3, Some(100), 20));
        for beyond in ["page=4", "page=18446744073709551615"] {
            assert_eq!(page(beyond), (3, Some(100), 20), "{beyond}");
        }
        assert_eq!(page("page=0"), (1, Some(0), 50));
        assert_eq!(Ask::new("/x", "page=9", "").page_rows::<u8>(&[]), &[] as &[u8]);
    }
}
