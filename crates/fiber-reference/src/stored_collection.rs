use serde_json::value::RawValue;

use crate::file::{collection_from_json, collection_to_raw};
use crate::{Collection, ReferenceError};

/// The collection of a model: as it is, or in JSON as long as nobody asks for it.
#[derive(Clone, Debug)]
pub(crate) enum StoredCollection {
    Parsed(Collection),
    /// A value that is known to be JSON, no more.
    Json(Box<RawValue>),
}

impl From<Collection> for StoredCollection {
    fn from(collection: Collection) -> Self {
        Self::Parsed(collection)
    }
}

impl StoredCollection {
    pub(crate) fn to_collection(&self) -> Result<Collection, ReferenceError> {
        match self {
            Self::Parsed(collection) => Ok(collection.clone()),
            Self::Json(json) => Ok(collection_from_json(json.get())?),
        }
    }

    pub(crate) fn to_raw(&self) -> Box<RawValue> {
        match self {
            Self::Parsed(collection) => collection_to_raw(collection),
            Self::Json(json) => json.clone(),
        }
    }
}
