use thiserror::Error;

/// Why a statistic could not be computed. Every variant names the argument at fault.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum StatsError {
    /// There are fewer values or observations than the statistic needs.
    #[error("{what} holds {len}, at least {min} needed")]
    TooFew {
        /// The argument at fault.
        what: &'static str,
        /// Values or observations found.
        len: usize,
        /// Values or observations needed.
        min: usize,
    },
    /// A value is NaN or infinite.
    #[error("{what}[{index}] is {value}, only finite values are allowed")]
    NotFinite {
        /// The argument at fault.
        what: &'static str,
        /// Position of the first such value; in a matrix, counted down the columns.
        index: usize,
        /// The value.
        value: f64,
    },
    /// Two arguments that belong together differ in length.
    #[error("{what} has length {found}, expected {expected}")]
    Length {
        /// The argument at fault.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that the other argument asks for.
        expected: usize,
    },
    /// A matrix has the wrong shape.
    #[error("{what} is {rows} x {columns}, expected {expected}")]
    Shape {
        /// The argument at fault.
        what: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// The shape expected, in words.
        expected: &'static str,
    },
    /// A parameter lies outside its range.
    #[error("{parameter} is {value}, allowed: {allowed}")]
    OutOfRange {
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// The range that would have been accepted, in words.
        allowed: &'static str,
    },
    /// A matrix that has to be positive definite is not, within rounding. Shrinkage
    /// ([`ledoit_wolf`](crate::ledoit_wolf), [`oas`](crate::oas)) or
    /// [`floor_eigenvalues`](crate::floor_eigenvalues) makes a covariance so.
    #[error("{what} is not positive definite")]
    NotPositiveDefinite {
        /// The argument at fault.
        what: &'static str,
    },
    /// More observations than the support may hold lie in one hyperplane, so that the smallest
    /// determinant is 0 and no distance is defined.
    #[error("{support} of the observations lie in one hyperplane")]
    ExactFit {
        /// Size of the support.
        support: usize,
    },
    /// The iteration for the eigenvalues of a matrix did not converge.
    #[error("the eigenvalues of {what} did not converge")]
    NoConvergence {
        /// The argument at fault.
        what: &'static str,
    },
    /// The inputs are finite, but the result is beyond the range of `f64`.
    #[error("{what} is too large for a 64-bit float")]
    Overflow {
        /// The result that could not be represented.
        what: &'static str,
    },
}
