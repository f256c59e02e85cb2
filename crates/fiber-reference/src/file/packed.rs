//! Numbers in JSON to the bit and in little room: little-endian bytes, deflated (zlib), in base64.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fiber_image::Plane;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};

/// Most numbers in one packed array.
const MOST_NUMBERS: usize = 1 << 27;

/// A number with a fixed form in bytes.
pub(super) trait Number: Copy {
    const BYTES: usize;
    fn write(self, bytes: &mut Vec<u8>);
    /// `bytes` has the length [`Number::BYTES`].
    fn read(bytes: &[u8]) -> Self;
    fn is_finite(self) -> bool;
}

macro_rules! number {
    ($type:ty, $finite:expr) => {
        impl Number for $type {
            const BYTES: usize = size_of::<$type>();

            fn write(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }

            fn read(bytes: &[u8]) -> Self {
                let mut array = [0; size_of::<$type>()];
                array.copy_from_slice(bytes);
                Self::from_le_bytes(array)
            }

            fn is_finite(self) -> bool {
                $finite(self)
            }
        }
    };
}

number!(u8, |_| true);
number!(u16, |_| true);
number!(f32, f32::is_finite);
number!(f64, f64::is_finite);

/// Numbers in a row.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackedArray {
    length: usize,
    data: String,
}

/// A plane.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackedPlane {
    width: usize,
    height: usize,
    data: String,
}

impl PackedArray {
    pub(super) fn new<T: Number>(numbers: &[T]) -> Self {
        Self { length: numbers.len(), data: pack(numbers) }
    }

    /// The numbers, all finite, or what is wrong.
    pub(super) fn unpack<T: Number>(&self) -> Result<Vec<T>, String> {
        unpack(self.length, &self.data)
    }
}

impl PackedPlane {
    pub(super) fn new<T: Number>(plane: &Plane<T>) -> Self {
        let (width, height) = plane.dimensions();
        Self { width, height, data: pack(plane.pixels()) }
    }

    /// The plane, all finite, or what is wrong.
    pub(super) fn unpack<T: Number>(&self, size: (usize, usize)) -> Result<Plane<T>, String> {
        let (width, height) = (self.width, self.height);
        if (width, height) != size {
            return Err(format!("a plane is {width} x {height}, expected {} x {}", size.0, size.1));
        }
        let count = width.checked_mul(height).ok_or("a plane is too large")?;
        Plane::new(width, height, unpack(count, &self.data)?).map_err(|error| error.to_string())
    }
}

fn pack<T: Number>(numbers: &[T]) -> String {
    let mut bytes = Vec::with_capacity(numbers.len() * T::BYTES);
    numbers.iter().for_each(|&number| number.write(&mut bytes));
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let deflated = encoder.write_all(&bytes).and_then(|()| encoder.finish());
    STANDARD.encode(deflated.expect("writing to memory does not fail"))
}

fn unpack<T: Number>(count: usize, data: &str) -> Result<Vec<T>, String> {
    if count > MOST_NUMBERS {
        return Err(format!("an array of {count} numbers, allowed are {MOST_NUMBERS}"));
    }
    let deflated = STANDARD.decode(data).map_err(|error| error.to_string())?;
    let expected = count * T::BYTES;
    // Grows with what is really there, so that a false count costs nothing.
    let mut bytes = Vec::new();
    let mut decoder = ZlibDecoder::new(deflated.as_slice()).take(expected as u64 + 1);
    decoder.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() != expected {
        return Err(format!("an array does not hold {count} numbers of {} bytes", T::BYTES));
    }
    let numbers: Vec<T> = bytes.chunks_exact(T::BYTES).map(T::read).collect();
    match numbers.iter().position(|number| !number.is_finite()) {
        Some(index) => Err(format!("number {index} of an array is not finite")),
        None => Ok(numbers),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_survive_to_the_bit(numbers in prop::collection::vec(any::<f64>(), 0..40)) {
            let finite: Vec<f64> = numbers.into_iter().filter(|number| number.is_finite()).collect();
            let unpacked = PackedArray::new(&finite).unpack::<f64>().expect("own output");
            let bits = |numbers: &[f64]| numbers.iter().map(|n| n.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&unpacked), bits(&finite));
        }

        #[test]
        fn damage_is_an_error_not_a_panic(data in "[A-Za-z0-9+/=]{0,64}", length in any::<usize>()) {
            let unpacked = PackedArray { length, data }.unpack::<f32>();
            prop_assert!(unpacked.is_err() || length == 0);
        }
    }

    #[test]
    fn false_counts_and_numbers_are_refused() {
        let packed = |length| PackedArray { length, ..PackedArray::new(&[1.0_f32, 2.0]) };
        assert_eq!(packed(2).unpack::<f32>(), Ok(vec![1.0, 2.0]));
        for length in [0, 1, 3, MOST_NUMBERS, usize::MAX] {
            assert!(packed(length).unpack::<f32>().is_err(), "{length}");
        }
        assert!(PackedArray::new(&[f32::NAN]).unpack::<f32>().is_err());
        let plane = Plane::filled(3, 2, 7_u8).expect("positive sides");
        assert_eq!(PackedPlane::new(&plane).unpack::<u8>((3, 2)), Ok(plane.clone()));
        assert!(PackedPlane::new(&plane).unpack::<u8>((2, 3)).is_err());
    }

    #[test]
    fn a_deflate_bomb_is_not_unpacked() {
        let bomb = PackedArray { length: 4, ..PackedArray::new(&vec![0_u8; 10_000_000]) };
        assert!(bomb.unpack::<u8>().is_err());
    }
}
