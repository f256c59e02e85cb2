use super::corrupt;
use crate::{DecodeError, Format, Limits};

/// The picture that the scans have to fill.
pub(super) struct Frame {
    pub(super) progressive: bool,
    /// Minimum coded units of an interleaved scan: columns, rows.
    pub(super) units: (usize, usize),
    pub(super) components: Vec<Component>,
}

/// One colour component, in blocks of 8 x 8 samples.
pub(super) struct Component {
    pub(super) id: u8,
    /// Blocks of an interleaved unit: columns, rows.
    pub(super) sampling: (usize, usize),
    /// Blocks that hold samples of the image: columns, rows. A scan of this component alone has these.
    pub(super) blocks: (usize, usize),
    /// Blocks of a row with those that fill up the last unit.
    pub(super) stride: usize,
    /// For progressive refinement: which coefficients of each block are not zero, one bit each.
    pub(super) nonzero: Vec<u64>,
    /// Whether a scan has given the block averages, without which there is no picture.
    pub(super) coded: bool,
}

impl Frame {
    /// Parses a frame header (ITU-T T.81, B.2.2).
    pub(super) fn parse(
        segment: &[u8],
        progressive: bool,
        limits: &Limits,
    ) -> Result<Self, DecodeError> {
        let [precision, h1, h0, w1, w0, count, specifications @ ..] = segment else {
            return Err(corrupt("the frame header"));
        };
        let unsupported = |message: String| Err(DecodeError::unsupported(Format::Jpeg, message));
        if *precision != 8 {
            return unsupported(format!("{precision} bits a sample"));
        }
        let width = usize::from(u16::from_be_bytes([*w1, *w0]));
        let height = usize::from(u16::from_be_bytes([*h1, *h0]));
        if width == 0 {
            return Err(corrupt("a width of 0"));
        }
        if height == 0 {
            return unsupported("the height is given after the image".to_owned());
        }
        limits.check_size(width as u64, height as u64)?;
        if !matches!(count, 1 | 3 | 4) {
            return unsupported(format!("{count} components"));
        }
        if specifications.len() != 3 * usize::from(*count) {
            return Err(corrupt("the frame header"));
        }

        let mut sampling: Vec<(usize, usize)> = specifications
            .chunks_exact(3)
            .map(|component| (usize::from(component[1] >> 4), usize::from(component[1] & 15)))
            .collect();
        if !sampling.iter().all(|(h, v)| (1..=4).contains(h) && (1..=4).contains(v)) {
            return Err(corrupt("a sampling factor"));
        }
        if let [single] = sampling.as_mut_slice() {
            *single = (1, 1); // nothing to be sampled against
        }
        let h_max = sampling.iter().map(|factor| factor.0).max().unwrap_or(1);
        let v_max = sampling.iter().map(|factor| factor.1).max().unwrap_or(1);
        let units = (width.div_ceil(8 * h_max), height.div_ceil(8 * v_max));
        let components = specifications
            .chunks_exact(3)
            .zip(sampling)
            .map(|(specification, (h, v))| {
                let stride = units.0 * h;
                let kept = if progressive { stride * units.1 * v } else { 0 };
                Component {
                    id: specification[0],
                    sampling: (h, v),
                    blocks: (
                        (width * h).div_ceil(h_max).div_ceil(8),
                        (height * v).div_ceil(v_max).div_ceil(8),
                    ),
                    stride,
                    nonzero: vec![0; kept],
                    coded: false,
                }
            })
            .collect();
        Ok(Self { progressive, units, components })
    }

    /// Whether every component has been given.
    pub(super) fn is_coded(&self) -> bool {
        self.components.iter().all(|component| component.coded)
    }
}
