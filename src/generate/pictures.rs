//! The addresses of pictures that the service draws. How they are drawn is not known here
//! (`pictures`).

use super::data::DATA;
use super::random::Random;
use crate::pictures::VIEW_COUNT;

/// Where the pictures are.
pub(super) struct Pictures {
    /// The address of their folder, without a slash at its end.
    base: String,
}

impl Pictures {
    pub(super) fn at(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned() }
    }

    /// Replaces the content of `output` by the address of a shape in a colour, seen in one of the
    /// ways: they are taken in turn.
    pub(super) fn write(&self, shape: &str, color: &str, view: usize, output: &mut Vec<u8>) {
        output.clear();
        for part in [&self.base, "/", shape, "-", color, "-"] {
            output.extend_from_slice(part.as_bytes());
        }
        let view = view % VIEW_COUNT + 1;
        output.extend_from_slice(itoa::Buffer::new().format(view).as_bytes());
        output.extend_from_slice(b".svg");
    }

    /// The same in any colour.
    pub(super) fn write_any(&self, shape: &str, random: &mut Random, output: &mut Vec<u8>) {
        let (_, color) = random.pick(&DATA.style_colors);
        self.write(shape, color, random.index(VIEW_COUNT), output);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::Picture;

    #[test]
    fn every_colour_of_a_style_has_its_pictures() {
        let pictures = Pictures::at("http://shop.example/pictures/");
        let mut address = Vec::new();
        for (name, color) in &DATA.style_colors {
            for view in 0..5 {
                pictures.write("coat", color, view, &mut address);
                let address = str::from_utf8(&address).unwrap();
                let file = address.strip_prefix("http://shop.example/pictures/").unwrap();
                assert!(Picture::find(file).is_some(), "{name}: {address}");
            }
        }
    }
}
