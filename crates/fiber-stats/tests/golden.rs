//! Figures of SciPy, scikit-learn and scikit-image: those of `tests/golden`, and the project's shared
//! ones where they are present.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a damaged golden file has to fail the test, an absent one to be told"
)]

use std::path::Path;

use fiber_stats::nalgebra::DMatrix;
use fiber_stats::*;
use serde_json::Value;

const RELATIVE: f64 = 1e-9;
/// Under this magnitude a difference is rounding of sums of values around 1.
const FLOOR: f64 = 1e-13;

fn own() -> Value {
    serde_json::from_str(include_str!("golden/golden.json")).unwrap()
}

fn shared() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/golden/stats.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            eprintln!("skipped: the shared golden figures are not present");
            None
        }
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn vector(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn indices(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|index| index.as_u64().unwrap() as usize).collect()
}

fn matrix(value: &Value) -> DMatrix<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(vector).collect();
    DMatrix::from_row_iterator(rows.len(), rows[0].len(), rows.into_iter().flatten())
}

#[track_caller]
fn close(what: &str, found: f64, expected: f64, relative: f64) {
    let error = (found - expected).abs();
    assert!(
        error <= relative * expected.abs() + FLOOR,
        "{what}: found {found:e}, expected {expected:e}, relative error {:e}",
        error / expected.abs()
    );
}

#[track_caller]
fn all_close(what: &str, found: &[f64], expected: &[f64], relative: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        close(&format!("{what}[{index}]"), found, expected, relative);
    }
}

/// Entries of a matrix relative to its largest one: small ones are differences of large sums.
#[track_caller]
fn matrix_close(what: &str, found: &DMatrix<f64>, expected: &DMatrix<f64>, relative: f64) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    let error = (found - expected).amax();
    assert!(error <= relative * expected.amax(), "{what}: off by {error:e}");
}

fn columns_close(what: &str, data: &DMatrix<f64>, expected: &Value, f: impl Fn(&[f64]) -> f64) {
    let found: Vec<f64> = data.column_iter().map(|column| f(column.as_slice())).collect();
    all_close(what, &found, &vector(expected), RELATIVE);
}

fn shrinkage_close(what: &str, found: &ShrunkCovariance, expected: &Value) {
    close(what, found.shrinkage, number(&expected["shrinkage"]), RELATIVE);
    matrix_close(what, &found.covariance, &matrix(&expected["covariance"]), RELATIVE);
}

#[test]
fn one_sample() {
    let golden = &own()["sample"];
    let values = vector(&golden["values"]);
    let expect = |name: &str, found: f64| close(name, found, number(&golden[name]), RELATIVE);
    expect("mean", mean(&values).unwrap());
    expect("variance_population", variance(&values, Divisor::Population).unwrap());
    expect("variance_sample", variance(&values, Divisor::Sample).unwrap());
    expect("median", median(&values).unwrap());
    expect("mad", mad(&values).unwrap());
    expect("mad_normal", normal_mad(&values).unwrap());
    expect("trimmed_mean_0_12", trimmed_mean(&values, 0.12).unwrap());
    assert_eq!(winsorise(&values, 0.12).unwrap(), vector(&golden["winsorised_0_12"]));
    let qs = vector(&golden["qs"]);
    let expected = vector(&golden["quantiles"]);
    all_close("quantiles", &quantiles(&values, &qs).unwrap(), &expected, 1e-14);
    let weights = vector(&golden["weights"]);
    let found: Vec<f64> =
        qs.iter().map(|&q| weighted_quantile(&values, &weights, q).unwrap()).collect();
    assert_eq!(found, vector(&golden["weighted_quantiles"]));
    assert_eq!(ranks(&values).unwrap(), vector(&golden["ranks"]));
    let counts = Histogram::new(&values, 7, 1.0, 12.0).unwrap();
    let counts: Vec<f64> = counts.counts().iter().map(|&count| count as f64).collect();
    assert_eq!(counts, vector(&golden["histogram_7_from_1_to_12"]));
    for (name, boundary) in [("mirror", Boundary::Mirror), ("wrap", Boundary::Wrap)] {
        for radius in [0, 1, 4, 20] {
            assert_eq!(
                running_median(&values, radius, boundary).unwrap(),
                vector(&golden["running_median"][name][radius.to_string()]),
                "{name} {radius}"
            );
        }
    }
}

#[test]
fn two_vectors() {
    let golden = &own()["vectors"];
    for (name, golden) in golden["pairs"].as_object().unwrap() {
        let (a, b) = (vector(&golden["a"]), vector(&golden["b"]));
        let found = compare_vectors(&a, &b).unwrap();
        for (measure, value) in VectorComparison::NAMES.into_iter().zip(found.values()) {
            // 1 - cosine of nearly parallel vectors is all cancellation, in SciPy as here.
            let cancelled = measure == "cosine" && value < 1e-6;
            let relative = if cancelled { 1e-6 } else { RELATIVE };
            close(&format!("{name} {measure}"), value, number(&golden[measure]), relative);
        }
    }
    let golden = &golden["unequal_lengths"];
    let (a, b) = (vector(&golden["a"]), vector(&golden["b"]));
    let expected = number(&golden["kolmogorov_smirnov"]);
    close("ks", kolmogorov_smirnov(&a, &b).unwrap(), expected, RELATIVE);
    let expected = number(&golden["wasserstein"]);
    close("wasserstein", wasserstein_distance(&a, &b).unwrap(), expected, RELATIVE);
}

#[test]
fn distributions() {
    let golden = &own()["distributions"];
    let probabilities = vector(&golden["probabilities"]);
    let found: Vec<f64> = probabilities.iter().map(|&p| normal_quantile(p).unwrap()).collect();
    all_close("normal", &found, &vector(&golden["normal_quantile"]), 1e-14);
    let xs = vector(&golden["xs"]);
    for (row, degrees) in indices(&golden["degrees"]).into_iter().enumerate() {
        let found: Vec<f64> =
            probabilities.iter().map(|&p| chi_square_quantile(p, degrees).unwrap()).collect();
        let expected = vector(&golden["chi_square_quantile"][row]);
        for ((found, expected), p) in found.iter().zip(expected).zip(&probabilities) {
            let close = (found - expected).abs() <= 1e-11 * expected;
            assert!(close, "quantile {p:e} of {degrees}: {found:e} {expected:e}");
        }
        let found: Vec<f64> = xs.iter().map(|&x| chi_square_cdf(x, degrees).unwrap()).collect();
        all_close("cdf", &found, &vector(&golden["chi_square_cdf"][row]), 1e-11);
    }
}

#[test]
fn covariances() {
    for (name, golden) in own()["shrinkage"].as_object().unwrap() {
        let data = matrix(&golden["data"]);
        let empirical = covariance(&data, Divisor::Sample).unwrap();
        matrix_close(name, &empirical, &matrix(&golden["covariance_sample"]), RELATIVE);
        shrinkage_close(name, &ledoit_wolf(&data).unwrap(), &golden["ledoit_wolf"]);
        let shrunk = oas(&data).unwrap();
        shrinkage_close(name, &shrunk, &golden["oas"]);
        let distance = shrunk.mahalanobis().unwrap();
        let expected = vector(&golden["mahalanobis_oas"]);
        all_close(name, &distance.distances(&data).unwrap(), &expected, RELATIVE);
        let expected = number(&golden["log_determinant_oas"]);
        close(name, distance.log_determinant(), expected, RELATIVE);
        for (key, floor) in [
            ("eigenvalues_floored_at_0_01_of_largest", EigenvalueFloor::ShareOfLargest(0.01)),
            ("eigenvalues_floored_at_0_3_of_mean", EigenvalueFloor::ShareOfMean(0.3)),
        ] {
            let found = floor_eigenvalues(&empirical, floor).unwrap();
            matrix_close(key, &found, &matrix(&golden[key]), RELATIVE);
        }
    }
}

#[test]
fn mcd_of_a_long_table() {
    let golden = &own()["mcd_700x3"];
    let mcd = fast_mcd(&matrix(&golden["data"]), &McdOptions::default()).unwrap();
    let expected = number(&golden["raw_log_determinant"]);
    assert!(mcd.raw_log_determinant <= expected + 1e-9, "{}", mcd.raw_log_determinant);
    assert_eq!(mcd.outliers(0.975).unwrap(), indices(&golden["outliers"]));
    all_close("location", mcd.location.as_slice(), &vector(&golden["location"]), 1e-6);
    matrix_close("covariance", &mcd.covariance, &matrix(&golden["covariance"]), 1e-6);
}

#[test]
fn shared_matrices() {
    let Some(golden) = shared() else { return };
    let golden = golden["matrices"].as_object().unwrap();
    assert_eq!(golden.len(), 4);
    for (name, golden) in golden {
        let data = matrix(&golden["data"]);
        columns_close("mean", &data, &golden["mean"], |column| mean(column).unwrap());
        columns_close("std", &data, &golden["std_population"], |column| {
            std_dev(column, Divisor::Population).unwrap()
        });
        columns_close("median", &data, &golden["median"], |column| median(column).unwrap());
        columns_close("mad", &data, &golden["mad_normal"], |column| normal_mad(column).unwrap());
        let empirical = covariance(&data, Divisor::Sample).unwrap();
        matrix_close(name, &empirical, &matrix(&golden["covariance_ddof1"]), RELATIVE);
        let shrunk = ledoit_wolf(&data).unwrap();
        shrinkage_close(name, &shrunk, &golden["ledoit_wolf"]);
        shrinkage_close(name, &oas(&data).unwrap(), &golden["oas"]);
        let distances = shrunk.mahalanobis().unwrap().distances(&data).unwrap();
        all_close(name, &distances, &vector(&golden["mahalanobis_ledoit_wolf"]), RELATIVE);
        if let Some(golden) = golden.get("mcd_support_0_75") {
            shared_mcd(name, &data, golden);
        }
    }
}

fn shared_mcd(name: &str, data: &DMatrix<f64>, golden: &Value) {
    let mcd = fast_mcd(data, &McdOptions::default()).unwrap();
    let expected = number(&golden["raw_log_determinant"]);
    assert!(
        mcd.raw_log_determinant <= expected + RELATIVE,
        "{name}: {} {expected}",
        mcd.raw_log_determinant
    );
    if name.starts_with("outliers") {
        assert_eq!(mcd.outliers(0.975).unwrap(), indices(&golden["outliers"]), "{name}");
        let tolerance = 1e-6;
        all_close(name, mcd.raw_location.as_slice(), &vector(&golden["raw_location"]), tolerance);
        all_close(name, mcd.location.as_slice(), &vector(&golden["location"]), tolerance);
        matrix_close(name, &mcd.covariance, &matrix(&golden["covariance"]), tolerance);
        all_close(name, &mcd.distances, &vector(&golden["mahalanobis"]), tolerance);
    }
}

#[test]
fn shared_vectors() {
    let Some(golden) = shared() else { return };
    let golden = golden["vectors"].as_object().unwrap();
    assert_eq!(golden.len(), 3);
    for (name, golden) in golden {
        assert_eq!(number(&golden["histogram_bins"]), 30.0);
        let found = compare_vectors(&vector(&golden["a"]), &vector(&golden["b"])).unwrap();
        for (key, value) in [
            ("euclidean", found.euclidean),
            ("manhattan", found.manhattan),
            ("chebyshev", found.chebyshev),
            ("cosine", found.cosine),
            ("pearson", found.pearson),
            ("spearman", found.spearman),
            ("ks_statistic", found.kolmogorov_smirnov),
            ("wasserstein", found.wasserstein),
            ("js_divergence_nats", found.js),
            ("chi_square_half", found.chi_square),
            ("kl_divergence_nats_laplace_1e_10", found.kl),
        ] {
            close(&format!("{name} {key}"), value, number(&golden[key]), RELATIVE);
        }
    }
}
