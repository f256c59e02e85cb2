//! What the documentation promises for inputs on which the formulas fail.

use fiber_stats::nalgebra::DMatrix;
use fiber_stats::*;

const CONSTANT: [f64; 4] = [0.1; 4];
const OTHER: [f64; 4] = [0.7; 4];
const VARIED: [f64; 4] = [1.0, 2.0, 3.0, 5.0];
const ZERO: [f64; 4] = [0.0; 4];

#[test]
fn constant_vectors_correlate_with_each_other_only() {
    for correlation in [pearson_correlation, spearman_correlation] {
        assert_eq!(correlation(&CONSTANT, &OTHER), Ok(1.0));
        assert_eq!(correlation(&CONSTANT, &VARIED), Ok(0.0));
        assert_eq!(correlation(&VARIED, &CONSTANT), Ok(0.0));
        assert_eq!(correlation(&[3.0], &[4.0]), Ok(1.0));
    }
}

#[test]
fn zero_vectors_have_no_direction() {
    assert_eq!(cosine_distance(&ZERO, &ZERO), Ok(0.0));
    assert_eq!(cosine_distance(&ZERO, &VARIED), Ok(1.0));
    assert_eq!(cosine_distance(&VARIED, &ZERO), Ok(1.0));
}

#[test]
fn measures_of_constant_vectors() {
    let same = compare_vectors(&CONSTANT, &CONSTANT).unwrap();
    assert_eq!(same.dissimilarities(), [0.0; 12]);
    let different = compare_vectors(&[1.0; 20], &[2.0; 20]).unwrap();
    assert_eq!(different.kolmogorov_smirnov, 1.0);
    assert_eq!(different.wasserstein, 1.0);
    assert_eq!(different.js, std::f64::consts::LN_2);
    assert_eq!(different.chi_square, 1.0);
    assert!((different.kl - 1e10_f64.ln()).abs() < 1e-12);
    assert!((0.0..1e-3).contains(&different.ssim));
}

#[test]
fn huge_and_tiny_values_keep_their_digits() {
    let scaled = |factor: f64| VARIED.map(|value| value * factor);
    for factor in [1e-300, 1e-200, 1e200, 1e300] {
        let (a, b) = (scaled(factor), scaled(3.0 * factor));
        assert!(
            (euclidean_distance(&a, &b).unwrap() / factor / 156_f64.sqrt() - 1.0).abs() < 1e-14
        );
        assert!(cosine_distance(&a, &b).unwrap().abs() < 1e-15);
        assert!((pearson_correlation(&a, &b).unwrap() - 1.0).abs() < 1e-15);
    }
    assert_eq!(quantile(&[-f64::MAX, f64::MAX], 0.5), Ok(0.0));
    assert_eq!(
        wasserstein_distance(&[-f64::MAX], &[f64::MAX]),
        Err(StatsError::Overflow { what: "Wasserstein distance" })
    );
}

#[test]
fn more_than_half_equal_values_fall_back_to_the_mean_deviation() {
    let z = robust_z(&[5.0, 5.0, 5.0, 5.0, 15.0]).unwrap();
    let expected = 10.0 / (2.0 * (std::f64::consts::PI / 2.0).sqrt());
    assert_eq!(z[..4], [0.0; 4]);
    assert!((z[4] - expected).abs() < 1e-12);
    assert_eq!(robust_z(&CONSTANT), Ok(vec![0.0; 4]));
}

#[test]
fn constant_data_have_a_covariance_but_no_distance() {
    let constant = DMatrix::from_element(5, 3, 0.1);
    for shrunk in [ledoit_wolf(&constant).unwrap(), oas(&constant).unwrap()] {
        assert!((0.0..=1.0).contains(&shrunk.shrinkage));
        assert_eq!(
            shrunk.mahalanobis(),
            Err(StatsError::NotPositiveDefinite { what: "covariance" })
        );
    }
    let zero = DMatrix::zeros(3, 3);
    for floor in [EigenvalueFloor::ShareOfLargest(0.1), EigenvalueFloor::ShareOfMean(0.1)] {
        assert_eq!(
            floor_eigenvalues(&zero, floor),
            Err(StatsError::NotPositiveDefinite { what: "matrix" })
        );
    }
}

#[test]
fn a_single_variable_is_not_shrunk() {
    let data = DMatrix::from_column_slice(4, 1, &VARIED);
    for shrunk in [ledoit_wolf(&data).unwrap(), oas(&data).unwrap()] {
        assert_eq!(shrunk.shrinkage, 0.0);
        assert_eq!(shrunk.covariance[0], 2.1875);
    }
}

#[test]
fn dependent_variables_have_no_distance_whatever_their_unit() {
    for unit in [1e-9, 1.0, 1e9] {
        let data = DMatrix::from_fn(12, 3, |row, column| match column {
            0 => (row * row % 7) as f64,
            1 => (row * 5 % 11) as f64,
            _ => ((row * row % 7) as f64 * 0.3 + (row * 5 % 11) as f64) * unit,
        });
        let singular = covariance(&data, Divisor::Sample).unwrap();
        assert!(Mahalanobis::new(column_means(&data).unwrap(), &singular).is_err(), "{unit}");
        let mcd = fast_mcd(&data, &McdOptions::default());
        assert_eq!(mcd, Err(StatsError::NotPositiveDefinite { what: "covariance of data" }));
    }
}

#[test]
fn mcd_tells_a_hyperplane_from_a_cloud() {
    // Fifteen of twenty points on a line.
    let data = DMatrix::from_fn(20, 2, |row, column| match (row, column) {
        (_, 0) => row as f64,
        (0..15, _) => 2.0 * row as f64,
        _ => (row * row % 13) as f64,
    });
    let error = fast_mcd(&data, &McdOptions::default());
    assert_eq!(error, Err(StatsError::ExactFit { support: 15 }));
}

#[test]
fn mcd_survives_repeated_observations() {
    // Three distinct points make up half the table: most starts of three are singular.
    let data = DMatrix::from_fn(60, 2, |row, column| match row {
        0..30 => [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]][row % 3][column],
        _ => ((row * (17 + 6 * column)) % 29) as f64 / 10.0,
    });
    let mcd = fast_mcd(&data, &McdOptions::default()).unwrap();
    assert_eq!(mcd.raw_support.len(), 45);
    assert!(mcd.distances.iter().all(|distance| distance.is_finite()));
}

#[test]
fn mcd_of_more_variables_than_a_group_has_observations() {
    // 602 observations are sought through in groups of 300, on which 301 variables are singular.
    let (n, p) = (602, 301);
    let data = DMatrix::from_fn(n, p, |row, column| {
        ((row * row + 7 * row * column + 3 * column * column) % 1009) as f64
            + (row == column) as u8 as f64
    });
    let mcd = fast_mcd(&data, &McdOptions { trials: 1, ..McdOptions::default() });
    assert!(mcd.is_ok(), "{:?}", mcd.err());
}

#[test]
fn full_support_is_the_classical_estimate_before_reweighting() {
    let data = DMatrix::from_fn(15, 2, |row, column| ((row * (3 + 4 * column)) % 15) as f64);
    let options = McdOptions { support_fraction: 1.0, ..McdOptions::default() };
    let mcd = fast_mcd(&data, &options).unwrap();
    let expected = covariance(&data, Divisor::Population).unwrap();
    assert!((mcd.raw_covariance - expected).amax() < 1e-12);
    assert_eq!(mcd.raw_support.len(), 15);
}

#[test]
fn single_values() {
    assert_eq!(median(&[7_u8]), Ok(7.0));
    assert_eq!(mad(&[7.0]), Ok(0.0));
    assert_eq!(quantile(&[7.0], 0.3), Ok(7.0));
    assert_eq!(ranks(&[7.0]), Ok(vec![1.0]));
    assert_eq!(running_median(&[7.0], 0, Boundary::Wrap), Ok(vec![7.0]));
    assert_eq!(mean_ssim(&[7.0], &[7.0]), Ok(1.0));
}

#[test]
fn short_vectors_have_an_ssim_in_range() {
    for len in 1..15 {
        let a: Vec<f64> = (0..len).map(f64::from).collect();
        let b: Vec<f64> = a.iter().map(|value| -value - 1.0).collect();
        assert!((-1.0..0.5).contains(&mean_ssim(&a, &b).unwrap()), "{len}");
    }
}

#[test]
fn a_well_conditioned_matrix_is_returned_untouched() {
    let matrix = DMatrix::from_row_slice(2, 2, &[2.0, 0.5, 0.5, 1.0]);
    assert_eq!(floor_eigenvalues(&matrix, EigenvalueFloor::ShareOfMean(0.1)), Ok(matrix));
}

#[test]
fn a_chi_square_probability_at_0_is_0() {
    assert_eq!(chi_square_cdf(0.0, 3), Ok(0.0));
    assert_eq!(chi_square_cdf(1e308, 3), Ok(1.0));
    assert!(chi_square_cdf(5e-324, 1).unwrap() >= 0.0);
    for probability in [5e-324, 1e-310, 1.0 - f64::EPSILON / 2.0] {
        for degrees in [1, 2, 1_000_000] {
            let quantile = chi_square_quantile(probability, degrees).unwrap();
            assert!(quantile.is_finite() && quantile >= 0.0, "{probability} {degrees} {quantile}");
        }
    }
}

#[test]
fn public_types_are_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<Mahalanobis>();
    check::<Mcd>();
    check::<Standardiser>();
    check::<StatsError>();
}

#[test]
fn stored_parts_give_the_same_model() {
    let data = DMatrix::from_fn(9, 3, |row, column| ((row * (2 + 3 * column)) % 9) as f64);
    let model = oas(&data).unwrap().mahalanobis().unwrap();
    let again = Mahalanobis::from_parts(model.location().clone(), model.factor().clone()).unwrap();
    assert_eq!(again.distances(&data), model.distances(&data));
    let standardiser = Standardiser::fit(&data).unwrap();
    let parts = (standardiser.centre().clone(), standardiser.scale().clone());
    assert_eq!(Standardiser::from_parts(parts.0, parts.1), Ok(standardiser));
    assert_eq!(model.dimension(), 3);
}
