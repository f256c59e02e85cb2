//! One module a family, each with the formulas of its features.

mod entropy;
mod fourier;
mod glcm;
mod gradient;
mod lbp;
mod morphology;
mod multi_scale;
mod norm;
mod shape;
mod statistical;
mod svd;
mod topology;

use crate::named::NamedValues;
use crate::prepared::Prepared;
use crate::schema::Family;

/// The features of one family.
pub(crate) fn measure(family: Family, image: &Prepared) -> NamedValues {
    let mut values = NamedValues::default();
    let measure = match family {
        Family::Entropy => entropy::measure,
        Family::Fourier => fourier::measure,
        Family::Glcm => glcm::measure,
        Family::Gradient => gradient::measure,
        Family::Lbp => lbp::measure,
        Family::Morphology => morphology::measure,
        Family::MultiScale => multi_scale::measure,
        Family::Norm => norm::measure,
        Family::Shape => shape::measure,
        Family::Statistical => statistical::measure,
        Family::Svd => svd::measure,
        Family::Topology => topology::measure,
    };
    measure(image, &mut values);
    values
}
