use crate::named::NamedValues;
use crate::prepared::Prepared;

/// Shares of the sum below this are rounding noise.
const NEGLIGIBLE_SHARE: f64 = 1e-7;
/// The second singular value is taken to be at least this part of the first.
const SMALLEST_SECOND: f64 = 1e-6;

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    values.put_all("svd_", spectrum_shape(image.singular_values()));
}

/// How the sum of falling singular values is spread over them.
fn spectrum_shape(singular_values: &[f64]) -> [(&'static str, f64); 8] {
    let sum: f64 = singular_values.iter().sum();
    let black = sum == 0.0;
    let shares: Vec<f64> =
        singular_values.iter().map(|value| if black { 0.0 } else { value / sum }).collect();
    let top = |count: usize| shares.iter().take(count).sum::<f64>();
    let components = |share: f64| {
        let mut cumulative = 0.0;
        let reached = shares.iter().position(|p| {
            cumulative += p;
            cumulative >= share
        });
        reached.map_or(0, |index| index + 1) as f64
    };
    let entropy: f64 =
        shares.iter().filter(|&&p| p > NEGLIGIBLE_SHARE).map(|p| p * -p.log2()).sum();
    let largest = singular_values[0];
    let second = singular_values.get(1).copied().unwrap_or(0.0);
    [
        ("largest", largest),
        ("top5_ratio", top(5)),
        ("top10_ratio", top(10)),
        ("entropy", entropy),
        ("energy_ratio", if black { 0.0 } else { largest / second.max(SMALLEST_SECOND * largest) }),
        ("n_components_90", components(0.90)),
        ("n_components_95", components(0.95)),
        ("effective_rank", if black { 0.0 } else { entropy.exp2() }),
    ]
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    fn values(singular_values: &[f64]) -> [f64; 8] {
        spectrum_shape(singular_values).map(|(_, value)| value)
    }

    #[test]
    fn one_value_is_everything() {
        let lone = values(&[7.0]);
        assert_eq!(lone[..4], [7.0, 1.0, 1.0, 0.0]);
        assert_relative_eq!(lone[4], 1e6, max_relative = 1e-12);
        assert_eq!(lone[5..], [1.0, 1.0, 1.0]);
    }

    #[test]
    fn black_is_all_zero() {
        assert_eq!(values(&[0.0, 0.0]), [0.0; 8]);
    }

    #[test]
    fn equal_values_have_full_rank() {
        let equal = values(&[2.0; 16]);
        assert_eq!(equal, [2.0, 5.0 / 16.0, 10.0 / 16.0, 4.0, 1.0, 15.0, 16.0, 16.0]);
    }

    #[test]
    fn rounding_noise_is_left_out_of_the_entropy() {
        // -p log2 p of the first share is 1.3e-7; the second would add 2.1e-6.
        assert_relative_eq!(values(&[1.0, 0.9e-7])[3], 1.3e-7, max_relative = 0.01);
        assert_relative_eq!(values(&[1.0, 1.1e-7])[3], 2.7e-6, max_relative = 0.01);
    }
}
