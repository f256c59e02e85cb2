use crate::named::NamedValues;
use crate::prepared::Prepared;

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let singular_values = image.singular_values();
    let mut column_sums = vec![0_u64; image.grey.width()];
    for row in image.grey.rows() {
        for (sum, &value) in column_sums.iter_mut().zip(row) {
            *sum += u64::from(value);
        }
    }
    let row_sums = image.grey.rows().map(|row| row.iter().map(|&v| u64::from(v)).sum::<u64>());
    let diagonal = image.grey.rows().enumerate().filter_map(|(i, row)| row.get(i));
    values.put_all(
        "norm_",
        [
            ("frobenius", image.levels().sum_of_squares().sqrt()),
            ("l1", column_sums.into_iter().max().unwrap_or(0) as f64),
            ("l2", singular_values[0]),
            ("linf", row_sums.max().unwrap_or(0) as f64),
            ("nuclear", singular_values.iter().sum()),
            ("trace", diagonal.map(|&value| u64::from(value)).sum::<u64>() as f64),
        ],
    );
}
