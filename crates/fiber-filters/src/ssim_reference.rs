use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::error::FilterError;
use crate::multi_scale_ssim::{combined, halve, usable_scales};
use crate::pixel::Pixel;
use crate::ssim::{MomentRows, Pair, Sources, Ssim, SsimOptions, compare};

/// A plane that many others are compared with: its part of the structural similarity, taken once for all, at every
/// scale.
///
/// ```
/// use fiber_filters::{SsimOptions, SsimReference, ssim};
/// use fiber_image::Plane;
///
/// let face = Plane::from_fn(32, 32, |x, y| (8 * (x ^ y)) as f32)?;
/// let darker = face.map(|&value| value / 2.0);
/// let reference = SsimReference::new(face.view(), &SsimOptions::default())?;
/// assert_eq!(reference.ssim(darker.view())?, ssim(darker.view(), face.view(), &SsimOptions::default())?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SsimReference {
    options: SsimOptions,
    /// The finest first, each half the size of the one before; at least one.
    finest: Scale,
    coarser: Vec<Scale>,
}

#[derive(Clone, Debug, PartialEq)]
struct Scale {
    plane: Plane<f32>,
    /// Windowed means of the plane and of its squares.
    mean: Plane<f64>,
    square: Plane<f64>,
}

impl SsimReference {
    /// Takes the windowed means of a plane. Its pixels must be finite.
    ///
    /// # Errors
    /// [`FilterError::Parameter`] for options outside the range stated on each.
    pub fn new(plane: PlaneView<'_, f32>, options: &SsimOptions) -> Result<Self, FilterError> {
        options.check()?;
        let scales = usable_scales(plane.width().min(plane.height()), options.radius);
        let finest = Scale::of(plane.to_plane(), options);
        let mut coarser: Vec<Scale> = Vec::new();
        for _ in 1..scales {
            let last = coarser.last().unwrap_or(&finest);
            coarser.push(Scale::of(halve(last.plane.view()), options));
        }
        Ok(Self { options: *options, finest, coarser })
    }

    /// The plane.
    #[must_use]
    pub fn plane(&self) -> &Plane<f32> {
        &self.finest.plane
    }

    /// The settings of all comparisons with it.
    #[must_use]
    pub fn options(&self) -> &SsimOptions {
        &self.options
    }

    /// What [`ssim`](crate::ssim) gives for `a` and this plane.
    ///
    /// # Errors
    /// [`FilterError::Size`] where the planes differ in size.
    pub fn ssim<A: Pixel>(&self, a: PlaneView<'_, A>) -> Result<Ssim, FilterError> {
        FilterError::require_size(self.finest.plane.dimensions(), a.dimensions())?;
        Ok(self.finest.compare(a, &self.options))
    }

    /// What [`multi_scale_ssim_from`](crate::multi_scale_ssim_from) gives for `a` and this plane, which were compared before.
    ///
    /// # Errors
    /// [`FilterError::Size`] where the planes differ in size.
    pub fn multi_scale_ssim_from<A: Pixel>(
        &self,
        first: &Ssim,
        a: PlaneView<'_, A>,
    ) -> Result<f64, FilterError> {
        FilterError::require_size(self.finest.plane.dimensions(), a.dimensions())?;
        let mut means = vec![(first.mean(), first.mean_contrast_structure())];
        let mut half: Option<Plane<f32>> = None;
        for scale in &self.coarser {
            let a = half.map_or_else(|| halve(a), |half| halve(half.view()));
            let similarity = scale.compare(a.view(), &self.options);
            means.push((similarity.mean(), similarity.mean_contrast_structure()));
            half = Some(a);
        }
        Ok(combined(&means))
    }
}

impl Scale {
    fn of(plane: Plane<f32>, options: &SsimOptions) -> Self {
        let [mean, square] = pulp::Arch::new().dispatch(TakeMeans { plane: plane.view(), options });
        Self { plane, mean, square }
    }

    fn compare<A: Pixel>(&self, a: PlaneView<'_, A>, options: &SsimOptions) -> Ssim {
        compare(WithReference { a, scale: self }, a.dimensions(), options)
    }
}

struct TakeMeans<'p> {
    plane: PlaneView<'p, f32>,
    options: &'p SsimOptions,
}

impl NullaryFnOnce for TakeMeans<'_> {
    type Output = [Plane<f64>; 2];

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { plane, options } = self;
        let (width, height) = plane.dimensions();
        let mut rows = MomentRows::new(plane.dimensions(), options);
        let mut means = [(); 2].map(|()| Vec::with_capacity(width * height));
        for y in 0..height {
            for (means, row) in means.iter_mut().zip(rows.at(y, &Alone(plane))) {
                means.extend_from_slice(row);
            }
        }
        means.map(|means| Plane::new(width, height, means).expect("a row for each row"))
    }
}

struct Alone<'p>(PlaneView<'p, f32>);

impl Sources<2> for Alone<'_> {
    #[inline(always)]
    fn fill(&self, y: usize, [plane, square]: [&mut [f64]; 2]) {
        for ((plane, square), &pixel) in plane.iter_mut().zip(square).zip(self.0.row(y)) {
            let pixel = f64::from(pixel);
            (*plane, *square) = (pixel, pixel * pixel);
        }
    }
}

struct WithReference<'p, A> {
    a: PlaneView<'p, A>,
    scale: &'p Scale,
}

impl<A: Pixel> Sources<3> for WithReference<'_, A> {
    #[inline(always)]
    fn fill(&self, y: usize, [a, square, product]: [&mut [f64]; 3]) {
        let planes = self.a.row(y).iter().zip(self.scale.plane.row(y));
        let sources = a.iter_mut().zip(square).zip(product);
        for (((a, square), product), (&pixel_a, &pixel_b)) in sources.zip(planes) {
            let (pixel_a, pixel_b): (f64, f64) = (pixel_a.into(), pixel_b.into());
            (*a, *square, *product) = (pixel_a, pixel_a * pixel_a, pixel_a * pixel_b);
        }
    }
}

impl<A: Pixel> Pair<3> for WithReference<'_, A> {
    #[inline(always)]
    fn means<'m>(&'m self, y: usize, [a, square, product]: &'m [Vec<f64>; 3]) -> [&'m [f64]; 5] {
        [a, self.scale.mean.row(y), square, self.scale.square.row(y), product]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{multi_scale_ssim_from, ssim};

    proptest! {
        #[test]
        fn a_reference_compares_as_two_planes_do(
            (width, height) in (1_usize..60, 1_usize..60),
            seed in 0_usize..1000,
            radius in 0_usize..7,
        ) {
            let noise = |seed: usize| Plane::from_fn(width, height, |x, y| {
                let mixed = (x * 7919 + y * 104_729 + seed * 1_299_709).wrapping_mul(2_654_435_761);
                (mixed >> 13) as u8 as f32
            });
            let a = noise(seed).expect("positive sides");
            let b = noise(seed + 1).expect("positive sides");
            let options = SsimOptions { radius, ..SsimOptions::default() };
            let reference = SsimReference::new(b.view(), &options).expect("legal options");
            let found = reference.ssim(a.view()).expect("equal sizes");
            let expected = ssim(a.view(), b.view(), &options).expect("equal sizes");
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(
                reference.multi_scale_ssim_from(&found, a.view()).expect("equal sizes"),
                multi_scale_ssim_from(&expected, a.view(), b.view(), &options).expect("equal sizes")
            );
        }
    }

    #[test]
    fn planes_of_other_sizes_and_wrong_options_are_refused() {
        let plane = Plane::filled(9, 8, 1.0_f32).expect("positive sides");
        let reference = SsimReference::new(plane.view(), &SsimOptions::default());
        let reference = reference.expect("legal options");
        let other = Plane::filled(8, 9, 1_u8).expect("positive sides");
        assert!(reference.ssim(other.view()).is_err());
        let same = reference.ssim(plane.view()).expect("equal sizes");
        assert!(reference.multi_scale_ssim_from(&same, other.view()).is_err());
        let options = SsimOptions { radius: 65, ..SsimOptions::default() };
        assert!(SsimReference::new(plane.view(), &options).is_err());
    }
}
