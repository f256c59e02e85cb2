//! One case for every rejected argument.

use std::fmt::Debug;

use fiber_stats::nalgebra::{DMatrix, DVector};
use fiber_stats::*;

macro_rules! dvector {
    ($($entry:expr),*) => { DVector::<f64>::from_vec(vec![$($entry),*]) };
}

macro_rules! dmatrix {
    ($($($entry:expr),+);+) => {{
        let rows = [$(vec![$($entry),+]),+];
        DMatrix::<f64>::from_row_iterator(rows.len(), rows[0].len(), rows.into_iter().flatten())
    }};
}

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[track_caller]
fn refused<T: Debug>(result: Result<T, StatsError>, message: &str) {
    assert_eq!(result.expect_err("the argument is refused").to_string(), message);
}

#[test]
fn every_function_of_a_sample_refuses_empty_and_not_finite_values() {
    type Call = fn(&[f64]) -> Option<StatsError>;
    let calls: [Call; 21] = [
        |v| mean(v).err(),
        |v| median(v).err(),
        |v| trimmed_mean(v, 0.1).err(),
        |v| winsorised_mean(v, 0.1).err(),
        |v| winsorise(v, 0.1).err(),
        |v| quantile(v, 0.5).err(),
        |v| quantiles(v, &[0.5]).err(),
        |v| quantile_in_place(&mut v.to_vec(), 0.5).err(),
        |v| median_in_place(&mut v.to_vec()).err(),
        |v| weighted_quantile(v, &vec![1.0; v.len()], 0.5).err(),
        |v| variance(v, Divisor::Population).err(),
        |v| std_dev(v, Divisor::Sample).err(),
        |v| mad(v).err(),
        |v| normal_mad(v).err(),
        |v| median_and_mad_in_place(&mut v.to_vec()).err(),
        |v| robust_scale(v).err(),
        |v| robust_z(v).err(),
        |v| ranks(v).err(),
        |v| Histogram::new(v, 3, 0.0, 1.0).err(),
        |v| running_median(v, 1, Boundary::Mirror).err(),
        |v| running_median(v, 1, Boundary::Wrap).err(),
    ];
    for (number, call) in calls.into_iter().enumerate() {
        let empty = StatsError::TooFew { what: "values", len: 0, min: 1 };
        assert_eq!(call(&[]), Some(empty), "call {number}");
        for bad in [INF, -INF] {
            let error = StatsError::NotFinite { what: "values", index: 1, value: bad };
            assert_eq!(call(&[1.0, bad, 2.0]), Some(error), "call {number}");
        }
        let error = call(&[1.0, 2.0, NAN]).unwrap();
        assert!(
            matches!(error, StatsError::NotFinite { what: "values", index: 2, .. }),
            "{number}"
        );
        assert_eq!(call(&[1.0, 2.0, 4.0]), None, "call {number}");
    }
}

#[test]
fn every_measure_refuses_bad_pairs() {
    type Measure = fn(&[f64], &[f64]) -> Option<StatsError>;
    let of_one_length: [Measure; 8] = [
        |a, b| euclidean_distance(a, b).err(),
        |a, b| manhattan_distance(a, b).err(),
        |a, b| chebyshev_distance(a, b).err(),
        |a, b| cosine_distance(a, b).err(),
        |a, b| pearson_correlation(a, b).err(),
        |a, b| spearman_correlation(a, b).err(),
        |a, b| mean_ssim(a, b).err(),
        |a, b| compare_vectors(a, b).err(),
    ];
    let of_any_length: [Measure; 2] =
        [|a, b| kolmogorov_smirnov(a, b).err(), |a, b| wasserstein_distance(a, b).err()];
    for measure in of_one_length {
        let length = StatsError::Length { what: "b", found: 1, expected: 2 };
        assert_eq!(measure(&[1.0, 2.0], &[1.0]), Some(length));
    }
    for measure in of_one_length.into_iter().chain(of_any_length) {
        assert_eq!(measure(&[], &[1.0]), Some(StatsError::TooFew { what: "a", len: 0, min: 1 }));
        assert_eq!(measure(&[1.0], &[]), Some(StatsError::TooFew { what: "b", len: 0, min: 1 }));
        let error = StatsError::NotFinite { what: "a", index: 0, value: INF };
        assert_eq!(measure(&[INF, 1.0], &[1.0, 2.0]), Some(error));
        let error = StatsError::NotFinite { what: "b", index: 1, value: INF };
        assert_eq!(measure(&[1.0, 2.0], &[1.0, INF]), Some(error));
        assert_eq!(measure(&[1.0, 2.0], &[2.0, 2.0]), None);
    }
}

#[test]
fn divergences_refuse_what_is_no_distribution() {
    for divergence in [kl_divergence, js_divergence, chi_square_distance] {
        refused(divergence(&[], &[]), "p holds 0, at least 1 needed");
        refused(divergence(&[1.0], &[1.0, 1.0]), "q has length 2, expected 1");
        refused(divergence(&[1.0, -1.0], &[1.0, 1.0]), "p is -1, allowed: 0 and above");
        refused(divergence(&[1.0, 1.0], &[-2.0, 1.0]), "q is -2, allowed: 0 and above");
        refused(divergence(&[0.0], &[1.0]), "sum of weights is 0, allowed: above 0");
        refused(divergence(&[1.0], &[INF]), "q[0] is inf, only finite values are allowed");
        refused(
            divergence(&[f64::MAX, f64::MAX], &[1.0, 1.0]),
            "sum of weights is too large for a 64-bit float",
        );
    }
}

#[test]
fn proportions_and_probabilities() {
    let values = [1.0, 2.0, 3.0];
    for bad in [-0.1, 0.5, 1.0, NAN] {
        let message = format!("proportion is {bad}, allowed: from 0, below 0.5");
        refused(trimmed_mean(&values, bad), &message);
        refused(winsorise(&values, bad), &message);
        refused(winsorised_mean(&values, bad), &message);
    }
    for bad in [-0.1, 1.1, NAN] {
        let message = format!("q is {bad}, allowed: 0 to 1");
        refused(quantile(&values, bad), &message);
        refused(quantiles(&values, &[0.5, bad]), &message);
        refused(quantile_in_place(&mut values.clone(), bad), &message);
        refused(weighted_quantile(&values, &values, bad), &message);
    }
    for bad in [0.0, 1.0, -1.0, NAN] {
        let allowed = "allowed: above 0 and below 1";
        refused(normal_quantile(bad), &format!("probability is {bad}, {allowed}"));
        refused(chi_square_quantile(bad, 3), &format!("probability is {bad}, {allowed}"));
        refused(
            conformal_threshold(&values, bad),
            &format!("false_alarm_rate is {bad}, {allowed}"),
        );
    }
    for degrees in [0, 1_000_001] {
        let message = format!("degrees_of_freedom is {degrees}, allowed: 1 to 1000000");
        refused(chi_square_quantile(0.5, degrees), &message);
        refused(chi_square_cdf(0.5, degrees), &message);
    }
    for bad in [-1.0, INF, NAN] {
        refused(chi_square_cdf(bad, 3), &format!("x is {bad}, allowed: 0 and above, finite"));
    }
}

#[test]
fn weights() {
    let values = [1.0, 2.0];
    refused(weighted_quantile(&values, &[1.0], 0.5), "weights has length 1, expected 2");
    refused(weighted_quantile(&values, &[1.0, -1.0], 0.5), "weights is -1, allowed: 0 and above");
    refused(
        weighted_quantile(&values, &[1.0, INF], 0.5),
        "weights[1] is inf, only finite values are allowed",
    );
    refused(weighted_quantile(&values, &[0.0, 0.0], 0.5), "sum of weights is 0, allowed: above 0");
    refused(
        weighted_quantile(&values, &[f64::MAX, f64::MAX], 0.5),
        "sum of weights is too large for a 64-bit float",
    );
}

#[test]
fn sample_divisor_needs_two() {
    refused(variance(&[1.0], Divisor::Sample), "values holds 1, at least 2 needed");
    refused(covariance(&dmatrix![1.0, 2.0], Divisor::Sample), "data holds 1, at least 2 needed");
}

#[test]
fn histograms() {
    for bins in [0, (1 << 24) + 1] {
        let message = format!("bins is {bins}, allowed: 1 to 16777216");
        refused(Histogram::new(&[1.0], bins, 0.0, 1.0), &message);
    }
    refused(Histogram::new(&[1.0], 3, NAN, 1.0), "low is NaN, allowed: finite");
    for (high, width) in [(0.0, 0.0), (-1.0, -1.0), (NAN, NAN), (INF, INF)] {
        let message = format!("high - low is {width}, allowed: above 0 and finite");
        refused(Histogram::new(&[1.0], 3, 0.0, high), &message);
    }
}

#[test]
fn windows() {
    let values = [1.0, 2.0, 3.0, 4.0];
    for radius in [4, usize::MAX] {
        let message = format!("radius is {}, allowed: below the number of values", radius as f64);
        refused(running_median(&values, radius, Boundary::Mirror), &message);
    }
    for radius in [2, usize::MAX] {
        let message =
            format!("radius is {}, allowed: a window no longer than the values", radius as f64);
        refused(running_median(&values, radius, Boundary::Wrap), &message);
        let circle = CircularMedian::new(&[Some(1.0), None, Some(3.0), Some(4.0)]).unwrap();
        refused(circle.medians(radius), &message);
    }
    refused(CircularMedian::new(&[]), "values holds 0, at least 1 needed");
    let infinite = CircularMedian::new(&[None, Some(f32::INFINITY)]);
    refused(infinite, "values[1] is inf, only finite values are allowed");
}

#[test]
fn tables() {
    type Call = fn(&DMatrix<f64>) -> Option<StatsError>;
    let model = Mahalanobis::new(DVector::zeros(1), &DMatrix::identity(1, 1)).unwrap();
    assert_eq!(
        model.distances(&DMatrix::zeros(0, 1)).unwrap_err().to_string(),
        "data holds 0, at least 1 needed"
    );
    let calls: [(Call, usize); 8] = [
        (|data| column_means(data).err(), 1),
        (|data| covariance(data, Divisor::Population).err(), 1),
        (|data| Standardiser::fit(data).err(), 1),
        (|data| ledoit_wolf(data).err(), 2),
        (|data| oas(data).err(), 2),
        (|data| leave_one_out(data, |_, _| Ok::<_, StatsError>(0.0)).err(), 2),
        (|data| fast_mcd(data, &McdOptions::default()).err(), 3),
        (
            |data| {
                let standardiser = Standardiser::from_parts(dvector![0.0], dvector![1.0]);
                standardiser.unwrap().transform_rows(data).err()
            },
            1,
        ),
    ];
    for (call, min) in calls {
        let error = StatsError::TooFew { what: "data", len: min - 1, min };
        assert_eq!(call(&DMatrix::zeros(min - 1, 1)), Some(error));
        assert!(matches!(call(&DMatrix::zeros(3, 0)), Some(StatsError::TooFew { .. })));
        let error = StatsError::NotFinite { what: "data", index: 2, value: -INF };
        assert_eq!(call(&dmatrix![1.0; 2.0; -INF; 3.0]), Some(error));
        assert_eq!(call(&dmatrix![1.0; 2.0; 4.0; 3.0]), None);
    }
}

#[test]
fn standardisers() {
    let from = Standardiser::from_parts;
    refused(from(dvector![], dvector![]), "centre holds 0, at least 1 needed");
    refused(from(dvector![1.0], dvector![1.0, 2.0]), "scale has length 2, expected 1");
    refused(from(dvector![NAN], dvector![1.0]), "centre[0] is NaN, only finite values are allowed");
    refused(from(dvector![1.0], dvector![INF]), "scale[0] is inf, only finite values are allowed");
    refused(from(dvector![1.0], dvector![-1.0]), "scale is -1, allowed: 0 and above");
    let standardiser = from(dvector![1.0], dvector![1e-300]).unwrap();
    refused(standardiser.transform(&[1.0, 2.0]), "observation has length 2, expected 1");
    refused(
        standardiser.transform(&[NAN]),
        "observation[0] is NaN, only finite values are allowed",
    );
    refused(standardiser.transform(&[1e100]), "standardised value is too large for a 64-bit float");
    refused(
        standardiser.transform_rows(&dmatrix![1.0, 2.0]),
        "row of data has length 2, expected 1",
    );
}

#[test]
fn distances() {
    let identity = DMatrix::identity(2, 2);
    let new = |location, covariance: DMatrix<f64>| Mahalanobis::new(location, &covariance);
    refused(new(dvector![], identity.clone()), "location holds 0, at least 1 needed");
    refused(new(dvector![1.0], identity.clone()), "covariance has length 2, expected 1");
    refused(
        new(dvector![1.0, NAN], identity.clone()),
        "location[1] is NaN, only finite values are allowed",
    );
    refused(
        new(dvector![1.0, 2.0], dmatrix![1.0, 0.0; INF, 1.0]),
        "covariance[1] is inf, only finite values are allowed",
    );
    refused(
        new(dvector![1.0, 2.0], dmatrix![1.0, 0.0; 0.5, 1.0]),
        "covariance is 2 x 2, expected a symmetric matrix",
    );
    refused(
        new(dvector![1.0, 2.0], dmatrix![1.0, 0.0, 0.0; 0.0, 1.0, 0.0]),
        "covariance is 2 x 3, expected a symmetric matrix",
    );
    refused(
        new(dvector![1.0, 2.0], dmatrix![1.0, 2.0; 2.0, 1.0]),
        "covariance is not positive definite",
    );
    let from = Mahalanobis::from_parts;
    refused(from(dvector![], DMatrix::zeros(0, 0)), "location holds 0, at least 1 needed");
    refused(from(dvector![1.0], identity.clone()), "factor has length 2, expected 1");
    refused(from(dvector![1.0], dmatrix![NAN]), "factor[0] is NaN, only finite values are allowed");
    refused(
        from(dvector![1.0, 1.0], dmatrix![1.0, 0.5; 0.0, 1.0]),
        "factor is 2 x 2, expected a lower triangular matrix",
    );
    refused(
        from(dvector![1.0, 1.0], dmatrix![1.0, 0.0, 0.0; 0.0, 1.0, 0.0]),
        "factor is 2 x 3, expected a lower triangular matrix",
    );
    refused(
        from(dvector![1.0, 1.0], dmatrix![1.0, 0.0; 0.0, 0.0]),
        "diagonal of factor is 0, allowed: above 0",
    );
    let model = new(dvector![1.0, 2.0], identity).unwrap();
    refused(model.distance(&[1.0]), "observation has length 1, expected 2");
    refused(model.whiten(&[1.0, NAN]), "observation[1] is NaN, only finite values are allowed");
    refused(
        model.squared_distance(&[1e200, 0.0]),
        "squared distance is too large for a 64-bit float",
    );
    refused(model.distances(&dmatrix![1.0]), "row of data has length 1, expected 2");
}

#[test]
fn eigenvalue_floors() {
    let matrix = DMatrix::identity(2, 2);
    for bad in [0.0, -1.0, 1.1, NAN] {
        let message = format!("floor is {bad}, allowed: above 0, up to 1");
        refused(floor_eigenvalues(&matrix, EigenvalueFloor::ShareOfLargest(bad)), &message);
        refused(floor_eigenvalues(&matrix, EigenvalueFloor::ShareOfMean(bad)), &message);
    }
    let floor = EigenvalueFloor::ShareOfMean(0.1);
    refused(
        floor_eigenvalues(&dmatrix![1.0, 2.0], floor),
        "matrix is 1 x 2, expected a symmetric matrix",
    );
    refused(floor_eigenvalues(&DMatrix::zeros(0, 0), floor), "matrix holds 0, at least 1 needed");
    refused(
        floor_eigenvalues(&dmatrix![1.0, NAN; NAN, 1.0], floor),
        "matrix[1] is NaN, only finite values are allowed",
    );
}

#[test]
fn mcd_options() {
    let data = dmatrix![1.0; 2.0; 4.0; 3.0];
    let with = |support_fraction, trials| {
        fast_mcd(&data, &McdOptions { support_fraction, trials, seed: 0 })
    };
    for bad in [0.49, 1.01, NAN] {
        refused(with(bad, 10), &format!("support_fraction is {bad}, allowed: 0.5 to 1"));
    }
    for bad in [0, 1_000_001] {
        refused(with(0.5, bad), &format!("trials is {bad}, allowed: 1 to 1000000"));
    }
    let mcd = with(0.5, 10).unwrap();
    refused(mcd.outliers(1.0), "probability is 1, allowed: above 0 and below 1");
}

#[test]
fn scores() {
    let scores = [1.0, 2.0];
    let learn = LearnedThreshold::from_scores;
    refused(learn(&[], 0.1, 2.0), "scores holds 0, at least 1 needed");
    refused(learn(&[1.0], 0.1, 2.0), "scores holds 1, at least 2 needed");
    refused(learn(&[1.0, NAN], 0.1, 2.0), "scores[1] is NaN, only finite values are allowed");
    for bad in [-0.1, 1.1, NAN] {
        let message = format!("false_alarm_rate is {bad}, allowed: 0 to 1");
        refused(learn(&scores, bad, 2.0), &message);
    }
    for bad in [-0.1, INF, NAN] {
        let message = format!("multiplier is {bad}, allowed: 0 and above, finite");
        refused(learn(&scores, 0.1, bad), &message);
    }
    refused(conformal_threshold(&[], 0.1), "scores holds 0, at least 1 needed");
    refused(conformal_p_value(&[], 0.1), "scores holds 0, at least 1 needed");
    refused(conformal_p_value(&scores, NAN), "score is NaN, allowed: finite");
    refused(
        conformal_p_value(&[1.0, INF], 1.0),
        "scores[1] is inf, only finite values are allowed",
    );
}

#[test]
fn leave_one_out_passes_errors_on() {
    let data = dmatrix![1.0; 2.0; 3.0];
    refused(
        leave_one_out(&data, |_, _| normal_quantile(2.0)),
        "probability is 2, allowed: above 0 and below 1",
    );
}

#[test]
fn results_beyond_the_range_are_errors() {
    let huge = [f64::MAX, -f64::MAX, f64::MAX];
    refused(variance(&huge, Divisor::Population), "variance is too large for a 64-bit float");
    refused(mad(&huge), "absolute deviation is too large for a 64-bit float");
    refused(mean(&[f64::MAX, f64::MAX]), "mean is too large for a 64-bit float");
    let table = dmatrix![1e200, 0.0; 0.0, 1e200; 1.0, 1.0; 2.0, 5.0];
    for result in [
        ledoit_wolf(&table).map(|_| ()),
        oas(&table).map(|_| ()),
        covariance(&table, Divisor::Sample).map(|_| ()),
        fast_mcd(&table, &McdOptions::default()).map(|_| ()),
    ] {
        refused(result, "covariance is too large for a 64-bit float");
    }
}
