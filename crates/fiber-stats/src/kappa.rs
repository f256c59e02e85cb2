use crate::{StatsError, check};

/// Agreement of several ratings of each subject beyond what chance gives (Fleiss 1971).
///
/// `counts[subject][category]` is how many ratings put the subject into the category. 1 is perfect agreement, 0
/// that of chance. The numbers of ratings may differ between subjects: each subject's agreement is that of
/// two of its ratings picked at random, and categories are weighted by all ratings.
///
/// `None` where agreement by chance is certain, since all ratings are of one category.
///
/// ```
/// use fiber_stats::fleiss_kappa;
///
/// // Two subjects, three ratings each, of two categories.
/// let kappa = fleiss_kappa(&[vec![3, 0], vec![1, 2]])?.expect("two categories");
/// assert!((kappa - 0.25).abs() < 1e-12);
/// assert_eq!(fleiss_kappa(&[vec![3, 0], vec![4, 0]])?, None);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where there is no subject, subjects differ in their number of categories, or one has fewer than two
/// ratings.
pub fn fleiss_kappa(counts: &[Vec<usize>]) -> Result<Option<f64>, StatsError> {
    check::at_least("subjects", counts.len(), 1)?;
    let categories = counts[0].len();
    let mut of_category = vec![0.0; categories];
    let mut agreement = 0.0;
    for subject in counts {
        check::length("categories", subject.len(), categories)?;
        let ratings: usize = subject.iter().sum();
        check::at_least("ratings of a subject", ratings, 2)?;
        // In f64: the squares of large counts are beyond whole numbers.
        let pairs = |count: usize| count as f64 * count.saturating_sub(1) as f64;
        let agreeing: f64 = subject.iter().copied().map(pairs).sum();
        agreement += agreeing / pairs(ratings) / counts.len() as f64;
        for (sum, &count) in of_category.iter_mut().zip(subject) {
            *sum += count as f64;
        }
    }
    let all: f64 = of_category.iter().sum();
    let chance: f64 = of_category.iter().map(|count| (count / all).powi(2)).sum();
    let one_category = of_category.iter().filter(|&&count| count > 0.0).count() == 1;
    Ok((!one_category).then(|| (agreement - chance) / (1.0 - chance)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_whose_squares_are_beyond_whole_numbers_are_rated() {
        let many = 1 << 40;
        let kappa = fleiss_kappa(&[vec![many, many], vec![2 * many, 0]]).expect("sound");
        // Pairs agree in half and all of the cases; by chance in (3/4)^2 + (1/4)^2 of them.
        let expected = (0.75 - 0.625) / (1.0 - 0.625);
        assert!((kappa.expect("two categories") - expected).abs() < 1e-9);
    }

    #[test]
    fn the_published_example_comes_out() {
        // 10 subjects, 14 raters, 5 categories: the worked example of the Wikipedia article, kappa 0.210.
        let counts = [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ]
        .map(Vec::from);
        let kappa = fleiss_kappa(&counts).expect("sound").expect("five categories");
        assert!((kappa - 0.210).abs() < 5e-4, "{kappa}");
    }

    #[test]
    fn agreement_is_one_and_nonsense_is_refused() {
        assert_eq!(fleiss_kappa(&[vec![3, 0], vec![0, 5]]), Ok(Some(1.0)));
        for bad in [vec![], vec![vec![1, 0]], vec![vec![2, 0], vec![2]]] {
            assert!(fleiss_kappa(&bad).is_err(), "{bad:?}");
        }
    }
}
