use fiber_image::PlaneView;

/// Standard deviation of the pixel noise in grey levels, at least 0.
///
/// Median magnitude of the 3 x 3 mask `[1 -2 1]'[1 -2 1]`, which is blind to constant, linear and
/// one-dimensional structure, scaled to the standard deviation of white Gaussian noise (Immerkaer 1996, with a
/// median in place of the mean, so that edges and defects do not count). The median of integers is
/// interpolated within its histogram bin, so that noise below one grey level is still told apart. An image with
/// a side under 3 pixels has no estimate: 0.
#[must_use]
pub fn noise_sigma(view: PlaneView<'_, u8>) -> f64 {
    let (width, height) = view.dimensions();
    if width < 3 || height < 3 {
        return 0.0;
    }
    let mut counts = [const { [0_u64; BINS] }; TABLES];
    let mut responses = vec![0_i16; width - 2];
    for y in 1..height - 1 {
        let (above, row, below) = (view.row(y - 1), view.row(y), view.row(y + 1));
        // On its own, so that the compiler makes vectors of it.
        for (x, response) in responses.iter_mut().enumerate() {
            let second = |r: &[u8]| i16::from(r[x]) - 2 * i16::from(r[x + 1]) + i16::from(r[x + 2]);
            *response = second(above) - 2 * second(row) + second(below);
        }
        for responses in responses.chunks(TABLES) {
            for (counts, response) in counts.iter_mut().zip(responses) {
                counts[usize::from(response.unsigned_abs()) % BINS] += 1;
            }
        }
    }
    let sums: Vec<u64> =
        (0..BINS).map(|bin| counts.iter().map(|counts| counts[bin]).sum()).collect();
    // The mask's gain on white noise is 6; 0.6745 is the median magnitude of a unit normal.
    interpolated_median(&sums) / (6.0 * 0.674_489_750_196_081_7)
}

/// The mask's magnitude is at most 16 x 255 / 2.
const BINS: usize = 2048;
/// Neighbours are alike, and would wait for each other's counts in one table.
const TABLES: usize = 4;

/// Median of magnitudes given by counts, spread evenly over each bin; bin 0 is half as wide.
fn interpolated_median(counts: &[u64]) -> f64 {
    let half = counts.iter().sum::<u64>() as f64 / 2.0;
    let mut below = 0.0;
    for (bin, &count) in counts.iter().enumerate() {
        let count = count as f64;
        if count > 0.0 && below + count >= half {
            let within = (half - below) / count;
            return if bin == 0 { 0.5 * within } else { bin as f64 - 0.5 + within };
        }
        below += count;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use fiber_image::Plane;

    use super::*;

    #[test]
    fn ramps_have_no_noise_and_checkerboards_much() {
        let ramp = Plane::from_fn(40, 30, |x, y| (x + 2 * y) as u8).expect("positive sides");
        // Every response is 0; the interpolated median of the half-wide bin is a quarter of a level.
        assert!(noise_sigma(ramp.view()) < 0.07);
        let board = Plane::from_fn(40, 30, |x, y| if (x + y) % 2 == 0 { 100 } else { 104 });
        let board = board.expect("positive sides");
        assert!(noise_sigma(board.view()) > 5.0);
    }

    #[test]
    fn an_image_too_small_for_the_mask_has_no_noise() {
        let dot = Plane::filled(2, 9, 7_u8).expect("positive sides");
        assert_eq!(noise_sigma(dot.view()), 0.0);
    }
}
