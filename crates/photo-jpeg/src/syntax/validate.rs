//! Whether the frame, the tables and the scan headers of a JPEG are such that every decoder can follow them
//! (T.81, annexes B, C and G). A file that is handed on without being decoded must have no violation, since
//! what a decoder would refuse is not seen otherwise.

use super::frame::{CodingProcess, FrameComponent, FrameHeader, FrameOutline};
use super::marker;
use super::sampling::MaxSampling;
use super::scan::{ScanHeader, ScanParameters, ScanSelector};
use super::segment::Segment;
use super::tables::{huffman_tables, last_restart_interval, quant_tables};

/// The most blocks that an MCU may have (T.81, B.2.3).
pub const MAX_BLOCKS_IN_MCU: u32 = 10;

/// A rule that a file breaks.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// There is another number of frame headers than one.
    #[error("{0} frame headers")]
    FrameHeaders(usize),
    /// A component is in no scan.
    #[error("no scan holds component {0}")]
    NoScan(u8),
    /// A segment breaks a rule.
    #[error("{rule} at byte {at}")]
    Segment {
        /// What is wrong.
        rule: &'static str,
        /// The byte offset of the segment's marker in the file.
        at: usize,
    },
    /// The only scan of a sequential file has another number of restart markers than follows from its size.
    #[error("{found} restart markers instead of {expected}")]
    RestartMarkers {
        /// The number in the file.
        found: u32,
        /// The number that there should be.
        expected: u64,
    },
}

/// The first rule that the `segments` of the file `bytes` break, if any. They are those of a walk to the end
/// without a fault, and `frame` is the first frame header among them.
#[must_use]
pub fn first_violation(bytes: &[u8], segments: &[Segment], frame: &FrameHeader) -> Option<Violation> {
    let frames = segments.iter().filter(|segment| marker::is_frame(segment.marker)).count();
    if frames != 1 {
        return Some(Violation::FrameHeaders(frames));
    }
    let scans = || segments.iter().filter(|segment| segment.marker == marker::SOS);
    let is_in_scan = |id| {
        scans().any(|scan| ScanHeader::new(scan.data(bytes)).selectors().any(|selector| selector.id == id))
    };
    if let Some(component) = frame.components.iter().find(|component| !is_in_scan(component.id)) {
        return Some(Violation::NoScan(component.id));
    }
    broken_segment(bytes, segments, frame).or_else(|| {
        let mut scans = scans();
        let only = scans.next().filter(|_| scans.next().is_none())?;
        wrong_restarts(frame, last_restart_interval(bytes, segments), only)
    })
}

fn broken_segment(bytes: &[u8], segments: &[Segment], frame: &FrameHeader) -> Option<Violation> {
    let precision = vec![[None; 64]; frame.components.len()];
    let mut state = State { frame, huffman: [[false; 4]; 2], quantization: [false; 4], precision };
    segments.iter().find_map(|segment| {
        let data = segment.data(bytes);
        let broken = match segment.marker {
            marker::DQT => state.quantization_tables(data),
            marker::DHT => state.huffman_tables(data),
            marker::SOS => state.scan(ScanHeader::new(data)),
            marker::DRI if data.len() != 2 => Err("a restart interval of wrong length"),
            marker::DRI => Ok(()),
            m if marker::is_frame(m) => check_frame(data, frame),
            m if !marker::is_dispensable(m) => Err("a segment that decoders don't expect"),
            _ => Ok(()),
        };
        broken.err().map(|rule| Violation::Segment { rule, at: segment.whole.start })
    })
}

/// In a sequential file of one scan, the number of restart markers follows from the headers.
fn wrong_restarts(frame: &FrameHeader, interval: u16, scan: &Segment) -> Option<Violation> {
    if frame.process == CodingProcess::Progressive {
        return None;
    }
    let max = MaxSampling::of_frame(frame.sampling());
    let (wide, high) = max.mcus(frame.width.into(), frame.height.into());
    let last = (u64::from(wide) * u64::from(high)).saturating_sub(1);
    let expected = last.checked_div(interval.into()).unwrap_or(0);
    let found = scan.restarts;
    (u64::from(found) != expected).then_some(Violation::RestartMarkers { found, expected })
}

type Check = Result<(), &'static str>;

/// The parts of a frame header that size and colors don't depend on. Decoders enlarge by whole factors.
fn check_frame(data: &[u8], frame: &FrameHeader) -> Check {
    if data.len() != FrameHeader::len(frame.components.len()) {
        return Err("a frame header of wrong length");
    }
    if FrameOutline::new(data).height() == Some(0) {
        return Err("a height that is told only behind the first scan");
    }
    let max = frame.max_sampling();
    let whole = |(h, v): (u8, u8)| max.h().is_multiple_of(h) && max.v().is_multiple_of(v);
    if frame.sampling().all(whole) { Ok(()) } else { Err("sampling factors of broken proportions") }
}

/// What the segments so far have defined.
struct State<'a> {
    frame: &'a FrameHeader,
    /// DC and AC tables.
    huffman: [[bool; 4]; 2],
    quantization: [bool; 4],
    /// For each component and coefficient, the lowest bit sent so far.
    precision: Vec<[Option<u8>; 64]>,
}

impl State<'_> {
    fn quantization_tables(&mut self, data: &[u8]) -> Check {
        for table in quant_tables(data) {
            let divisors = table.zigzag().ok_or("a cut-off quantization table")?;
            if table.precision > 1 || divisors.contains(&0) {
                return Err("a quantization table that is none");
            }
            let slot = self.quantization.get_mut(usize::from(table.number));
            *slot.ok_or("a quantization table past number 3")? = true;
        }
        Ok(())
    }

    fn huffman_tables(&mut self, data: &[u8]) -> Check {
        for table in huffman_tables(data) {
            let symbols = table.symbols.ok_or("a cut-off Huffman table")?;
            if !table.is_prefix_code() || table.class == 0 && symbols.iter().any(|symbol| *symbol > 15) {
                return Err("an impossible Huffman table");
            }
            let class = self.huffman.get_mut(usize::from(table.class));
            let slot = class.and_then(|class| class.get_mut(usize::from(table.number)));
            *slot.ok_or("a Huffman table past number 3")? = true;
        }
        Ok(())
    }

    fn scan(&mut self, header: ScanHeader<'_>) -> Check {
        let (Some(count), Some(tail)) = (header.count(), header.tail()) else {
            return Err("a cut-off scan header");
        };
        let parameters = ScanParameters::read(tail).filter(|_| tail.len() == 3);
        let parameters = parameters.ok_or("a scan header of wrong length")?;
        if !(1..=4).contains(&count) {
            return Err("a scan of no component or of more than four");
        }
        let progressive = self.frame.process == CodingProcess::Progressive;
        if !progressive && parameters != ScanParameters::WHOLE {
            return Err("a sequential scan with progressive parameters");
        }
        if progressive && parameters.check_progression(count.into()).is_err() {
            return Err("a progressive scan with impossible parameters");
        }
        let mut seen = Vec::new();
        for selector in header.selectors() {
            let component = self.component(selector.id)?;
            if seen.contains(&component) {
                return Err("a scan that names a component twice");
            }
            seen.push(component);
            self.check_tables(&selector, &parameters)?;
            if progressive {
                self.refine(component, &parameters)?;
            } else if self.precision.get_mut(component).and_then(|bits| bits[0].replace(0)).is_some() {
                return Err("a sequential scan of a component that an earlier scan holds");
            }
        }
        self.check_mcu(&seen)
    }

    fn check_mcu(&self, seen: &[usize]) -> Check {
        let factors = seen.iter().filter_map(|index| self.frame.components.get(*index)).map(|c| c.sampling);
        let blocks: u32 = factors.map(|(h, v)| u32::from(h) * u32::from(v)).sum();
        if seen.len() > 1 && blocks > MAX_BLOCKS_IN_MCU {
            return Err("a scan of more than ten blocks at a time");
        }
        Ok(())
    }

    /// The index of a component that a scan names. Decoders take its quantization table when its first scan
    /// begins.
    fn component(&self, id: u8) -> Result<usize, &'static str> {
        let mut known = self.frame.components.iter().zip(0..);
        let is_named = |(component, _): &(&FrameComponent, usize)| component.id == id;
        let (component, index) = known.find(is_named).ok_or("a scan of an unknown component")?;
        if self.quantization.get(usize::from(component.quant_table)) != Some(&true) {
            return Err("a scan whose quantization table is missing");
        }
        Ok(index)
    }

    /// The tables a scan needs: DC in its first pass, AC where it has AC coefficients.
    fn check_tables(&self, selector: &ScanSelector, parameters: &ScanParameters) -> Check {
        let has = |class: usize, number: u8| self.huffman[class].get(usize::from(number)) == Some(&true);
        let needs_dc = parameters.first == 0 && parameters.high == 0;
        let (dc, ac) = selector.tables.ok_or("a cut-off scan header")?;
        if needs_dc && !has(0, dc) || parameters.last > 0 && !has(1, ac) {
            return Err("a scan whose Huffman table is missing");
        }
        Ok(())
    }

    /// Successive approximation sends each bit once, from high to low.
    fn refine(&mut self, component: usize, parameters: &ScanParameters) -> Check {
        let ScanParameters { first, last, high, low } = *parameters;
        let known = self.precision.get_mut(component).ok_or("a scan of an unknown component")?;
        if first > 0 && known[0].is_none() {
            return Err("AC coefficients before the first DC scan");
        }
        for bit in known.iter_mut().take(usize::from(last) + 1).skip(first.into()) {
            let expected = bit.unwrap_or(0);
            if high != expected || bit.is_some() && high == 0 {
                return Err("a scan that sends bits out of order");
            }
            *bit = Some(low);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use photo_testkit::{corpus, fixtures};

    use super::super::segment::Segments;
    use super::*;

    fn fixture(name: &str) -> (Vec<u8>, Vec<Segment>) {
        let bytes = std::fs::read(fixtures::folder().join(name)).unwrap();
        let segments = Segments::new(&bytes).collect();
        (bytes, segments)
    }

    /// What is wrong in a whole file, as words.
    fn fault(bytes: &[u8]) -> Option<String> {
        let segments: Vec<_> = Segments::new(bytes).collect();
        let sof = segments.iter().find(|s| marker::is_frame(s.marker)).unwrap();
        let frame = FrameHeader::read(sof.marker, sof.data(bytes)).unwrap();
        first_violation(bytes, &segments, &frame).map(|violation| violation.to_string())
    }

    #[test]
    fn all_valid_fixtures_are_sound() {
        for entry in fixtures::read_index().unwrap() {
            let bytes = std::fs::read(entry.path()).unwrap();
            if entry.valid && bytes.starts_with(&[0xFF, 0xD8]) {
                assert_eq!(fault(&bytes), None, "{}", entry.file);
            }
        }
    }

    #[test]
    fn known_bad_tables_and_scans_are_seen() {
        let names = ["8074d35d5df52a83fa3245daae20b8891b15115e", "a28fe3916ce07c67fb2e8ae7f15aaa252026e6ed"];
        for case in corpus::cases_or_skip("known_bad_tables_and_scans_are_seen").unwrap() {
            if names.iter().any(|n| case.path.ends_with(n)) {
                assert!(fault(&std::fs::read(&case.file).unwrap()).is_some(), "{}", case.path);
            }
        }
    }

    #[test]
    fn a_scan_needs_its_quantization_table() {
        let (mut bytes, segments) = fixture("jpeg_baseline.jpg");
        let frame = segments.iter().find(|s| marker::is_frame(s.marker)).unwrap();
        // The table of the third component, behind marker, length, precision, size and count.
        let at = frame.whole.start + 10 + 3 * 2 + 2;
        for (table, sound) in [(0, true), (3, false), (200, false)] {
            bytes[at] = table;
            assert_eq!(fault(&bytes).is_none(), sound, "{table} {:?}", fault(&bytes));
        }
    }

    #[test]
    fn a_sequential_file_holds_each_component_once() {
        let (bytes, segments) = fixture("jpeg_baseline.jpg");
        let scan = segments.iter().find(|s| s.marker == marker::SOS).unwrap().whole.start;
        let twice = [&bytes[..bytes.len() - 2], &bytes[scan..]].concat();
        assert!(fault(&twice).is_some_and(|why| why.contains("earlier scan")));
    }

    #[test]
    fn what_libjpeg_refuses_in_headers_is_seen() {
        let (bytes, segments) = fixture("jpeg_restart.jpg");
        let place = |m: u8| segments.iter().find(|s| s.marker == m).unwrap().whole.clone();
        assert_eq!(fault(&bytes), None);
        let with = |at: usize, value: u8| {
            let mut changed = bytes.clone();
            changed[at] = value;
            fault(&changed).unwrap_or_default()
        };
        // Arithmetic conditioning, a reserved marker, an extension.
        for marker in [0xCC, 0x02, 0xF0] {
            assert!(with(place(marker::APP0).start + 1, marker).contains("don't expect"));
        }
        // The sampling of the first component, where the others have 1x1: 3x1 beside 2x1, or 18 blocks at a
        // time.
        let sampling = place(0xC0).start + 11;
        let mut broken = bytes.clone();
        (broken[sampling], broken[sampling + 3]) = (0x31, 0x21);
        assert!(fault(&broken).is_some_and(|why| why.contains("proportions")));
        assert!(with(sampling, 0x44).contains("ten blocks"));
        let longer = |m: u8| {
            let at = place(m);
            let mut changed = [&bytes[..at.end], &[0], &bytes[at.end..]].concat();
            changed[at.start + 3] += 1;
            fault(&changed).unwrap_or_default()
        };
        assert!(longer(marker::DRI).contains("wrong length") && longer(0xC0).contains("wrong length"));
    }

    #[test]
    fn components_and_restart_markers_are_counted() {
        let (bytes, segments) = fixture("jpeg_restart.jpg");
        let at = |m: u8| segments.iter().find(|s| s.marker == m).unwrap().payload.start;
        let with = |at: usize, value: u8| {
            let mut changed = bytes.clone();
            changed[at] = value;
            fault(&changed).unwrap_or_default()
        };
        assert!(with(at(marker::DRI) + 1, 200).contains("restart markers instead of"));
        assert!(with(at(marker::SOS) + 1, 77).starts_with("no scan holds component"));
        let frame = segments.iter().find(|s| marker::is_frame(s.marker)).unwrap().whole.clone();
        let twice = [&bytes[..frame.end], &bytes[frame.start..]].concat();
        assert_eq!(fault(&twice).unwrap(), "2 frame headers");
    }
}
