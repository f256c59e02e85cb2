use std::f64::consts::PI;

use fiber_filters::direction;
use fiber_image::PlaneView;
use pulp::NullaryFnOnce;
use realfft::RealFftPlanner;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex64;

use crate::named::NamedValues;
use crate::prepared::Prepared;
use crate::sums::sum_of;

/// Coefficients at or below this part of the largest magnitude have no phase.
const NEGLIGIBLE: f64 = 1e-9;

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let levels = image.levels();
    let area = image.area();
    // No coefficient of an image without negative values is larger than the one at frequency 0.
    let largest = levels.sum();
    // Parseval: an exact integer.
    let total_power = area * levels.sum_of_squares();

    let spectrum = HalfSpectrum::of(image.grey.view());
    let sums = SpectrumSums::of(&spectrum, NEGLIGIBLE * largest);
    let mean_magnitude = sums.magnitude / area;
    let variance = (total_power / area - mean_magnitude * mean_magnitude).max(0.0);
    let (mean_phase, std_phase) = sums.phases.mean_and_std();
    let (centroid, spread) = radial_moments(&sums.rings.mean_power());
    values.put_all(
        "fft_",
        [
            ("mean_magnitude", mean_magnitude),
            ("std_magnitude", variance.sqrt()),
            ("max_magnitude", largest),
            ("total_power", total_power),
            ("dc_component", largest),
            ("mean_phase", mean_phase),
            ("std_phase", std_phase),
            ("spectral_centroid", centroid),
            ("spectral_spread", spread),
        ],
    );
}

/// The columns 0 ..= w/2 of the unnormalised transform, each as one slice; the other columns are their
/// conjugates, mirrored.
struct HalfSpectrum {
    width: usize,
    height: usize,
    columns: Vec<Complex64>,
}

impl HalfSpectrum {
    fn of(grey: PlaneView<'_, u8>) -> Self {
        /// Rows transformed before they are turned into columns: whole cache lines are written.
        const BLOCK: usize = 8;
        let (width, height) = grey.dimensions();
        let rows = RealFftPlanner::<f64>::new().plan_fft_forward(width);
        let mut input = rows.make_input_vec();
        let mut scratch = rows.make_scratch_vec();
        let half = width / 2 + 1;
        let mut block = vec![Complex64::default(); BLOCK * half];
        let mut columns = vec![Complex64::default(); half * height];
        for first in (0..height).step_by(BLOCK) {
            let count = BLOCK.min(height - first);
            for (i, output) in block.chunks_exact_mut(half).take(count).enumerate() {
                for (input, &value) in input.iter_mut().zip(grey.row(first + i)) {
                    *input = f64::from(value);
                }
                rows.process_with_scratch(&mut input, output, &mut scratch)
                    .expect("the buffers are as long as the plan's");
            }
            for (x, column) in columns.chunks_exact_mut(height).enumerate() {
                for (i, out) in column[first..first + count].iter_mut().enumerate() {
                    *out = block[i * half + x];
                }
            }
        }
        FftPlanner::new().plan_fft_forward(height).process(&mut columns);
        Self { width, height, columns }
    }

    /// Every column with its frequency, and how many columns of the whole transform it stands for.
    fn columns(&self) -> impl Iterator<Item = (usize, u32, &[Complex64])> {
        self.columns.chunks_exact(self.height).enumerate().map(|(x, column)| {
            let own_mirror = x == 0 || 2 * x == self.width;
            (x, if own_mirror { 1 } else { 2 }, column)
        })
    }
}

/// Sums over the whole transform.
struct SpectrumSums {
    magnitude: f64,
    phases: Phases,
    rings: Rings,
}

impl SpectrumSums {
    /// Coefficients whose magnitude is at most `negligible` are rounding noise: no phase, no power.
    fn of(spectrum: &HalfSpectrum, negligible: f64) -> Self {
        pulp::Arch::new().dispatch(SumSpectrum { spectrum, negligible })
    }
}

struct SumSpectrum<'a> {
    spectrum: &'a HalfSpectrum,
    negligible: f64,
}

impl NullaryFnOnce for SumSpectrum<'_> {
    type Output = SpectrumSums;

    #[inline(always)]
    fn call(self) -> SpectrumSums {
        let Self { spectrum, negligible } = self;
        let height = spectrum.height;
        let mut sums = SpectrumSums {
            magnitude: 0.0,
            phases: Phases::default(),
            rings: Rings::new((spectrum.width / 2).min(height / 2)),
        };
        let mut column = ColumnFigures::new(height);
        for (x, weight, coefficients) in spectrum.columns() {
            column.measure(coefficients, negligible);
            sums.magnitude += f64::from(weight) * sum_of(&column.magnitudes, |value| value);
            sums.phases.add(coefficients, &column, weight);
            sums.rings.add(x, weight, &mut column.powers);
        }
        sums
    }
}

/// Figures of each coefficient of a column.
struct ColumnFigures {
    magnitudes: Vec<f64>,
    /// 0 where the coefficient is negligible, and 1 elsewhere.
    counted: Vec<f64>,
    /// Power and squared phase; 0 where the coefficient is negligible.
    powers: Vec<f64>,
    squared_phases: Vec<f64>,
}

impl ColumnFigures {
    fn new(height: usize) -> Self {
        let zeros = vec![0.0; height];
        Self {
            magnitudes: zeros.clone(),
            counted: zeros.clone(),
            powers: zeros.clone(),
            squared_phases: zeros,
        }
    }

    #[inline(always)]
    fn measure(&mut self, coefficients: &[Complex64], negligible: f64) {
        let height = self.magnitudes.len();
        let coefficients = &coefficients[..height];
        let magnitudes = &mut self.magnitudes[..height];
        let counted = &mut self.counted[..height];
        let powers = &mut self.powers[..height];
        let squared_phases = &mut self.squared_phases[..height];
        for y in 0..height {
            let Complex64 { re, im } = coefficients[y];
            let power = re * re + im * im;
            let magnitude = power.sqrt();
            let phase = direction(im, re);
            let count = if magnitude > negligible { 1.0 } else { 0.0 };
            magnitudes[y] = magnitude;
            counted[y] = count;
            powers[y] = count * power;
            squared_phases[y] = count * (phase * phase);
        }
    }
}

/// Sums over the phases of coefficients and their conjugates.
#[derive(Default)]
struct Phases {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Phases {
    #[inline(always)]
    fn add(&mut self, coefficients: &[Complex64], column: &ColumnFigures, weight: u32) {
        let height = coefficients.len();
        self.count += f64::from(weight) * sum_of(&column.counted, |value| value);
        self.squares += f64::from(weight) * sum_of(&column.squared_phases, |value| value);
        // The phases of conjugates cancel, except that a negative real number has pi, and so has its
        // conjugate. A coefficient that is its own conjugate is real.
        for (y, (coefficient, &counted)) in coefficients.iter().zip(&column.counted).enumerate() {
            let own_conjugate = weight == 1 && (y == 0 || 2 * y == height);
            if coefficient.re < 0.0 && (own_conjugate || coefficient.im == 0.0) {
                self.sum += f64::from(weight) * PI * counted;
            }
        }
    }

    fn mean_and_std(&self) -> (f64, f64) {
        let count = self.count.max(1.0);
        let mean = self.sum / count;
        (mean, (self.squares / count - mean * mean).max(0.0).sqrt())
    }
}

/// Power by whole distance from frequency 0, up to the last ring that is complete.
struct Rings {
    power: Vec<f64>,
    area: Vec<u64>,
    /// Which ring each row of a column belongs to.
    indices: Vec<u32>,
}

impl Rings {
    fn new(count: usize) -> Self {
        Self { power: vec![0.0; count], area: vec![0; count], indices: Vec::new() }
    }

    /// Takes in column `x`; `powers` are those of its rows, and spoilt afterwards.
    #[inline(always)]
    fn add(&mut self, x: usize, weight: u32, powers: &mut [f64]) {
        let height = powers.len();
        // Rows y and height - y lie equally far from frequency 0.
        let folded = height / 2 + 1;
        let (near, far) = powers.split_at_mut(folded);
        for (power, far) in near[1..].iter_mut().zip(far.iter().rev()) {
            *power += far;
        }
        let lonely = |y: usize| y == 0 || 2 * y == height;
        let across = (x * x) as f64;
        self.indices.resize(folded, 0);
        for (y, index) in (0_u32..).zip(&mut self.indices) {
            *index = (across + f64::from(y) * f64::from(y)).sqrt() as u32;
        }
        for (y, (&index, &power)) in self.indices.iter().zip(&*near).enumerate() {
            // Rings follow each other along a column: what comes after is outside too.
            let Some(sum) = self.power.get_mut(index as usize) else { break };
            *sum += f64::from(weight) * power;
            self.area[index as usize] += u64::from(weight) * if lonely(y) { 1 } else { 2 };
        }
    }

    fn mean_power(&self) -> Vec<f64> {
        self.power.iter().zip(&self.area).map(|(power, &area)| power / area as f64).collect()
    }
}

/// Mean and standard deviation of the ring's number, weighted by its power; ring 0 stays out.
fn radial_moments(rings: &[f64]) -> (f64, f64) {
    let weighted = || (0_u32..).map(f64::from).zip(rings).skip(1);
    let total: f64 = weighted().map(|(_, power)| power).sum();
    if total == 0.0 {
        return (0.0, 0.0);
    }
    let centroid = weighted().map(|(k, power)| k * power).sum::<f64>() / total;
    let variance = weighted().map(|(k, power)| (k - centroid).powi(2) * power).sum::<f64>() / total;
    (centroid, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use fiber_image::Plane;
    use proptest::prelude::*;

    use super::*;

    fn naive(grey: PlaneView<'_, u8>, kx: usize, ky: usize) -> Complex64 {
        let (w, h) = (grey.width() as f64, grey.height() as f64);
        let mut sum = Complex64::default();
        for (y, row) in grey.rows().enumerate() {
            for (x, &value) in row.iter().enumerate() {
                let turns = (kx * x) as f64 / w + (ky * y) as f64 / h;
                sum += Complex64::from_polar(f64::from(value), -std::f64::consts::TAU * turns);
            }
        }
        sum
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn half_spectrum_and_weights_give_the_whole_transform(
            width in 1_usize..20, height in 1_usize..20, seed in prop::collection::vec(any::<u8>(), 361)
        ) {
            let grey = Plane::new(width, height, seed[..width * height].to_vec())?;
            let spectrum = HalfSpectrum::of(grey.view());
            let mut power = 0.0;
            let mut columns = 0;
            for (kx, weight, column) in spectrum.columns() {
                columns += weight;
                for (ky, coefficient) in column.iter().enumerate() {
                    let expected = naive(grey.view(), kx, ky);
                    prop_assert!((coefficient - expected).norm() < 1e-8, "{coefficient} {expected}");
                    power += f64::from(weight) * coefficient.norm_sqr();
                }
            }
            prop_assert_eq!(columns as usize, width);
            let squares: f64 = grey.pixels().iter().map(|&value| f64::from(value).powi(2)).sum();
            let parseval = (width * height) as f64 * squares;
            prop_assert!((power - parseval).abs() <= 1e-9 * parseval);
        }
    }

    #[test]
    fn radial_moments_leave_the_first_ring_out() {
        assert_eq!(radial_moments(&[9.0, 1.0, 0.0, 1.0]), (2.0, 1.0));
        assert_eq!(radial_moments(&[9.0, 0.0]), (0.0, 0.0));
        assert_eq!(radial_moments(&[]), (0.0, 0.0));
    }
}
