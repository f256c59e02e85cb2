/// A pixel that converts to `f32` without loss: `u8`, `u16`, `i16` or `f32`.
///
/// Sealed: the operators that are generic over pixels rely on this list.
pub trait Pixel: Copy + Into<f32> + Into<f64> + sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! pixel {
    ($($type:ty),*) => {$(
        impl sealed::Sealed for $type {}
        impl Pixel for $type {}
    )*};
}

pixel!(u8, u16, i16, f32);
