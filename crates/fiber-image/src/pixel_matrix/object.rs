//! Objects with known fields, parsed so that every error knows the pixel and the field.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::error::Category;

use super::{JsonError, JsonProblem};

/// Where in the document the parser is, for messages.
#[derive(Default)]
pub(super) struct Place {
    pixel: Option<usize>,
    field: Option<&'static str>,
    problem: Option<JsonProblem>,
}

impl Place {
    /// Notes the position in the list of pixels, or that the list is over.
    pub(super) fn enter_pixel(&mut self, index: Option<usize>) {
        self.pixel = index;
        self.field = None;
    }

    /// Makes the error that stops the parser and remembers what it stands for.
    pub(super) fn refuse<E: serde::de::Error>(&mut self, problem: JsonProblem) -> E {
        self.problem = Some(problem);
        E::custom("refused")
    }

    /// The value of a field that has to be there.
    pub(super) fn require<T, E: serde::de::Error>(
        &mut self,
        field: &'static str,
        value: Option<T>,
    ) -> Result<T, E> {
        value.ok_or_else(|| {
            self.field = Some(field);
            self.refuse(JsonProblem::Missing)
        })
    }

    pub(super) fn locate(self, error: &serde_json::Error) -> JsonError {
        let problem = self.problem.unwrap_or_else(|| match error.classify() {
            Category::Eof => JsonProblem::Truncated,
            Category::Data => JsonProblem::WrongType(message(error)),
            Category::Syntax | Category::Io => JsonProblem::Syntax(message(error)),
        });
        let (line, column) = (error.line(), error.column());
        JsonError { line, column, pixel: self.pixel, field: self.field, problem }
    }
}

/// The parser's message without the position, and not longer than a line.
fn message(error: &serde_json::Error) -> String {
    let full = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    full.strip_suffix(&position).unwrap_or(&full).chars().take(200).collect()
}

/// An object of the document with known fields, filled while it is parsed.
pub(super) trait Object: Default {
    type Value;

    /// What messages call it.
    const EXPECTED: &'static str;

    /// Its fields, as messages call them: the name in the file stands behind the last dot.
    const FIELDS: &'static [&'static str];

    /// Reads the value of `FIELDS[field]`.
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        field: usize,
        map: &mut A,
        place: &mut Place,
    ) -> Result<(), A::Error>;

    /// Checks that all is there.
    fn finish<E: serde::de::Error>(self, place: &mut Place) -> Result<Self::Value, E>;
}

/// Parses an [`Object`], ignoring fields that it does not know.
pub(super) struct Parser<'p, O> {
    place: &'p mut Place,
    object: O,
}

impl<'p, O: Object> Parser<'p, O> {
    pub(super) fn new(place: &'p mut Place) -> Self {
        Self { place, object: O::default() }
    }
}

impl<'de, O: Object> DeserializeSeed<'de> for Parser<'_, O> {
    type Value = O::Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<O::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, O: Object> Visitor<'de> for Parser<'_, O> {
    type Value = O::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(O::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<O::Value, A::Error> {
        let mut seen = 0_u32;
        while let Some(field) = map.next_key_seed(Key(O::FIELDS))? {
            let Some(field) = field else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            self.place.field = Some(O::FIELDS[field]);
            if seen >> field & 1 == 1 {
                return Err(self.place.refuse(JsonProblem::Repeated));
            }
            seen |= 1 << field;
            self.object.read(field, &mut map, self.place)?;
            self.place.field = None;
        }
        self.object.finish(self.place)
    }
}

/// Finds the name of a field among known ones.
struct Key(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|field| field.rsplit('.').next() == Some(key)))
    }
}
