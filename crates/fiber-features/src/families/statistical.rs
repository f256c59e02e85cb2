use crate::counts::Counts;
use crate::named::NamedValues;
use crate::prepared::Prepared;

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let levels = image.levels();
    let [min, p10, p25, p50, p75, p90, max] =
        [0.0, 0.10, 0.25, 0.50, 0.75, 0.90, 1.0].map(|q| levels.quantile(q));
    let constant = min == max;
    values.put_all(
        "stat_",
        [
            ("mean", levels.mean()),
            ("std", levels.variance().sqrt()),
            ("variance", levels.variance()),
            ("skew", levels.standardised_moment(3)),
            ("kurtosis", if constant { 0.0 } else { levels.standardised_moment(4) - 3.0 }),
            ("min", min),
            ("max", max),
            ("range", max - min),
            ("median", p50),
            ("mad", median_deviation(levels, p50)),
            ("iqr", p75 - p25),
            ("entropy", levels.entropy()),
            ("energy", levels.sum_of_squares()),
            ("p10", p10),
            ("p25", p25),
            ("p50", p50),
            ("p75", p75),
            ("p90", p90),
        ],
    );
}

/// Median of the distances from `median`, which is a whole or half number; so are the distances.
fn median_deviation(levels: Counts<'_>, median: f64) -> f64 {
    let twice = (2.0 * median) as usize;
    let mut doubled_deviations = [0; 511];
    for (level, count) in levels.occurring() {
        doubled_deviations[twice.abs_diff(2 * level)] += count;
    }
    Counts::new(&doubled_deviations).quantile(0.5) / 2.0
}
