//! What a learned model holds for abnormal.

use fiber_anomaly::SelfReference;
use fiber_image::Plane;

use crate::candidate::{Candidate, EVEN, candidates};
use crate::footprint::Footprint;

/// Name under which regions of the learned anomaly map are reported.
pub(crate) const ALGORITHM: &str = "learned_map";

/// Regions of the learned map. They passed a threshold of their own, so that each is at least as likely as not,
/// however little the face itself shows of it.
pub(crate) fn learned_candidates(
    abnormal: &Plane<u8>,
    reference: &SelfReference,
) -> Vec<Candidate> {
    let (left, top) = reference.origin;
    let (width, height) = reference.residual.dimensions();
    abnormal
        .view()
        .crop(left, top, width, height)
        .map(|part| {
            let mask = part.to_plane();
            let marks = Footprint { origin: (0, 0), halo: mask.clone(), mask };
            let mut regions = candidates(ALGORITHM, &marks, &reference.residual, 0.0);
            regions.iter_mut().for_each(|region| region.peak = region.peak.max(EVEN));
            regions
        })
        .unwrap_or_default()
}
