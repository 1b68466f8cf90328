//! What a text means, as a point: small enough to keep ten thousand of them at hand.

/// Numbers of a vector.
pub(crate) const DIMENSIONS: usize = 384;

/// Largest magnitude of one stored number.
#[cfg(feature = "meaning")]
const LARGEST: f32 = 127.0;

/// A direction in 384 dimensions, each in one signed byte.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Vector {
    /// What each number is multiplied with to make the length 1.
    scale: f32,
    numbers: Box<[i8]>,
}

impl Vector {
    /// The direction of these numbers; nothing but their proportions count.
    #[cfg(feature = "meaning")]
    pub(crate) fn new(numbers: &[f32]) -> Self {
        let largest = numbers.iter().fold(f32::MIN_POSITIVE, |largest, number| largest.max(number.abs()));
        // It is within the range of a signed byte by the division.
        let numbers: Box<[i8]> =
            numbers.iter().map(|number| (number / largest * LARGEST).round() as i8).collect();
        Self { scale: scale(&numbers), numbers }
    }

    /// What [`Vector::bytes`] gave. `None` for anything else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let numbers: Box<[i8]> = bytes.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
        (numbers.len() == DIMENSIONS).then(|| Self { scale: scale(&numbers), numbers })
    }

    /// The numbers of the direction, which has the length 1.
    #[cfg(all(test, feature = "meaning"))]
    pub(crate) fn numbers(&self) -> Vec<f32> {
        self.numbers.iter().map(|number| f32::from(*number) * self.scale).collect()
    }

    /// One byte a number.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    /// How alike two meanings are: 1 for the same, about 0 for two that have nothing to do with each other.
    pub(crate) fn cosine(&self, other: &Self) -> f32 {
        let products =
            self.numbers.iter().zip(&other.numbers).map(|(one, two)| i32::from(*one) * i32::from(*two));
        // At most 384 times 127 squared, which a float holds exactly.
        products.sum::<i32>() as f32 * self.scale * other.scale
    }
}

fn scale(numbers: &[i8]) -> f32 {
    let square: f32 = numbers.iter().map(|number| f32::from(*number).powi(2)).sum();
    square.sqrt().max(f32::MIN_POSITIVE).recip()
}
