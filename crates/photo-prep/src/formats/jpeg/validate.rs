//! Whether the tables and scan headers of a JPEG are such that every decoder can follow them (T.81, annexes B, C
//! and G). A file that passes through is not decoded, so what a decoder would refuse has to be seen here.

use crate::formats::jpeg::{JpegLayout, Segment, marker};
use crate::info::JpegProcess;

/// What the frame header says of a component.
pub(crate) struct Named {
    pub(crate) id: u8,
    /// Horizontal and vertical sampling factor.
    pub(crate) sampling: (u8, u8),
    /// The number of its quantization table.
    pub(crate) table: u8,
}

/// The first rule that the tables or scans break, if any.
pub(crate) fn first_violation(
    bytes: &[u8],
    layout: &JpegLayout,
    components: &[Named],
    process: JpegProcess,
) -> Option<String> {
    let precision = vec![[None; 64]; components.len()];
    let mut state =
        State { components, process, huffman: [[false; 4]; 2], quantization: [false; 4], precision };
    layout.segments.iter().find_map(|segment| {
        let data = segment.data(bytes);
        let broken = match segment.marker {
            marker::DQT => state.quantization_tables(data),
            marker::DHT => state.huffman_tables(data),
            marker::SOS => state.scan(data),
            marker::DRI if data.len() != 2 => Err("a restart interval of wrong length"),
            m if marker::is_frame(m) => frame(data, components),
            m if !is_common(m) => Err("a segment that decoders don't expect"),
            _ => Ok(()),
        };
        broken.err().map(|why| format!("{why} at byte {}", start(segment)))
    })
}

/// Markers that may stand in a Huffman-coded file besides its frame header.
fn is_common(m: u8) -> bool {
    matches!(m, marker::DHT | marker::DQT | marker::DRI | marker::SOS | marker::COM | 0xE0..=0xEF)
}

/// The parts of a frame header that size and colors don't depend on. Decoders enlarge by whole factors.
fn frame(data: &[u8], components: &[Named]) -> Check {
    if data.len() != 6 + 3 * components.len() {
        return Err("a frame header of wrong length");
    }
    let most = |side: fn(&Named) -> u8| components.iter().map(side).max().unwrap_or(1);
    let (h, v) = (most(|c| c.sampling.0), most(|c| c.sampling.1));
    let whole = |c: &Named| h.is_multiple_of(c.sampling.0) && v.is_multiple_of(c.sampling.1);
    if components.iter().all(whole) { Ok(()) } else { Err("sampling factors of broken proportions") }
}

fn start(segment: &Segment) -> usize {
    segment.whole.start
}

/// What the segments so far have defined.
struct State<'a> {
    components: &'a [Named],
    process: JpegProcess,
    /// DC and AC tables.
    huffman: [[bool; 4]; 2],
    quantization: [bool; 4],
    /// For each component and coefficient, the lowest bit sent so far.
    precision: Vec<[Option<u8>; 64]>,
}

type Check = Result<(), &'static str>;

impl State<'_> {
    fn quantization_tables(&mut self, mut data: &[u8]) -> Check {
        while let Some((&head, rest)) = data.split_first() {
            let length = if head >> 4 == 0 { 64 } else { 128 };
            let (table, after) = rest.split_at_checked(length).ok_or("a cut-off quantization table")?;
            if head >> 4 > 1 || table.chunks_exact(length / 64).any(|v| v.iter().all(|b| *b == 0)) {
                return Err("a quantization table that is none");
            }
            *self
                .quantization
                .get_mut(usize::from(head & 15))
                .ok_or("a quantization table past number 3")? = true;
            data = after;
        }
        Ok(())
    }

    fn huffman_tables(&mut self, mut data: &[u8]) -> Check {
        while let Some((&head, rest)) = data.split_first() {
            let (counts, symbols) = rest.split_first_chunk::<16>().ok_or("a cut-off Huffman table")?;
            let total = counts.iter().map(|c| usize::from(*c)).sum::<usize>();
            let (symbols, after) = symbols.split_at_checked(total).ok_or("a cut-off Huffman table")?;
            let class = usize::from(head >> 4);
            if total > 256 || !codes_fit(counts) || class == 0 && symbols.iter().any(|s| *s > 15) {
                return Err("an impossible Huffman table");
            }
            let slot = self.huffman.get_mut(class).and_then(|c| c.get_mut(usize::from(head & 15)));
            *slot.ok_or("a Huffman table past number 3")? = true;
            data = after;
        }
        Ok(())
    }

    fn scan(&mut self, data: &[u8]) -> Check {
        let count = usize::from(*data.first().ok_or("a cut-off scan header")?);
        let (parts, rest) =
            data.get(1..).unwrap_or_default().split_at_checked(2 * count).ok_or("a cut-off scan header")?;
        let &[first, last, bits] = rest else { return Err("a scan header of wrong length") };
        if !(1..=4).contains(&count) {
            return Err("a scan of no component or of more than four");
        }
        let (high, low) = (bits >> 4, bits & 15);
        let progressive = self.process == JpegProcess::Progressive;
        if !progressive && (first, last, bits) != (0, 63, 0) {
            return Err("a sequential scan with progressive parameters");
        }
        if progressive {
            check_progression(count, first, last, high, low)?;
        }
        let mut seen = Vec::new();
        for part in parts.chunks_exact(2) {
            let component = self.component(part[0])?;
            if seen.contains(&component) {
                return Err("a scan that names a component twice");
            }
            seen.push(component);
            self.check_tables(part[1], first, last, high)?;
            if progressive {
                self.refine(component, first, last, high, low)?;
            } else if self.precision.get_mut(component).and_then(|bits| bits[0].replace(0)).is_some() {
                return Err("a sequential scan of a component that an earlier scan holds");
            }
        }
        let blocks = seen.iter().filter_map(|i| self.components.get(*i)).map(|c| c.sampling.0 * c.sampling.1);
        if count > 1 && blocks.sum::<u8>() > 10 {
            Err("a scan of more than ten blocks at a time")
        } else {
            Ok(())
        }
    }

    /// The index of a component that a scan names. Decoders take its quantization table when its first scan begins.
    fn component(&self, id: u8) -> Result<usize, &'static str> {
        let known = self.components.iter().zip(0..).find(|(c, _)| c.id == id);
        let (component, index) = known.ok_or("a scan of an unknown component")?;
        if self.quantization.get(usize::from(component.table)) != Some(&true) {
            return Err("a scan whose quantization table is missing");
        }
        Ok(index)
    }

    /// The tables a scan needs: DC in its first pass, AC where it has AC coefficients.
    fn check_tables(&self, tables: u8, first: u8, last: u8, high: u8) -> Check {
        let has = |class: usize, id: u8| self.huffman[class].get(usize::from(id)) == Some(&true);
        let dc = first == 0 && high == 0;
        if dc && !has(0, tables >> 4) || last > 0 && !has(1, tables & 15) {
            return Err("a scan whose Huffman table is missing");
        }
        Ok(())
    }

    /// Successive approximation sends each bit once, from high to low.
    fn refine(&mut self, component: usize, first: u8, last: u8, high: u8, low: u8) -> Check {
        let known = self.precision.get_mut(component).ok_or("a scan of an unknown component")?;
        if first > 0 && known[0].is_none() {
            return Err("AC coefficients before the first DC scan");
        }
        for bit in &mut known[usize::from(first)..=usize::from(last)] {
            let expected = bit.unwrap_or(0);
            if high != expected || bit.is_some() && high == 0 {
                return Err("a scan that sends bits out of order");
            }
            *bit = Some(low);
        }
        Ok(())
    }
}

/// T.81, G.1.1.1: what the parameters of one progressive scan may be.
fn check_progression(count: usize, first: u8, last: u8, high: u8, low: u8) -> Check {
    let bands = if first == 0 { last == 0 } else { count == 1 && first <= last && last <= 63 };
    if !bands || low > 13 || high != 0 && high != low + 1 {
        return Err("a progressive scan with impossible parameters");
    }
    Ok(())
}

/// Codes of each length are numbered on from the shorter ones; they must not run over (annex C).
fn codes_fit(counts: &[u8; 16]) -> bool {
    let mut code = 0u32;
    counts.iter().zip(1..).all(|(&count, length)| {
        code += u32::from(count);
        let fits = code <= 1 << length;
        code <<= 1;
        fits
    })
}

#[cfg(test)]
mod tests {
    use super::super::walk;
    use super::*;
    use crate::formats::jpeg;
    use photo_testkit::{corpus, fixtures};

    #[test]
    fn all_valid_fixtures_are_sound() {
        for entry in fixtures::read_index().unwrap() {
            let bytes = std::fs::read(entry.path()).unwrap();
            if entry.valid && bytes.starts_with(&[0xFF, 0xD8]) {
                let frame = jpeg::frame::read(&bytes, &walk(&bytes).unwrap()).unwrap();
                assert_eq!(frame.first_violation, None, "{}", entry.file);
            }
        }
    }

    #[test]
    fn known_bad_tables_and_scans_are_seen() {
        let names = ["8074d35d5df52a83fa3245daae20b8891b15115e", "a28fe3916ce07c67fb2e8ae7f15aaa252026e6ed"];
        for case in corpus::cases_or_skip("known_bad_tables_and_scans_are_seen").unwrap() {
            if names.iter().any(|n| case.path.ends_with(n)) {
                let bytes = std::fs::read(&case.file).unwrap();
                let frame = jpeg::frame::read(&bytes, &walk(&bytes).unwrap()).unwrap();
                assert!(frame.first_violation.is_some(), "{}", case.path);
            }
        }
    }

    #[test]
    fn a_scan_needs_its_quantization_table() {
        let mut bytes = std::fs::read(fixtures::folder().join("jpeg_baseline.jpg")).unwrap();
        let layout = walk(&bytes).unwrap();
        let frame = layout.segments.iter().find(|s| marker::is_frame(s.marker)).unwrap();
        // The table of the third component, behind marker, length, precision, size and count.
        let at = frame.whole.start + 10 + 3 * 2 + 2;
        for (table, sound) in [(0, true), (3, false), (200, false)] {
            bytes[at] = table;
            let frame = jpeg::frame::read(&bytes, &walk(&bytes).unwrap()).unwrap();
            assert_eq!(frame.first_violation.is_none(), sound, "{table} {:?}", frame.first_violation);
        }
    }

    #[test]
    fn a_sequential_file_holds_each_component_once() {
        let bytes = std::fs::read(fixtures::folder().join("jpeg_baseline.jpg")).unwrap();
        let layout = walk(&bytes).unwrap();
        let scan = layout.segments.iter().find(|s| s.marker == marker::SOS).unwrap().whole.start;
        let twice = [&bytes[..bytes.len() - 2], &bytes[scan..]].concat();
        let frame = jpeg::frame::read(&twice, &walk(&twice).unwrap()).unwrap();
        assert!(frame.first_violation.is_some_and(|why| why.contains("earlier scan")));
    }

    #[test]
    fn what_libjpeg_refuses_in_headers_is_seen() {
        let bytes = std::fs::read(fixtures::folder().join("jpeg_restart.jpg")).unwrap();
        let layout = walk(&bytes).unwrap();
        let place = |m: u8| layout.segments.iter().find(|s| s.marker == m).unwrap().whole.clone();
        let flaw = |bytes: &[u8]| jpeg::frame::read(bytes, &walk(bytes).unwrap()).unwrap().first_violation;
        assert_eq!(flaw(&bytes), None);
        let with = |at: usize, value: u8| {
            let mut changed = bytes.clone();
            changed[at] = value;
            flaw(&changed).unwrap_or_default()
        };
        // Arithmetic conditioning, a reserved marker, an extension.
        for marker in [0xCC, 0x02, 0xF0] {
            assert!(with(place(marker::APP0).start + 1, marker).contains("don't expect"));
        }
        // The sampling of the first component, where the others have 1x1: 3x1 beside 2x1, or 18 blocks at a time.
        let sampling = place(0xC0).start + 11;
        let mut broken = bytes.clone();
        (broken[sampling], broken[sampling + 3]) = (0x31, 0x21);
        assert!(flaw(&broken).is_some_and(|why| why.contains("proportions")));
        assert!(with(sampling, 0x44).contains("ten blocks"));
        let longer = |m: u8| {
            let at = place(m);
            let mut changed = [&bytes[..at.end], &[0], &bytes[at.end..]].concat();
            changed[at.start + 3] += 1;
            flaw(&changed).unwrap_or_default()
        };
        assert!(longer(marker::DRI).contains("wrong length") && longer(0xC0).contains("wrong length"));
    }

    #[test]
    fn codes_that_run_over_are_refused() {
        let mut counts = [0u8; 16];
        counts[0] = 2;
        assert!(codes_fit(&counts));
        counts[1] = 1;
        assert!(!codes_fit(&counts));
        assert!(!codes_fit(&[3; 16]));
    }
}
