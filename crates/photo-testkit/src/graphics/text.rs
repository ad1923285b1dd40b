//! Letters and digits as strokes, drawn at any size, and lines of made-up words.

use super::canvas::{Canvas, Color};
use crate::photo::noise::Random;

/// Draws the text with its top left at (x, y); `size` is the height of a line, a letter takes 0.6 of it. Gives the end.
pub(super) fn draw(canvas: &mut Canvas, text: &str, (x, y): (f32, f32), size: f32, color: Color) -> f32 {
    let unit = size / 10.0;
    let mut left = x;
    for letter in text.bytes() {
        for stroke in strokes(letter).split(',').filter(|s| !s.is_empty()) {
            let at = |p: &str| {
                let mut digits = p.bytes().map(|d| f32::from(d - b'0'));
                let (dx, dy) = (digits.next().unwrap_or(0.0), digits.next().unwrap_or(0.0));
                (left + (dx + 0.5) * unit, y + (dy + 1.0) * unit)
            };
            let points: Vec<(f32, f32)> = stroke.split(' ').map(at).collect();
            let whole = if points.len() == 1 { vec![points[0]; 2] } else { points };
            canvas.line(&whole, (unit * 0.9).max(0.8), color);
        }
        left += unit * 6.0;
    }
    left
}

/// Lower-case words of 2 to 9 letters, as many as there is room for.
pub(super) fn words(random: &mut Random, letters: usize) -> String {
    let mut text = String::new();
    loop {
        let length = (2 + random.below(8) as usize).min(letters);
        if length == 0 || text.len() + length > letters {
            return text;
        }
        text.extend((0..length).map(|i| {
            let set: &[u8] = if i % 2 == 0 { b"tsrnlcdmhpbgfwkvyxzqj" } else { b"eaoiu" };
            // The first of a set are the most frequent.
            let (a, b) = (random.below(set.len() as u64), random.below(set.len() as u64));
            char::from(set[a.min(b) as usize])
        }));
        text.push(' ');
    }
}

/// Lines on a grid of 5 x 9: two digits a point, points apart by spaces, lines by commas.
fn strokes(letter: u8) -> &'static str {
    match letter {
        b'a' => "12 32 43 46 16 05 14 44",
        b'b' => "00 06 36 45 43 32 02",
        b'c' => "42 12 03 05 16 46",
        b'd' => "40 46 16 05 03 12 42",
        b'e' => "04 44 43 32 12 03 05 16 46",
        b'f' => "40 30 21 26,02 42",
        b'g' => "42 12 03 05 16 46,42 47 38 08",
        b'h' => "00 06,03 12 32 43 46",
        b'i' => "22 26,20",
        b'j' => "22 27 18 08,20",
        b'k' => "00 06,42 04 46",
        b'l' => "20 25 36",
        b'm' => "02 06,03 12 23 26,23 32 43 46",
        b'n' => "02 06,03 12 32 43 46",
        b'o' => "12 32 43 45 36 16 05 03 12",
        b'p' => "08 02 32 43 45 36 06",
        b'q' => "48 42 12 03 05 16 46",
        b'r' => "02 06,04 13 22 42",
        b's' => "42 12 03 14 34 45 36 06",
        b't' => "20 25 36 46,02 42",
        b'u' => "02 05 16 36 45,42 46",
        b'v' => "02 26 42",
        b'w' => "02 16 23 36 42",
        b'x' => "02 46,06 42",
        b'y' => "02 26,42 18 08",
        b'z' => "02 42 06 46",
        b'0' => "10 30 41 45 36 16 05 01 10",
        b'1' => "11 20 26,16 36",
        b'2' => "01 10 30 41 42 06 46",
        b'3' => "00 40 23 33 44 45 36 16 05",
        b'4' => "36 30 04 44",
        b'5' => "40 00 02 32 43 45 36 06",
        b'6' => "40 20 02 05 16 36 45 43 32 02",
        b'7' => "00 40 16",
        b'8' => "13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33",
        b'9' => "43 13 02 01 10 30 41 44 26 06",
        b'.' => "26",
        b'-' => "13 33",
        _ => "",
    }
}
