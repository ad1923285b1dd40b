//! Pictures in memory: plain 8-bit samples, and pictures made of a palette.

/// What the samples of a [`Picture`] mean; 8 bits each, interleaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One gray sample.
    Gray,
    /// Gray and alpha (not premultiplied).
    GrayAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue and alpha (not premultiplied).
    Rgba,
    /// Cyan, magenta, yellow, black; 0 is no ink, 255 is full ink.
    Cmyk,
}

impl Layout {
    /// Samples (= bytes) per pixel: 1 to 4.
    pub const fn samples(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    /// Whether the last sample of a pixel is its alpha.
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::GrayAlpha | Self::Rgba)
    }
}

/// A picture of 8-bit samples: rows from top to bottom, no padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    layout: Layout,
    data: Vec<u8>,
}

impl Picture {
    /// Takes `data` as the samples of a `width` x `height` picture.
    ///
    /// # Panics
    /// If `data` isn't exactly `width * height * layout.samples()` bytes long.
    pub fn new(width: u32, height: u32, layout: Layout, data: Vec<u8>) -> Self {
        let needed = width as usize * height as usize * layout.samples();
        assert_eq!(data.len(), needed, "a {width}x{height} {layout:?} picture");
        Self { width, height, layout, data }
    }

    /// Makes an RGBA picture from a function of the pixel's position, then drops what `layout` has no place
    /// for (gray is the luma of the color; CMYK is the plain complement without black).
    pub fn from_fn(width: u32, height: u32, layout: Layout, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Self {
        let mut data = Vec::with_capacity(width as usize * height as usize * layout.samples());
        for y in 0..height {
            for x in 0..width {
                push_pixel(&mut data, layout, pixel(x, y));
            }
        }
        Self { width, height, layout, data }
    }

    /// Width in pixels.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// What the samples mean.
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// All samples, row by row.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The samples, without the picture around them.
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// The samples of one pixel.
    ///
    /// # Panics
    /// If the pixel lies outside the picture.
    pub fn pixel(&self, x: u32, y: u32) -> &[u8] {
        assert!(x < self.width && y < self.height, "pixel {x},{y} of {}x{}", self.width, self.height);
        let at = (y as usize * self.width as usize + x as usize) * self.layout.samples();
        &self.data[at..at + self.layout.samples()]
    }

    /// The pixel as red, green, blue and alpha; panics as [`Picture::pixel`] does.
    pub fn rgba(&self, x: u32, y: u32) -> [u8; 4] {
        match *self.pixel(x, y) {
            [v] => [v, v, v, 255],
            [v, a] => [v, v, v, a],
            [r, g, b] => [r, g, b, 255],
            [c, m, y, k] if self.layout == Layout::Cmyk => [no_ink(c, k), no_ink(m, k), no_ink(y, k), 255],
            [r, g, b, a] => [r, g, b, a],
            _ => unreachable!("a pixel has 1 to 4 samples"),
        }
    }

    /// The same picture in another layout. To CMYK, the common part of the three inks becomes black ink.
    pub fn convert(&self, layout: Layout) -> Self {
        Self::from_fn(self.width, self.height, layout, |x, y| self.rgba(x, y))
    }

    /// What a viewer shows when the picture is stored with the EXIF orientation `orientation` (1 to 8;
    /// anything else counts as 1).
    pub fn shown_with(&self, orientation: u16) -> Self {
        let (w, h) = (self.width, self.height);
        let (out_w, out_h) = if (5..=8).contains(&orientation) { (h, w) } else { (w, h) };
        self.gather(out_w, out_h, |x, y| match orientation {
            2 => (w - 1 - x, y),
            3 => (w - 1 - x, h - 1 - y),
            4 => (x, h - 1 - y),
            5 => (y, x),
            6 => (y, h - 1 - x),
            7 => (w - 1 - y, h - 1 - x),
            8 => (w - 1 - y, x),
            _ => (x, y),
        })
    }

    /// The picture as it must be stored so that a viewer that obeys `orientation` shows `self`.
    pub fn stored_for(&self, orientation: u16) -> Self {
        let inverse = match orientation {
            6 => 8,
            8 => 6,
            other => other,
        };
        self.shown_with(inverse)
    }

    fn gather(&self, width: u32, height: u32, from: impl Fn(u32, u32) -> (u32, u32)) -> Self {
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..height {
            for x in 0..width {
                let (sx, sy) = from(x, y);
                data.extend_from_slice(self.pixel(sx, sy));
            }
        }
        Self { width, height, layout: self.layout, data }
    }
}

/// A picture made of palette entries, for PNG, GIF and BMP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// One palette index per pixel, row by row.
    pub indices: Vec<u8>,
    /// At most 256 entries of red, green, blue, alpha.
    pub palette: Vec<[u8; 4]>,
}

impl Indexed {
    /// Maps a picture to a fixed palette of `2^bits` colors or fewer, nearest level per channel, no
    /// dithering: 1 bit is black and white, 2 bits four grays, 4 bits 2x4x2 levels, 8 bits 6x7x6 levels.
    /// Alpha is ignored.
    ///
    /// # Panics
    /// If `bits` isn't 1, 2, 4 or 8.
    pub fn quantize(picture: &Picture, bits: u8) -> Self {
        let levels: [u32; 3] = match bits {
            1 => [1, 2, 1],
            2 => [1, 4, 1],
            4 => [2, 4, 2],
            8 => [6, 7, 6],
            _ => panic!("a palette of {bits} bits: 1, 2, 4 and 8 are possible"),
        };
        let gray = bits < 4;
        let mut indices = Vec::with_capacity(picture.data.len() / picture.layout.samples());
        for y in 0..picture.height {
            for x in 0..picture.width {
                let [r, g, b, _] = picture.rgba(x, y);
                let rgb = if gray { [0, luma(r, g, b), 0] } else { [r, g, b] };
                let index = (0..3).fold(0, |sum, c| sum * levels[c] + nearest(rgb[c], levels[c]));
                indices.push(index as u8);
            }
        }
        Self { width: picture.width, height: picture.height, indices, palette: palette(levels, gray) }
    }

    /// The picture in full color. Indices beyond the palette become transparent black.
    pub fn to_rgba(&self) -> Picture {
        let color = |i: &u8| self.palette.get(usize::from(*i)).copied().unwrap_or([0; 4]);
        let data = self.indices.iter().flat_map(color).collect();
        Picture::new(self.width, self.height, Layout::Rgba, data)
    }
}

fn palette(levels: [u32; 3], gray: bool) -> Vec<[u8; 4]> {
    let count = levels.iter().product::<u32>();
    let entry = |i: u32| {
        let (r, g, b) = (i / (levels[1] * levels[2]), i / levels[2] % levels[1], i % levels[2]);
        let rgb = [level(r, levels[0]), level(g, levels[1]), level(b, levels[2])];
        if gray { [rgb[1], rgb[1], rgb[1], 255] } else { [rgb[0], rgb[1], rgb[2], 255] }
    };
    (0..count).map(entry).collect()
}

fn nearest(value: u8, levels: u32) -> u32 {
    (u32::from(value) * (levels - 1) + 127) / 255
}

fn level(index: u32, levels: u32) -> u8 {
    (index * 255).checked_div(levels - 1).unwrap_or(0) as u8
}

/// Luma of 8-bit RGB with the BT.601 weights that JPEG uses, in integers.
pub(crate) fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b) + 32_768) >> 16) as u8
}

fn no_ink(ink: u8, black: u8) -> u8 {
    ((u32::from(255 - ink) * u32::from(255 - black) + 127) / 255) as u8
}

fn push_pixel(data: &mut Vec<u8>, layout: Layout, [r, g, b, a]: [u8; 4]) {
    match layout {
        Layout::Gray => data.push(luma(r, g, b)),
        Layout::GrayAlpha => data.extend([luma(r, g, b), a]),
        Layout::Rgb => data.extend([r, g, b]),
        Layout::Rgba => data.extend([r, g, b, a]),
        Layout::Cmyk => {
            let light = r.max(g).max(b);
            // Ink relative to the light that black ink leaves, so that `rgba` gives the color back.
            let ink = |v: u8| {
                255 - (u32::from(v) * 255 + u32::from(light) / 2).checked_div(u32::from(light)).unwrap_or(255)
                    as u8
            };
            data.extend([ink(r), ink(g), ink(b), 255 - light]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern;

    #[test]
    fn storing_and_showing_cancel_out_and_all_eight_differ() {
        let chart = pattern::orientation_chart(24, 16);
        let mut seen = Vec::new();
        for orientation in 1..=8 {
            let stored = chart.stored_for(orientation);
            assert_eq!(stored.shown_with(orientation), chart, "orientation {orientation}");
            let turned = (5..=8).contains(&orientation);
            assert_eq!((stored.width(), stored.height()), if turned { (16, 24) } else { (24, 16) });
            assert!(!seen.contains(&stored), "orientation {orientation} looks like another");
            seen.push(stored);
        }
    }

    #[test]
    fn orientation_6_turns_clockwise() {
        let two = Picture::new(2, 1, Layout::Gray, vec![1, 2]);
        let shown = two.shown_with(6);
        assert_eq!((shown.width(), shown.height(), shown.data()), (1, 2, &[1, 2][..]));
        assert_eq!(two.shown_with(8).data(), &[2, 1]);
    }

    #[test]
    fn cmyk_gives_the_color_back() {
        let rgb = crate::photo_like(40, 30, 5);
        let back = rgb.convert(Layout::Cmyk).convert(Layout::Rgb);
        let worst = rgb.data().iter().zip(back.data()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(1), "{worst:?}");
    }

    #[test]
    fn palettes_have_their_sizes_and_keep_black_and_white() {
        let picture =
            Picture::from_fn(2, 1, Layout::Rgb, |x, _| if x == 0 { [0, 0, 0, 255] } else { [255; 4] });
        for (bits, colors) in [(1, 2), (2, 4), (4, 16), (8, 252)] {
            let indexed = Indexed::quantize(&picture, bits);
            assert_eq!(indexed.palette.len(), colors);
            assert_eq!(indexed.to_rgba().data(), &[0, 0, 0, 255, 255, 255, 255, 255], "{bits} bits");
        }
    }
}
