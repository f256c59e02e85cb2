use crate::named::NamedValues;
use crate::prepared::Prepared;
use crate::superlevel::{component_curve, euler_curve};

/// Superlevel sets that are looked at.
const SETS: usize = 20;

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let thresholds = thresholds(image);
    // The number of thresholds a grey level reaches: a set is all pixels of at least its rank.
    let ranks: [u8; 256] = std::array::from_fn(|level| {
        thresholds.iter().filter(|&&threshold| level as f64 >= threshold).count() as u8
    });
    let ranked = image.grey.map(|&value| ranks[usize::from(value)]);
    let components: [i64; SETS] = component_curve(ranked.view());
    let euler: [i64; SETS] = euler_curve(ranked.view());
    let holes = std::array::from_fn(|set| components[set] - euler[set]);
    put_curve(values, "topo_b0_", "components", &components);
    put_curve(values, "topo_b1_", "holes", &holes);
}

/// The percentiles 5 to 95 of the grey levels in equal steps, not falling.
fn thresholds(image: &Prepared) -> [f64; SETS] {
    // The products and quotients of NumPy's linspace and percentile: a rank that is off by one rounding
    // error would move a threshold past a grey level.
    let step = 90.0 / (SETS - 1) as f64;
    std::array::from_fn(|i| {
        let percent = if i == SETS - 1 { 95.0 } else { i as f64 * step + 5.0 };
        image.levels().quantile(percent / 100.0)
    })
}

fn put_curve(values: &mut NamedValues, prefix: &str, counted: &str, curve: &[i64; SETS]) {
    let changes = || curve.windows(2).map(|pair| pair[0].abs_diff(pair[1]));
    let sum: i64 = curve.iter().sum();
    let max = curve.iter().copied().max().unwrap_or(0);
    values.put(&format!("{prefix}max_{counted}"), max as f64);
    values.put(&format!("{prefix}mean_{counted}"), sum as f64 / SETS as f64);
    values.put(&format!("{prefix}persistence_sum"), changes().sum::<u64>() as f64);
    values.put(&format!("{prefix}persistence_max"), changes().max().unwrap_or(0) as f64);
}
