use fiber_image::PlaneView;

use crate::AnomalyError;

/// What a normal face looks like, pixel by pixel: its archetype and how much good faces vary around it.
#[derive(Clone, Copy, Debug)]
pub struct NormalPlanes<'a> {
    archetype: PlaneView<'a, f32>,
    variation: PlaneView<'a, f32>,
}

impl<'a> NormalPlanes<'a> {
    /// Puts the two planes together: grey levels of the archetype, and a standard deviation in grey
    /// levels for each of its pixels.
    ///
    /// # Errors
    /// [`AnomalyError::Size`] where the planes differ in size, [`AnomalyError::Parameter`] where a value
    /// is not finite or a variation is negative.
    pub fn new(
        archetype: PlaneView<'a, f32>,
        variation: PlaneView<'a, f32>,
    ) -> Result<Self, AnomalyError> {
        AnomalyError::require_size("variation", archetype.dimensions(), variation.dimensions())?;
        require_all(archetype, "archetype", "finite", f32::is_finite)?;
        let allowed = "finite and at least 0";
        require_all(variation, "variation", allowed, |v| v.is_finite() && v >= 0.0)?;
        Ok(Self { archetype, variation })
    }

    /// Grey levels of the typical face.
    #[must_use]
    pub fn archetype(self) -> PlaneView<'a, f32> {
        self.archetype
    }

    /// Standard deviation of good faces in grey levels.
    #[must_use]
    pub fn variation(self) -> PlaneView<'a, f32> {
        self.variation
    }

    /// `Ok` where the face and its mask have the archetype's size.
    pub(crate) fn require_fit<P>(
        self,
        luma: PlaneView<'_, P>,
        valid: PlaneView<'_, u8>,
    ) -> Result<(), AnomalyError> {
        AnomalyError::require_size("face", self.archetype.dimensions(), luma.dimensions())?;
        AnomalyError::require_size("valid mask", self.archetype.dimensions(), valid.dimensions())
    }
}

fn require_all(
    plane: PlaneView<'_, f32>,
    parameter: &'static str,
    allowed: &'static str,
    holds: impl Fn(f32) -> bool,
) -> Result<(), AnomalyError> {
    match plane.rows().flatten().find(|&&value| !holds(value)) {
        Some(&value) => {
            Err(AnomalyError::Parameter { parameter, value: f64::from(value), allowed })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use fiber_image::Plane;

    use super::*;

    #[test]
    fn planes_that_cannot_be_normal_are_refused_by_name() {
        let flat = |value: f32| Plane::filled(3, 2, value).expect("positive sides");
        let narrow = Plane::filled(2, 2, 1.0).expect("positive sides");
        assert!(matches!(
            NormalPlanes::new(flat(1.0).view(), narrow.view()),
            Err(AnomalyError::Size { plane: "variation", .. })
        ));
        for bad in [f32::NAN, f32::INFINITY] {
            assert!(matches!(
                NormalPlanes::new(flat(bad).view(), flat(1.0).view()),
                Err(AnomalyError::Parameter { parameter: "archetype", .. })
            ));
        }
        for bad in [f32::NAN, f32::INFINITY, -1.0] {
            assert!(matches!(
                NormalPlanes::new(flat(1.0).view(), flat(bad).view()),
                Err(AnomalyError::Parameter { parameter: "variation", .. })
            ));
        }
        assert!(NormalPlanes::new(flat(1.0).view(), flat(0.0).view()).is_ok());
    }
}
