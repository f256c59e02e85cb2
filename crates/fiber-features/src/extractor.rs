use fiber_filters::Threading;
use fiber_image::PlaneView;
use rayon::prelude::*;

use crate::families::measure;
use crate::named::NamedValues;
use crate::prepared::Prepared;
use crate::schema::{Family, FeatureInfo};
use crate::vector::FeatureVector;

/// Measures the features of images.
///
/// ```
/// use fiber_features::{Extractor, Family, Threading, extract};
/// use fiber_image::Plane;
///
/// let grey = Plane::from_fn(32, 32, |x, y| (8 * (x ^ y)) as u8)?;
/// let extractor = Extractor::new().threading(Threading::CurrentPool);
/// assert_eq!(extractor.extract(grey.view()), extract(grey.view()));
///
/// let shape = extractor.extract_family(grey.view(), Family::Shape);
/// assert_eq!(shape.len(), 9);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extractor {
    threading: Threading,
}

impl Extractor {
    /// An extractor that works on the calling thread alone.
    #[must_use]
    pub const fn new() -> Self {
        Self { threading: Threading::Single }
    }

    /// The same extractor with its work done elsewhere.
    #[must_use]
    pub const fn threading(self, threading: Threading) -> Self {
        Self { threading }
    }

    /// The 181 features of a luma plane.
    #[must_use]
    pub fn extract(&self, image: PlaneView<'_, u8>) -> FeatureVector {
        let prepared = Prepared::new(image);
        let families: Vec<NamedValues> = match self.threading {
            Threading::Single => Family::ALL.iter().map(|&f| measure(f, &prepared)).collect(),
            Threading::CurrentPool => in_pool(&prepared),
        };
        let named = families.into_iter().flat_map(NamedValues::into_pairs);
        FeatureVector::from_named(named.map(|(info, value)| (info.name, value)))
            .expect("the families measure every feature of the schema once, as a finite number")
    }

    /// The features of one family alone, sorted by name.
    #[must_use]
    pub fn extract_family(
        &self,
        image: PlaneView<'_, u8>,
        family: Family,
    ) -> Vec<(&'static FeatureInfo, f64)> {
        let mut values = measure(family, &Prepared::new(image)).into_pairs();
        values.sort_unstable_by_key(|(info, _)| info.name);
        values
    }
}

/// The 181 features of a luma plane, on the calling thread.
#[must_use]
pub fn extract(image: PlaneView<'_, u8>) -> FeatureVector {
    Extractor::new().extract(image)
}

/// One task a family; two families share the singular values, which come first as the longest task.
fn in_pool(prepared: &Prepared) -> Vec<NamedValues> {
    let needs_singular_values = |family: &Family| matches!(family, Family::Norm | Family::Svd);
    let (late, early): (Vec<_>, Vec<_>) = Family::ALL.into_iter().partition(needs_singular_values);
    let measure_all = |families: Vec<Family>| -> Vec<NamedValues> {
        families.into_par_iter().map(|family| measure(family, prepared)).collect()
    };
    let (_, mut values) = rayon::join(|| prepared.singular_values(), || measure_all(early));
    values.extend(measure_all(late));
    values
}
