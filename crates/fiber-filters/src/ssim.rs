use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::{fill_ends, reflect_101};
use crate::error::FilterError;
use crate::kernel::{convolve_row, gaussian_half, rows_around, symmetric_sum};
use crate::pixel::Pixel;

/// Settings of [`ssim`]. The default is that of Wang et al. 2004 for 8-bit planes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SsimOptions {
    /// The window has `2 radius + 1` pixels a side; at most 64. Default 5.
    pub radius: usize,
    /// Standard deviation of the Gaussian window in pixels, above 0. Default 1.5.
    pub sigma: f64,
    /// Stabilises the luminance term, above 0; times `range` from 1e-75 to 1e75. Default 0.01.
    pub k1: f64,
    /// Stabilises the contrast and structure terms, as `k1`. Default 0.03.
    pub k2: f64,
    /// Difference between the largest and smallest possible value, above 0. Default 255.
    pub range: f64,
}

impl Default for SsimOptions {
    fn default() -> Self {
        Self { radius: 5, sigma: 1.5, k1: 0.01, k2: 0.03, range: 255.0 }
    }
}

impl SsimOptions {
    pub(crate) fn check(&self) -> Result<(), FilterError> {
        const POSITIVE: &str = "finite and above 0";
        FilterError::require(self.radius <= 64, "radius", self.radius as f64, "at most 64")?;
        for (name, value) in
            [("sigma", self.sigma), ("k1", self.k1), ("k2", self.k2), ("range", self.range)]
        {
            FilterError::require(value > 0.0 && value.is_finite(), name, value, POSITIVE)?;
        }
        // The product of their squares keeps quotients finite.
        for (name, k) in [("k1 x range", self.k1), ("k2 x range", self.k2)] {
            let value = k * self.range;
            FilterError::require(
                (1e-75..=1e75).contains(&value),
                name,
                value,
                "from 1e-75 to 1e75",
            )?;
        }
        Ok(())
    }
}

/// Structural similarity of two planes, pixel by pixel: 1 where they agree, lower where they do not.
#[derive(Clone, Debug, PartialEq)]
pub struct Ssim {
    /// The index, -1..=1: the product of the three terms.
    pub map: Plane<f32>,
    /// Agreement of the local means.
    pub luminance: Plane<f32>,
    /// Agreement of the local standard deviations.
    pub contrast: Plane<f32>,
    /// Correlation of the local patterns, the only term that can be negative.
    pub structure: Plane<f32>,
    mean: f64,
    mean_contrast_structure: f64,
}

impl Ssim {
    /// Mean index over the interior: the pixels whose window lies inside, or all pixels where none does.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Mean of contrast times structure over the interior.
    #[must_use]
    pub fn mean_contrast_structure(&self) -> f64 {
        self.mean_contrast_structure
    }
}

/// The structural similarity index of two planes of one size.
///
/// Local means, variances and the covariance are taken under a Gaussian window in `f64`, without the
/// sample correction n / (n - 1). With C1 = (k1 range)^2, C2 = (k2 range)^2 and C3 = C2 / 2, luminance is
/// `(2 ma mb + C1) / (ma^2 + mb^2 + C1)`, contrast `(2 sa sb + C2) / (sa^2 + sb^2 + C2)` and structure
/// `(sab + C3) / (sa sb + C3)`. Border: reflect-101. Pixels must be finite; a NaN spoils its window. Wang,
/// Bovik, Sheikh and Simoncelli 2004.
///
/// # Errors
/// [`FilterError::Size`] where the planes differ in size, [`FilterError::Parameter`] for options outside
/// the range stated on each.
///
/// ```
/// use fiber_filters::{SsimOptions, ssim};
/// use fiber_image::Plane;
///
/// let face = Plane::from_fn(32, 32, |x, y| (8 * (x ^ y)) as u8)?;
/// let darker = face.map(|&value| value / 2);
/// let similarity = ssim(face.view(), darker.view(), &SsimOptions::default())?;
/// assert!(similarity.mean() < 0.9);
/// assert_eq!(ssim(face.view(), face.view(), &SsimOptions::default())?.mean(), 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ssim<A: Pixel, B: Pixel>(
    a: PlaneView<'_, A>,
    b: PlaneView<'_, B>,
    options: &SsimOptions,
) -> Result<Ssim, FilterError> {
    options.check()?;
    FilterError::require_size(a.dimensions(), b.dimensions())?;
    Ok(compare(TwoPlanes { a, b }, a.dimensions(), options))
}

/// Compares planes of which the sizes are the same and the options checked.
pub(crate) fn compare<const N: usize>(
    pair: impl Pair<N>,
    size: (usize, usize),
    options: &SsimOptions,
) -> Ssim {
    pulp::Arch::new().dispatch(Compare { pair, size, options })
}

struct Compare<'p, P, const N: usize> {
    pair: P,
    size: (usize, usize),
    options: &'p SsimOptions,
}

impl<P: Pair<N>, const N: usize> NullaryFnOnce for Compare<'_, P, N> {
    type Output = Ssim;

    #[inline(always)]
    fn call(self) -> Ssim {
        let Self { pair, size, options } = self;
        let (width, height) = size;
        let constants = Constants::new(options);
        // Index, luminance, contrast and structure, a row at a time and all of them.
        let mut row: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; width]);
        let mut maps: [Vec<f32>; 4] = std::array::from_fn(|_| Vec::with_capacity(width * height));
        let (mut mean, mut mean_contrast_structure) = (0.0, 0.0);
        let interior_x = interior(width, options.radius);
        let interior_y = interior(height, options.radius);
        let mut index = vec![0.0_f64; width];
        let mut contrast_structure = vec![0.0_f64; width];
        let mut moments = MomentRows::new(size, options);
        for y in 0..height {
            // Slices of one known length let the compiler drop the bounds checks and use vectors.
            let [mean_a, mean_b, square_a, square_b, product] = pair.means(y, moments.at(y, &pair));
            let (mean_a, mean_b) = (&mean_a[..width], &mean_b[..width]);
            let (square_a, square_b) = (&square_a[..width], &square_b[..width]);
            let product = &product[..width];
            let [map, luminance, contrast, structure] = &mut row;
            let (map, luminance) = (&mut map[..width], &mut luminance[..width]);
            let (contrast, structure) = (&mut contrast[..width], &mut structure[..width]);
            let index = &mut index[..width];
            let contrast_structure = &mut contrast_structure[..width];
            for x in 0..width {
                let terms =
                    constants.terms((mean_a[x], mean_b[x]), (square_a[x], square_b[x]), product[x]);
                luminance[x] = terms.luminance as f32;
                contrast[x] = terms.contrast as f32;
                structure[x] = terms.structure as f32;
                contrast_structure[x] = terms.contrast_structure;
                index[x] = terms.luminance * terms.contrast_structure;
                map[x] = index[x] as f32;
            }
            for (map, row) in maps.iter_mut().zip(&row) {
                map.extend_from_slice(row);
            }
            if interior_y.contains(&y) {
                mean += sum(&index[interior_x.clone()]);
                mean_contrast_structure += sum(&contrast_structure[interior_x.clone()]);
            }
        }
        let count = (interior_x.len() * interior_y.len()) as f64;
        let [map, luminance, contrast, structure] =
            maps.map(|map| Plane::new(width, height, map).expect("a row for each row"));
        Ssim {
            map,
            luminance,
            contrast,
            structure,
            mean: mean / count,
            mean_contrast_structure: mean_contrast_structure / count,
        }
    }
}

/// Sum in a fixed order, in lanes that need not wait for each other.
#[inline(always)]
fn sum(values: &[f64]) -> f64 {
    const LANES: usize = 16;
    let (blocks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for block in blocks {
        for i in 0..LANES {
            lanes[i] += block[i];
        }
    }
    lanes.iter().chain(rest).sum()
}

/// The positions at least `radius` away from both ends, or all where there are none.
fn interior(side: usize, radius: usize) -> std::ops::Range<usize> {
    if side > 2 * radius { radius..side - radius } else { 0..side }
}

struct Constants {
    c1: f64,
    c2: f64,
}

struct Terms {
    luminance: f64,
    contrast: f64,
    structure: f64,
    contrast_structure: f64,
}

impl Constants {
    fn new(options: &SsimOptions) -> Self {
        Self { c1: (options.k1 * options.range).powi(2), c2: (options.k2 * options.range).powi(2) }
    }

    /// The terms from the means of a, of b, of their squares and of their product.
    #[inline(always)]
    fn terms(
        &self,
        (mean_a, mean_b): (f64, f64),
        (square_a, square_b): (f64, f64),
        product: f64,
    ) -> Terms {
        let variance_a = variance(square_a, mean_a);
        let variance_b = variance(square_b, mean_b);
        let deviations = (variance_a * variance_b).sqrt();
        // Cauchy and Schwarz: beyond it there is only rounding.
        let covariance = (product - mean_a * mean_b).min(deviations).max(-deviations);
        let spread = variance_a + variance_b + self.c2;
        Terms {
            luminance: (2.0 * mean_a * mean_b + self.c1)
                / (mean_a * mean_a + mean_b * mean_b + self.c1),
            contrast: (2.0 * deviations + self.c2) / spread,
            structure: (covariance + 0.5 * self.c2) / (deviations + 0.5 * self.c2),
            contrast_structure: (2.0 * covariance + self.c2) / spread,
        }
    }
}

/// The variance from the mean of the squares and the mean. What rounding leaves of a constant window is
/// taken for 0, since the deviations' square root would blow it up.
#[inline(always)]
fn variance(mean_square: f64, mean: f64) -> f64 {
    let variance = mean_square - mean * mean;
    if variance <= 64.0 * f64::EPSILON * mean_square { 0.0 } else { variance }
}

/// Pixels that are summed together: as many as vector registers hold.
const BLOCK: usize = 64;

/// Rows whose windowed means are taken.
pub(crate) trait Sources<const N: usize> {
    /// Writes those of row `y`, all of the same length.
    fn fill(&self, y: usize, rows: [&mut [f64]; N]);
}

/// Two planes that are compared.
pub(crate) trait Pair<const N: usize>: Sources<N> {
    /// The windowed means of a, b, a^2, b^2 and a b in row `y`, given those of the sources.
    fn means<'m>(&'m self, y: usize, rows: &'m [Vec<f64>; N]) -> [&'m [f64]; 5];
}

struct TwoPlanes<'p, A, B> {
    a: PlaneView<'p, A>,
    b: PlaneView<'p, B>,
}

impl<A: Pixel, B: Pixel> Sources<5> for TwoPlanes<'_, A, B> {
    #[inline(always)]
    fn fill(&self, y: usize, [a, b, square_a, square_b, product]: [&mut [f64]; 5]) {
        let width = a.len();
        let (b, product) = (&mut b[..width], &mut product[..width]);
        let (square_a, square_b) = (&mut square_a[..width], &mut square_b[..width]);
        let (row_a, row_b) = (&self.a.row(y)[..width], &self.b.row(y)[..width]);
        for x in 0..width {
            let (pixel_a, pixel_b): (f64, f64) = (row_a[x].into(), row_b[x].into());
            (a[x], b[x]) = (pixel_a, pixel_b);
            (square_a[x], square_b[x], product[x]) =
                (pixel_a * pixel_a, pixel_b * pixel_b, pixel_a * pixel_b);
        }
    }
}

impl<A: Pixel, B: Pixel> Pair<5> for TwoPlanes<'_, A, B> {
    #[inline(always)]
    fn means<'m>(&'m self, _: usize, rows: &'m [Vec<f64>; 5]) -> [&'m [f64]; 5] {
        rows.each_ref().map(Vec::as_slice)
    }
}

/// Windowed means, row by row.
///
/// Source rows are smoothed along x once, as they come into reach, and kept in a ring of one window's
/// height.
pub(crate) struct MomentRows<const N: usize> {
    width: usize,
    height: usize,
    half: Vec<f64>,
    padded: [Vec<f64>; N],
    rings: [Vec<Vec<f64>>; N],
    rows: [Vec<f64>; N],
    next: usize,
}

impl<const N: usize> MomentRows<N> {
    pub(crate) fn new((width, height): (usize, usize), options: &SsimOptions) -> Self {
        let radius = options.radius;
        let rows = |length: usize| std::array::from_fn(|_| vec![0.0; length]);
        Self {
            width,
            height,
            half: gaussian_half(options.sigma, radius),
            padded: rows(width + 2 * radius),
            rings: std::array::from_fn(|_| vec![vec![0.0; width]; (2 * radius + 1).min(height)]),
            rows: rows(width),
            next: 0,
        }
    }

    /// The means of row `y`; to be called for every row from the top, with the same sources.
    #[inline(always)]
    pub(crate) fn at(&mut self, y: usize, sources: &impl Sources<N>) -> &[Vec<f64>; N] {
        let radius = self.half.len() - 1;
        while self.next < (y + radius + 1).min(self.height) {
            self.take_source_row(sources);
        }
        for (ring, out) in self.rings.iter().zip(&mut self.rows) {
            let pairs = rows_around(ring, y, radius, self.height);
            symmetric_sum::<_, BLOCK>(out, &self.half, &ring[y % ring.len()], &pairs);
        }
        &self.rows
    }

    #[inline(always)]
    fn take_source_row(&mut self, sources: &impl Sources<N>) {
        let (radius, width) = (self.half.len() - 1, self.width);
        sources.fill(self.next, self.padded.each_mut().map(|row| &mut row[radius..][..width]));
        for (padded, ring) in self.padded.iter_mut().zip(&mut self.rings) {
            fill_ends(padded, radius, reflect_101);
            let slot = self.next % ring.len();
            convolve_row::<_, BLOCK>(&mut ring[slot], &self.half, padded);
        }
        self.next += 1;
    }
}
