use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use crate::error::FeatureError;
use crate::schema::SCHEMA_VERSION;
use crate::vector::FeatureVector;

impl FeatureVector {
    /// The vector as JSON: `{"schema_version": 1, "features": {name: value, ..}}`, names sorted, every value
    /// with the digits that read back to the same bits.
    ///
    /// ```
    /// use fiber_features::{FeatureVector, extract};
    /// use fiber_image::Plane;
    ///
    /// let features = extract(Plane::filled(4, 3, 50_u8)?.view());
    /// assert_eq!(FeatureVector::from_json(&features.to_json())?, features);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("string keys and finite numbers are always JSON")
    }

    /// Reads what [`FeatureVector::to_json`] wrote.
    ///
    /// # Errors
    /// [`FeatureError::Version`] for a record of another schema, whatever else it holds; the other kinds
    /// where the text is not such a record, a name is unknown, repeated or missing, or a value is null.
    pub fn from_json(text: &str) -> Result<Self, FeatureError> {
        let Stamp { schema_version } = serde_json::from_str(text)?;
        if schema_version != SCHEMA_VERSION {
            return Err(FeatureError::Version { found: schema_version });
        }
        serde_json::from_str::<Record>(text)?.try_into()
    }
}

/// Just enough of a record, of any version, to tell its version.
#[derive(Deserialize)]
struct Stamp {
    schema_version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    schema_version: u32,
    features: NamedValues,
}

/// The pairs of a map as they stand, so that repeated names are not lost.
struct NamedValues(Vec<(String, Option<f64>)>);

impl<'de> Deserialize<'de> for NamedValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = NamedValues;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from feature names to numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NamedValues, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(NamedValues(pairs))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

impl TryFrom<Record> for FeatureVector {
    type Error = FeatureError;

    fn try_from(record: Record) -> Result<Self, FeatureError> {
        if record.schema_version != SCHEMA_VERSION {
            return Err(FeatureError::Version { found: record.schema_version });
        }
        let number = |(name, value): (String, Option<f64>)| (name, value.unwrap_or(f64::NAN));
        Self::from_named(record.features.0.into_iter().map(number))
    }
}

impl<'de> Deserialize<'de> for FeatureVector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Record::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}

impl Serialize for FeatureVector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Features<'a>(&'a FeatureVector);

        impl Serialize for Features<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(info, value)| (info.name, value)))
            }
        }

        let mut record = serializer.serialize_struct("FeatureVector", 2)?;
        record.serialize_field("schema_version", &SCHEMA_VERSION)?;
        record.serialize_field("features", &Features(self))?;
        record.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::FEATURE_COUNT;

    fn sample() -> FeatureVector {
        let values = (0..FEATURE_COUNT).map(|i| 0.1 * i as f64).collect();
        FeatureVector::from_values(values).expect("complete and finite")
    }

    proptest! {
        #[test]
        fn every_finite_value_survives_to_the_bit(
            values in prop::collection::vec(
                any::<f64>().prop_filter("finite", |value| value.is_finite()),
                FEATURE_COUNT,
            )
        ) {
            let vector = FeatureVector::from_values(values).expect("complete and finite");
            let read = FeatureVector::from_json(&vector.to_json()).expect("own output");
            let bits = |vector: &FeatureVector| -> Vec<u64> {
                vector.values().iter().map(|value| value.to_bits()).collect()
            };
            prop_assert_eq!(bits(&read), bits(&vector));
        }
    }

    #[test]
    fn another_version_is_refused_before_anything_else() {
        let error = FeatureVector::from_json(r#"{"schema_version": 2, "planes": []}"#)
            .expect_err("a later version");
        assert!(matches!(error, FeatureError::Version { found: 2 }));
    }

    #[test]
    fn damaged_records_are_refused() {
        let text = sample().to_json();
        let read = |text: &str| FeatureVector::from_json(text).expect_err("damaged");
        assert!(matches!(
            read(&text.replace(r#""norm_l1":"#, r#""norm_l0":"#)),
            FeatureError::Unknown { name } if name == "norm_l0"
        ));
        assert!(matches!(
            read(&text.replace(r#""edge_count":0.0,"#, "")),
            FeatureError::Missing { name: "edge_count" }
        ));
        assert!(matches!(
            read(&text.replace(r#""edge_count":0.0,"#, r#""edge_count":0.0,"edge_count":1.0,"#)),
            FeatureError::Repeated { name: "edge_count" }
        ));
        assert!(matches!(
            read(&text.replace(r#""edge_count":0.0,"#, r#""edge_count":null,"#)),
            FeatureError::NonFinite { name: "edge_count", .. }
        ));
        for broken in [
            text.replace(r#""edge_count":0.0,"#, r#""edge_count":NaN,"#),
            text.replace(r#""edge_count":0.0,"#, r#""edge_count":1e999,"#),
            text.replace(r#""schema_version":1,"#, r#""schema_version":1,"extra":0,"#),
            text.replace(r#""schema_version":1,"#, ""),
            text[..text.len() - 1].to_owned(),
            String::new(),
        ] {
            assert!(matches!(read(&broken), FeatureError::Json(_)), "{broken}");
        }
    }

    #[test]
    fn serde_refuses_another_version_too() {
        let text = sample().to_json().replace(r#""schema_version":1"#, r#""schema_version":7"#);
        let error = serde_json::from_str::<FeatureVector>(&text).expect_err("a later version");
        assert!(error.to_string().contains("schema version 7"), "{error}");
    }
}
