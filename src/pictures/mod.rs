//! The pictures of the invented shop: what each is called, and how it is drawn. A picture is a
//! shape in a colour, seen in one of three ways, as SVG. Nothing is kept, because drawing is quick.
//! Deliberately absent: which product has which picture (`generate`), and serving them (`http`).

use std::fmt::Write as _;

/// Shapes: a name, and its parts as SVG with its shades left open.
const SHAPES: [(&str, &str); 21] = [
    ("backpack", include_str!("shapes/backpack.svg")),
    ("bag", include_str!("shapes/bag.svg")),
    ("blanket", include_str!("shapes/blanket.svg")),
    ("boot", include_str!("shapes/boot.svg")),
    ("cabinet", include_str!("shapes/cabinet.svg")),
    ("chair", include_str!("shapes/chair.svg")),
    ("coat", include_str!("shapes/coat.svg")),
    ("cushion", include_str!("shapes/cushion.svg")),
    ("dress", include_str!("shapes/dress.svg")),
    ("jacket", include_str!("shapes/jacket.svg")),
    ("jug", include_str!("shapes/jug.svg")),
    ("lamp", include_str!("shapes/lamp.svg")),
    ("mug", include_str!("shapes/mug.svg")),
    ("pan", include_str!("shapes/pan.svg")),
    ("pendant", include_str!("shapes/pendant.svg")),
    ("pot", include_str!("shapes/pot.svg")),
    ("shirt", include_str!("shapes/shirt.svg")),
    ("shoe", include_str!("shapes/shoe.svg")),
    ("sofa", include_str!("shapes/sofa.svg")),
    ("suitcase", include_str!("shapes/suitcase.svg")),
    ("table", include_str!("shapes/table.svg")),
];

/// Colours: a name, and red, green and blue.
const COLORS: [(&str, [u8; 3]); 16] = [
    ("black", [0x34, 0x36, 0x3c]),
    ("blue", [0x4b, 0x8f, 0xc9]),
    ("brown", [0x7d, 0x52, 0x3a]),
    ("burgundy", [0x80, 0x2b, 0x42]),
    ("green", [0x4c, 0x7a, 0x50]),
    ("grey", [0x80, 0x87, 0x90]),
    ("lilac", [0xa0, 0x8f, 0xcc]),
    ("mint", [0x8f, 0xc4, 0xa9]),
    ("mustard", [0xd3, 0xa0, 0x35]),
    ("navy", [0x2d, 0x41, 0x70]),
    ("orange", [0xd0, 0x73, 0x3e]),
    ("petrol", [0x25, 0x6b, 0x75]),
    ("pink", [0xde, 0x93, 0xa0]),
    ("red", [0xbd, 0x43, 0x3c]),
    ("sand", [0xcf, 0xb8, 0x8f]),
    ("white", [0xe8, 0xe1, 0xd3]),
];

/// How a shape is seen, from 1: the place in a square of 200 units, and what it stands on.
const VIEWS: [(&str, Stand); 3] = [
    ("translate(0 4)", Stand::Disc),
    ("translate(190 6) scale(-.9 .9)", Stand::Floor),
    ("translate(-92 -58) scale(1.9)", Stand::Plain),
];

/// How many ways of seeing a shape there are.
pub const VIEW_COUNT: usize = VIEWS.len();

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Disc,
    Floor,
    Plain,
}

/// A picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    shape: &'static str,
    color: [u8; 3],
    view: (&'static str, Stand),
}

impl Picture {
    /// The picture of a file's name, such as `coat-navy-2.svg`; `None` when no picture is called
    /// like that.
    pub fn find(file: &str) -> Option<Self> {
        let mut parts = file.strip_suffix(".svg")?.splitn(3, '-');
        let (shape, color, view) = (parts.next()?, parts.next()?, parts.next()?);
        let shape = SHAPES.iter().find(|(name, _)| *name == shape)?.1;
        let color = COLORS.iter().find(|(name, _)| *name == color)?.1;
        let view = VIEWS.iter().zip(1..).find(|(_, number): &(_, usize)| number.to_string() == view)?.0;
        Some(Self { shape, color, view: *view })
    }

    /// Draws it.
    pub fn svg(self) -> String {
        let shade = |towards: u8, percent: u16| Hex(mixed(self.color, towards, percent));
        let (ground, raised) = (shade(0xfb, 82), shade(0xfb, 68));
        let (place, stand) = self.view;
        let mut svg = String::with_capacity(2_000);
        let stand = match stand {
            Stand::Disc => format!("<circle cx=\"100\" cy=\"104\" r=\"84\" fill=\"{raised}\"/>"),
            Stand::Floor => format!("<path fill=\"{raised}\" d=\"M0 140h200v60H0z\"/>"),
            Stand::Plain => String::new(),
        };
        // A string takes everything.
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 200\" width=\"800\" height=\"800\">\
             <rect width=\"200\" height=\"200\" fill=\"{ground}\"/>{stand}<g transform=\"{place}\">"
        );
        let main = Hex(self.color).to_string();
        let shape = self.shape.trim_end().replace("{main}", &main);
        let shape = shape.replace("{dark}", &shade(0x10, 30).to_string());
        svg.push_str(&shape.replace("{light}", &shade(0xff, 62).to_string()));
        svg.push_str("</g></svg>\n");
        svg
    }
}

/// The names of all pictures' files.
pub fn names() -> impl Iterator<Item = String> {
    SHAPES.iter().flat_map(|(shape, _)| {
        COLORS.iter().flat_map(move |(color, _)| {
            (1..=VIEW_COUNT).map(move |view| format!("{shape}-{color}-{view}.svg"))
        })
    })
}

/// A colour that is so many hundredths of the way to a grey.
fn mixed(color: [u8; 3], towards: u8, percent: u16) -> [u8; 3] {
    color.map(|part| {
        let sum = u16::from(part) * (100 - percent) + u16::from(towards) * percent;
        u8::try_from(sum / 100).unwrap_or(u8::MAX)
    })
}

/// A colour as SVG writes it.
struct Hex([u8; 3]);

impl std::fmt::Display for Hex {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_found_by_its_name_and_no_other_is() {
        assert_eq!(names().count(), SHAPES.len() * COLORS.len() * VIEWS.len());
        for name in names() {
            let svg = Picture::find(&name).expect("it is there").svg();
            assert!(svg.len() < 4_000 && !svg.contains(['{', '}']), "{name}: {svg}");
            assert_eq!(svg, Picture::find(&name).expect("it is there").svg());
        }
        for name in [
            "",
            ".svg",
            "coat",
            "coat-navy",
            "coat-navy-1",
            "coat-navy-0.svg",
            "coat-navy-4.svg",
            "coat-navy-01.svg",
            "coat-navy-1-1.svg",
            "Coat-navy-1.svg",
            "coat-gold-1.svg",
            "boat-navy-1.svg",
            "coat-navy-1.svg.svg",
        ] {
            assert_eq!(Picture::find(name), None, "{name}");
        }
    }

    #[test]
    fn pictures_differ() {
        let mut drawn: Vec<String> =
            names().filter_map(|name| Picture::find(&name)).map(Picture::svg).collect();
        let count = drawn.len();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), count);
    }
}
