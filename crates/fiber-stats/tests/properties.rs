//! Every algorithm against a slow, obvious one, or against the mathematics it has to satisfy.

use fiber_stats::nalgebra::{DMatrix, DVector};
use fiber_stats::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Values with many ties and a few that stand alone.
fn values(len: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Vec<f64>> {
    vec(prop_oneof![(-4..5_i32).prop_map(f64::from), -100.0..100.0], len)
}

fn table(rows: std::ops::Range<usize>, columns: usize) -> impl Strategy<Value = DMatrix<f64>> {
    rows.prop_flat_map(move |rows| {
        vec(-10.0..10.0, rows * columns)
            .prop_map(move |entries| DMatrix::from_vec(rows, columns, entries))
    })
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn naive_quantile(values: &[f64], q: f64) -> f64 {
    let sorted = sorted(values);
    let position = (sorted.len() - 1) as f64 * q;
    let (below, above) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    below + (above - below) * position.fract()
}

fn close(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * a.abs().max(b.abs()).max(1e-3)
}

/// Share of `sample` up to `x`.
fn distribution(sample: &[f64], x: f64) -> f64 {
    sample.iter().filter(|&&value| value <= x).count() as f64 / sample.len() as f64
}

fn sample_covariance(data: &DMatrix<f64>) -> DMatrix<f64> {
    let n = data.nrows() as f64;
    let mean = data.row_mean();
    data.row_iter().map(|row| (row - &mean).transpose() * (row - &mean) / n).sum()
}

proptest! {
    #[test]
    fn quantiles_are_those_of_the_sorted_values(values in values(1..40), qs in vec(0.0..=1.0, 0..6)) {
        let found = quantiles(&values, &qs).unwrap();
        for (&q, found) in qs.iter().zip(found) {
            prop_assert!(close(found, naive_quantile(&values, q), 1e-12));
            prop_assert_eq!(found, quantile(&values, q).unwrap());
        }
    }

    #[test]
    fn integer_weights_repeat_values(pairs in vec((-9..9_i32, 0..4_u8), 1..20), q in 0.0..=1.0) {
        let (values, weights): (Vec<i32>, Vec<f64>) = pairs.iter().map(|&(v, w)| (v, f64::from(w))).unzip();
        let mut repeated: Vec<i32> =
            pairs.iter().flat_map(|&(v, w)| std::iter::repeat_n(v, w.into())).collect();
        repeated.sort_unstable();
        match weighted_quantile(&values, &weights, q) {
            Err(_) => prop_assert!(repeated.is_empty()),
            Ok(found) => {
                let n = repeated.len();
                let place = (1..=n).find(|&k| k as f64 / n as f64 >= q).unwrap();
                prop_assert_eq!(found, f64::from(repeated[place - 1]));
            }
        }
    }

    #[test]
    fn mad_is_the_median_of_deviations(values in values(1..30)) {
        let centre = naive_quantile(&values, 0.5);
        let deviations: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
        prop_assert!(close(mad(&values).unwrap(), naive_quantile(&deviations, 0.5), 1e-12));
    }

    #[test]
    fn robust_scale_is_zero_only_for_equal_values(values in values(1..12)) {
        let equal = values.iter().all(|&value| value == values[0]);
        prop_assert_eq!(robust_scale(&values).unwrap() == 0.0, equal);
        prop_assert!(robust_z(&values).unwrap().iter().all(|z| z.is_finite()));
    }

    #[test]
    fn trimming_and_winsorising_work_on_both_tails(values in values(1..30), share in 0.0..0.5_f64) {
        let cut = (share * values.len() as f64).floor() as usize;
        let ordered = sorted(&values);
        let kept = &ordered[cut..ordered.len() - cut];
        let expected = kept.iter().sum::<f64>() / kept.len() as f64;
        prop_assert!(close(trimmed_mean(&values, share).unwrap(), expected, 1e-12));
        let winsorised = winsorise(&values, share).unwrap();
        let mut expected = ordered.clone();
        expected[..cut].fill(kept[0]);
        expected[ordered.len() - cut..].fill(kept[kept.len() - 1]);
        prop_assert_eq!(sorted(&winsorised), expected);
        let mean = mean(&winsorised).unwrap();
        prop_assert_eq!(winsorised_mean(&values, share).unwrap(), mean);
    }

    #[test]
    fn circular_medians_are_those_of_each_window_with_missing_values_at_both_ends(
        values in vec(prop::option::weighted(0.8, -9.0_f32..9.0), 1..60),
        kept in vec(any::<bool>(), 60),
        radius in 0..30_usize,
    ) {
        let mut circle = CircularMedian::new(&values).unwrap();
        let there: Vec<f64> = values.iter().flatten().map(|&v| f64::from(v)).collect();
        let overall = median(&there).ok().map(|median| median as f32);
        prop_assert_eq!(circle.overall(), overall);
        let fewer: Vec<Option<f32>> =
            values.iter().zip(&kept).map(|(value, &kept)| value.filter(|_| kept)).collect();
        for values in [values, fewer] {
            let mut highest = true;
            let filled: Vec<f64> = values
                .iter()
                .map(|value| match value {
                    Some(value) => f64::from(*value),
                    None => {
                        highest = !highest;
                        if highest { 1e6 } else { -1e6 }
                    }
                })
                .collect();
            match running_median(&filled, radius, Boundary::Wrap) {
                Ok(expected) => {
                    let there = |&median: &f64| (median.abs() < 1e6).then_some(median as f32);
                    let expected: Vec<Option<f32>> = expected.iter().map(there).collect();
                    prop_assert_eq!(circle.medians(radius).unwrap(), expected);
                }
                Err(_) => prop_assert!(circle.medians(radius).is_err()),
            }
            circle.retain(|index, value| {
                assert_eq!(Some(value), values[index]);
                kept[index]
            });
        }
    }

    #[test]
    fn running_median_is_the_median_of_each_window(values in values(1..60), radius in 0..30_usize) {
        let n = values.len() as isize;
        let window = |at: isize, index: &dyn Fn(isize) -> isize| -> f64 {
            let around: Vec<f64> = (at - radius as isize..=at + radius as isize)
                .map(|i| values[index(i) as usize])
                .collect();
            sorted(&around)[radius]
        };
        let mirror = |i: isize| if i < 0 { -i } else if i >= n { 2 * (n - 1) - i } else { i };
        let wrap = |i: isize| i.rem_euclid(n);
        match running_median(&values, radius, Boundary::Mirror) {
            Ok(found) => {
                let expected: Vec<f64> = (0..n).map(|i| window(i, &mirror)).collect();
                prop_assert_eq!(found, expected);
            }
            Err(_) => prop_assert!(radius >= values.len()),
        }
        match running_median(&values, radius, Boundary::Wrap) {
            Ok(found) => {
                let expected: Vec<f64> = (0..n).map(|i| window(i, &wrap)).collect();
                prop_assert_eq!(found, expected);
            }
            Err(_) => prop_assert!(2 * radius + 1 > values.len()),
        }
    }

    #[test]
    fn ranks_count_what_lies_below(values in values(1..30)) {
        let expected: Vec<f64> = values
            .iter()
            .map(|value| {
                let below = values.iter().filter(|other| *other < value).count() as f64;
                let ties = values.iter().filter(|other| *other == value).count() as f64;
                below + (ties + 1.0) / 2.0
            })
            .collect();
        prop_assert_eq!(ranks(&values).unwrap(), expected);
    }

    #[test]
    fn histogram_bins_hold_their_values(values in values(1..60), bins in 1..40_usize) {
        let (low, high) = (-4.0, 50.0);
        let histogram = Histogram::new(&values, bins, low, high).unwrap();
        for bin in 0..bins {
            let (from, to) = (histogram.edge(bin), histogram.edge(bin + 1));
            let last = bin + 1 == bins;
            let expected =
                values.iter().filter(|&&v| v >= from && (v < to || last && v == to)).count() as u64;
            prop_assert_eq!(histogram.counts()[bin], expected);
        }
    }

    #[test]
    fn sample_distances_follow_from_distribution_functions(a in values(1..30), b in values(1..30)) {
        let points = sorted(&[a.clone(), b.clone()].concat());
        let gaps: Vec<f64> =
            points.iter().map(|&x| (distribution(&a, x) - distribution(&b, x)).abs()).collect();
        let largest = gaps.iter().copied().fold(0.0, f64::max);
        prop_assert!(close(kolmogorov_smirnov(&a, &b).unwrap(), largest, 1e-12));
        let area: f64 = points.windows(2).zip(&gaps).map(|(pair, gap)| gap * (pair[1] - pair[0])).sum();
        prop_assert!(close(wasserstein_distance(&a, &b).unwrap(), area, 1e-10));
    }

    #[test]
    fn divergences_keep_their_bounds(pairs in vec((0.0..5.0, 0.0..5.0), 1..20)) {
        let (p, q): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        prop_assume!(p.iter().sum::<f64>() > 0.0 && q.iter().sum::<f64>() > 0.0);
        let js = js_divergence(&p, &q).unwrap();
        let chi = chi_square_distance(&p, &q).unwrap();
        prop_assert!(close(js, js_divergence(&q, &p).unwrap(), 1e-12));
        prop_assert!(close(chi, chi_square_distance(&q, &p).unwrap(), 1e-12));
        // Topsoe 2000: js <= ln 2 times this chi-square distance, which is at most twice js.
        prop_assert!(js <= std::f64::consts::LN_2 * chi + 1e-12 && chi <= 2.0 * js + 1e-12);
        prop_assert!(kl_divergence(&p, &q).unwrap() >= 2.0 * js - 2.0 * std::f64::consts::LN_2);
        prop_assert!(kl_divergence(&p, &p).unwrap() == 0.0);
    }

    #[test]
    fn every_measure_of_every_pair_is_finite(
        pairs in vec((extreme(), extreme()), 1..25)
    ) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        for (a, b) in [(&a, &b), (&a, &a)] {
            match compare_vectors(a, b) {
                Ok(found) => prop_assert!(found.values().iter().all(|value| value.is_finite()), "{found:?}"),
                Err(error) => prop_assert!(matches!(error, StatsError::Overflow { .. }), "{error}"),
            }
        }
    }

    #[test]
    fn equal_vectors_are_not_dissimilar(values in values(1..40)) {
        let found = compare_vectors(&values, &values).unwrap().dissimilarities();
        prop_assert!(found.iter().all(|value| (-1e-12..1e-12).contains(value)), "{found:?}");
    }

    #[test]
    fn shrinkage_follows_its_definition(data in table(2..12, 5)) {
        let (n, p) = (data.nrows() as f64, 5.0);
        let mean = data.row_mean();
        let s = sample_covariance(&data);
        let mu = s.trace() / p;
        let target = DMatrix::identity(5, 5) * mu;
        let d2 = (&s - &target).norm_squared();
        let b2: f64 = data
            .row_iter()
            .map(|row| ((row - &mean).transpose() * (row - &mean) - &s).norm_squared())
            .sum::<f64>() / (n * n);
        let lw = ledoit_wolf(&data).unwrap();
        prop_assert!(close(lw.shrinkage, b2.min(d2) / d2, 1e-9));
        let expected = &s * (1.0 - lw.shrinkage) + &target * lw.shrinkage;
        prop_assert!((&lw.covariance - expected).amax() < 1e-10);
        let rho = ((&s * &s).trace() + s.trace().powi(2))
            / ((n + 1.0) * ((&s * &s).trace() - s.trace().powi(2) / p));
        prop_assert!(close(oas(&data).unwrap().shrinkage, rho.min(1.0), 1e-9));
    }

    #[test]
    fn mahalanobis_is_the_quadratic_form(data in table(8..20, 4), point in vec(-20.0..20.0, 4)) {
        let shrunk = oas(&data).unwrap();
        let model = shrunk.mahalanobis().unwrap();
        let deviation = DVector::from_vec(point.clone()) - &shrunk.location;
        let inverse = shrunk.covariance.clone().try_inverse().unwrap();
        let expected = (deviation.transpose() * inverse * &deviation)[0];
        prop_assert!(close(model.squared_distance(&point).unwrap(), expected, 1e-8));
        let determinant = shrunk.covariance.determinant().ln();
        prop_assert!(close(model.log_determinant(), determinant, 1e-9));
        let rows = DMatrix::from_row_slice(1, 4, &point);
        prop_assert_eq!(model.distances(&rows).unwrap()[0], model.distance(&point).unwrap());
    }

    #[test]
    fn floored_eigenvalues_are_above_the_floor(data in table(2..9, 6), share in 1e-6..1.0) {
        let s = sample_covariance(&data);
        let regular = floor_eigenvalues(&s, EigenvalueFloor::ShareOfLargest(share)).unwrap();
        let (before, after) = (s.symmetric_eigenvalues(), regular.symmetric_eigenvalues());
        let (largest, lowest) = (before.max(), share * before.max());
        prop_assert!(after.min() >= lowest - 1e-12 * largest);
        prop_assert!((after.max() - largest).abs() <= 1e-10 * largest);
        let again = floor_eigenvalues(&regular, EigenvalueFloor::ShareOfLargest(share)).unwrap();
        prop_assert!((again - &regular).amax() <= 1e-10 * largest);
        let model = Mahalanobis::new(DVector::zeros(6), &regular);
        prop_assert!(model.is_ok(), "{model:?}");
    }

    #[test]
    fn standardised_columns_have_median_0_and_scale_1(data in table(3..15, 3)) {
        let standardiser = Standardiser::fit(&data).unwrap();
        let rows = standardiser.transform_rows(&data).unwrap();
        for column in rows.column_iter() {
            prop_assert!(median(column.as_slice()).unwrap().abs() < 1e-12);
            prop_assert!(close(robust_scale(column.as_slice()).unwrap(), 1.0, 1e-9));
        }
        let first: Vec<f64> = data.row(0).iter().copied().collect();
        let first = standardiser.transform(&first).unwrap();
        prop_assert_eq!(first.transpose(), rows.row(0).into_owned());
    }

    #[test]
    fn conformal_threshold_keeps_its_rate(scores in values(2..40), rate in 0.01..0.99_f64) {
        // Exchangeable scores: each in turn as the new one among the others.
        let n = scores.len();
        let mut exceeded = 0;
        for new in 0..n {
            let mut others = scores.clone();
            let score = others.remove(new);
            let threshold = conformal_threshold(&others, rate).unwrap();
            prop_assert_eq!(threshold.is_none(), (n as f64) * rate < 1.0);
            let over = threshold.is_some_and(|threshold| score > threshold);
            exceeded += usize::from(over);
            let p = conformal_p_value(&others, score).unwrap();
            prop_assert!((1.0 / n as f64..=1.0).contains(&p));
            if over {
                prop_assert!(p <= rate + 1e-12);
            }
        }
        prop_assert!(exceeded as f64 <= rate * n as f64 + 1e-9);
    }

    #[test]
    fn chi_square_quantiles_obey_closed_forms(p in 1e-9..(1.0 - 1e-9_f64), degrees in 1..400_usize) {
        let one = normal_quantile(0.5 * (1.0 + p)).unwrap().powi(2);
        prop_assert!((chi_square_quantile(p, 1).unwrap() / one - 1.0).abs() < 1e-6);
        let two = -2.0 * (-p).ln_1p();
        prop_assert!((chi_square_quantile(p, 2).unwrap() / two - 1.0).abs() < 1e-12);
        let quantile = chi_square_quantile(p, degrees).unwrap();
        prop_assert!((chi_square_cdf(quantile, degrees).unwrap() / p - 1.0).abs() < 1e-11);
        prop_assert!(chi_square_quantile(p, degrees + 1).unwrap() > quantile);
    }
}

/// Values over nearly all of the range of `f64`, zeros and repeats.
fn extreme() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(-0.0),
        Just(7.0),
        Just(0.1),
        Just(f64::MIN_POSITIVE),
        Just(5e-324),
        -1e3..1e3_f64,
        (-300..300_i32).prop_map(|exponent| 10_f64.powi(exponent)),
        (-300..300_i32).prop_map(|exponent| -10_f64.powi(exponent)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn mcd_finds_the_best_of_all_subsets(data in table(8..10, 2), seed in any::<u64>()) {
        let options = McdOptions { support_fraction: 0.7, seed, ..McdOptions::default() };
        let mcd = fast_mcd(&data, &options).unwrap();
        let n = data.nrows();
        let size = ((0.7 * n as f64) as usize).max((n + 3) / 2);
        let best = (0..1_usize << n)
            .filter(|subset| subset.count_ones() as usize == size)
            .map(|subset| {
                let chosen: Vec<usize> = (0..n).filter(|i| subset >> i & 1 == 1).collect();
                sample_covariance(&data.select_rows(&chosen)).determinant()
            })
            .fold(f64::INFINITY, f64::min);
        prop_assert!(close(mcd.raw_log_determinant, best.ln(), 1e-9));
        prop_assert_eq!(mcd.raw_support.len(), size);
    }

    #[test]
    fn mcd_does_not_depend_on_units(data in table(30..40, 2), shift in -1e4..1e4, unit in 1e-6..1e6) {
        let mut moved = data.clone();
        moved.column_mut(0).apply(|value| *value = *value * unit + shift * unit);
        let options = McdOptions::default();
        let (a, b) = (fast_mcd(&data, &options).unwrap(), fast_mcd(&moved, &options).unwrap());
        prop_assert_eq!(&a.support, &b.support);
        for (a, b) in a.distances.iter().zip(&b.distances) {
            prop_assert!(close(*a, *b, 1e-6));
        }
        prop_assert_eq!(&a, &fast_mcd(&data, &options).unwrap());
        let direct = a.mahalanobis().unwrap().distances(&data).unwrap();
        prop_assert!(direct.iter().zip(&a.distances).all(|(a, b)| close(*a, *b, 1e-9)));
    }
}
