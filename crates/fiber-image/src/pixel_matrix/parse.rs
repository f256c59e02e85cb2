//! Reads the list pixel by pixel; nothing is kept of it but positions and luma.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::object::{Object, Parser, Place};
use super::{JsonProblem, text};
use crate::face::Decoded;
use crate::{DecodeError, Format, Limits, Plane, luma};

/// Decodes a pixel matrix.
///
/// Unknown fields are ignored; of two pixels at one place the later counts; fractional intensities are
/// rounded to nearest, halves up.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    let mut place = Place::default();
    let mut json = serde_json::Deserializer::from_slice(text(bytes));
    let matrix = Parser::<Document>::new(&mut place).deserialize(&mut json).and_then(|matrix| {
        json.end()?;
        Ok(matrix)
    });
    let Matrix { filename, size, pixels } = matrix.map_err(|error| place.locate(&error))?;

    limits.check_size(size.width, size.height)?;
    let (width, height) = (size.width as usize, size.height as usize);
    let mut plane = Plane::filled(width, height, 0)
        .map_err(|error| DecodeError::corrupt(Format::Json, error))?;
    let mut skipped_pixels = 0;
    for Pixel { x, y, value } in pixels {
        match (usize::try_from(x), usize::try_from(y)) {
            (Ok(x), Ok(y)) if x < width && y < height => plane[(x, y)] = value,
            _ => skipped_pixels += 1,
        }
    }
    let decoded = Decoded::new(plane, size.channels, 8);
    Ok(Decoded { skipped_pixels, original_name: filename, ..decoded })
}

struct Matrix {
    filename: Option<String>,
    size: Size,
    pixels: Vec<Pixel>,
}

struct Size {
    width: u64,
    height: u64,
    channels: u8,
}

/// A pixel of the list; a position that no image can have is -1.
struct Pixel {
    x: i32,
    y: i32,
    value: u8,
}

#[derive(Default)]
struct Document {
    filename: Option<String>,
    size: Option<Size>,
    pixels: Option<Vec<Pixel>>,
}

impl Object for Document {
    type Value = Matrix;
    const EXPECTED: &'static str = "an object with image_dimensions and pixels";
    const FIELDS: &'static [&'static str] = &["filename", "image_dimensions", "pixels"];

    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        field: usize,
        map: &mut A,
        place: &mut Place,
    ) -> Result<(), A::Error> {
        match field {
            0 => self.filename = map.next_value()?,
            1 => self.size = Some(map.next_value_seed(Parser::<Dimensions>::new(place))?),
            _ => self.pixels = Some(map.next_value_seed(PixelList(place))?),
        }
        Ok(())
    }

    fn finish<E: serde::de::Error>(self, place: &mut Place) -> Result<Matrix, E> {
        let size = place.require(Self::FIELDS[1], self.size)?;
        let pixels = place.require(Self::FIELDS[2], self.pixels)?;
        Ok(Matrix { filename: self.filename, size, pixels })
    }
}

#[derive(Default)]
struct Dimensions {
    values: [Option<u64>; 3],
}

impl Object for Dimensions {
    type Value = Size;
    const EXPECTED: &'static str = "an object with width and height";
    const FIELDS: &'static [&'static str] =
        &["image_dimensions.width", "image_dimensions.height", "image_dimensions.channels"];

    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        field: usize,
        map: &mut A,
        place: &mut Place,
    ) -> Result<(), A::Error> {
        let max = if field == 2 { 4.0 } else { f64::from(u32::MAX) };
        let value = whole(map.next_value_seed(Number)?, place)?;
        self.values[field] = Some(in_range(value, 1.0, max, place)? as u64);
        Ok(())
    }

    fn finish<E: serde::de::Error>(self, place: &mut Place) -> Result<Size, E> {
        let [width, height, channels] = self.values;
        Ok(Size {
            width: place.require(Self::FIELDS[0], width)?,
            height: place.require(Self::FIELDS[1], height)?,
            channels: channels.unwrap_or(3) as u8,
        })
    }
}

struct PixelList<'p>(&'p mut Place);

impl<'de> DeserializeSeed<'de> for PixelList<'_> {
    type Value = Vec<Pixel>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Vec<Pixel>, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for PixelList<'_> {
    type Value = Vec<Pixel>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of pixels")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Pixel>, A::Error> {
        let mut pixels = Vec::new();
        loop {
            self.0.enter_pixel(Some(pixels.len()));
            let Some(pixel) = list.next_element_seed(Parser::<PixelFields>::new(self.0))? else {
                self.0.enter_pixel(None);
                return Ok(pixels);
            };
            pixels.push(pixel);
        }
    }
}

#[derive(Default)]
struct PixelFields {
    position: Option<(i32, i32)>,
    value: Option<u8>,
}

impl Object for PixelFields {
    type Value = Pixel;
    const EXPECTED: &'static str = "a pixel with coordinates and bgr_intensity";
    const FIELDS: &'static [&'static str] = &["coordinates", "bgr_intensity", "intensity"];

    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        field: usize,
        map: &mut A,
        place: &mut Place,
    ) -> Result<(), A::Error> {
        if field == 0 {
            self.position = Some(map.next_value_seed(Parser::<Coordinates>::new(place))?);
            return Ok(());
        }
        if self.value.is_some() {
            return Err(place.refuse(JsonProblem::Repeated));
        }
        self.value = Some(map.next_value_seed(Intensity(place))?);
        Ok(())
    }

    fn finish<E: serde::de::Error>(self, place: &mut Place) -> Result<Pixel, E> {
        let (x, y) = place.require(Self::FIELDS[0], self.position)?;
        let value = place.require(Self::FIELDS[1], self.value)?;
        Ok(Pixel { x, y, value })
    }
}

#[derive(Default)]
struct Coordinates {
    values: [Option<i32>; 2],
}

impl Object for Coordinates {
    type Value = (i32, i32);
    const EXPECTED: &'static str = "an object with x and y";
    const FIELDS: &'static [&'static str] = &["coordinates.x", "coordinates.y"];

    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        field: usize,
        map: &mut A,
        place: &mut Place,
    ) -> Result<(), A::Error> {
        let value = whole(map.next_value_seed(Number)?, place)?;
        let possible = (0.0..=f64::from(i32::MAX)).contains(&value);
        self.values[field] = Some(if possible { value as i32 } else { -1 });
        Ok(())
    }

    fn finish<E: serde::de::Error>(self, place: &mut Place) -> Result<(i32, i32), E> {
        let [x, y] = self.values;
        Ok((place.require(Self::FIELDS[0], x)?, place.require(Self::FIELDS[1], y)?))
    }
}

/// Any number; 1e400 is refused by the parser, NaN is no JSON.
struct Number;

impl<'de> DeserializeSeed<'de> for Number {
    type Value = f64;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<f64, D::Error> {
        json.deserialize_any(self)
    }
}

impl Visitor<'_> for Number {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_i64<E>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_u64<E>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }
}

/// One number, or the list of blue, green, red.
struct Intensity<'p>(&'p mut Place);

impl Intensity<'_> {
    fn sample<E: serde::de::Error>(&mut self, value: f64) -> Result<u8, E> {
        Ok((in_range(value, 0.0, 255.0, self.0)? + 0.5).floor() as u8)
    }
}

impl<'de> DeserializeSeed<'de> for Intensity<'_> {
    type Value = u8;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<u8, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Intensity<'_> {
    type Value = u8;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a list of blue, green, red")
    }

    fn visit_f64<E: serde::de::Error>(mut self, value: f64) -> Result<u8, E> {
        self.sample(value)
    }

    fn visit_i64<E: serde::de::Error>(mut self, value: i64) -> Result<u8, E> {
        self.sample(value as f64)
    }

    fn visit_u64<E: serde::de::Error>(mut self, value: u64) -> Result<u8, E> {
        self.sample(value as f64)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<u8, A::Error> {
        let mut samples = [0; 3];
        let mut length = 0;
        while let Some(value) = list.next_element_seed(Number)? {
            let sample = self.sample(value)?;
            if let Some(slot) = samples.get_mut(length) {
                *slot = sample;
            }
            length += 1;
        }
        if length != 3 {
            return Err(self.0.refuse(JsonProblem::ListLength(length)));
        }
        let [blue, green, red] = samples;
        Ok(luma([red, green, blue]))
    }
}

fn whole<E: serde::de::Error>(value: f64, place: &mut Place) -> Result<f64, E> {
    if value.fract() == 0.0 { Ok(value) } else { Err(place.refuse(JsonProblem::Fractional(value))) }
}

fn in_range<E: serde::de::Error>(
    value: f64,
    min: f64,
    max: f64,
    place: &mut Place,
) -> Result<f64, E> {
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(place.refuse(JsonProblem::OutOfRange { value, min, max }))
    }
}
