//! Fixtures that libwebp encoded and decoded: see data/make.py.

use std::io::Cursor;
use std::path::PathBuf;

use photo_vp8::{Error, Header, ParsedRow, Parser, Picture, Reconstructor, Upsampler, decode, memory_for};

struct Fixture {
    name: String,
    file: Vec<u8>,
    size: (usize, usize),
    planes: u32,
    rgb: u32,
}

impl Fixture {
    /// The content of the `VP8 ` chunk.
    fn data(&self) -> &[u8] {
        &self.file[20..]
    }
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn fixtures() -> Vec<Fixture> {
    let table = std::fs::read_to_string(directory().join("planes.txt")).unwrap();
    let fixture = |line: &str| {
        let [name, width, height, planes, rgb] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let crc = |text: &str| u32::from_str_radix(text, 16).unwrap();
        Fixture {
            name: name.to_owned(),
            file: std::fs::read(directory().join(format!("{name}.webp"))).unwrap(),
            size: (width.parse().unwrap(), height.parse().unwrap()),
            planes: crc(planes),
            rgb: crc(rgb),
        }
    };
    table.lines().map(fixture).collect()
}

fn rgb(data: &[u8]) -> photo_vp8::Result<Vec<u8>> {
    let mut parser = Parser::new(data)?;
    let header = *parser.header();
    let mut reconstructor = Reconstructor::new(&header);
    let mut upsampler = Upsampler::new(&header);
    let pitch = 3 * header.width as usize;
    let mut rgb = vec![0; pitch * header.height as usize];
    let mut parsed = ParsedRow::default();
    let mut at = 0;
    while parser.row(&mut parsed)? {
        let rows = upsampler.rows(&reconstructor.row(&parsed), &mut rgb[at..]);
        assert!(rows.len() <= Upsampler::MAX_ROWS);
        assert_eq!(rows.start * pitch, at);
        at = rows.end * pitch;
    }
    assert_eq!(at, rgb.len());
    Ok(rgb)
}

fn crc(picture: &Picture) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    [&picture.y, &picture.u, &picture.v].iter().for_each(|plane| hasher.update(plane));
    hasher.finalize()
}

#[test]
fn planes_and_rgb_are_those_of_libwebp() {
    for fixture in fixtures() {
        let picture = decode(fixture.data()).unwrap();
        assert_eq!((picture.width, picture.height), fixture.size, "{}", fixture.name);
        assert_eq!(crc(&picture), fixture.planes, "planes of {}", fixture.name);
        assert_eq!(crc32fast::hash(&rgb(fixture.data()).unwrap()), fixture.rgb, "RGB of {}", fixture.name);
    }
}

#[test]
fn random_frames_are_those_of_libwebp() {
    let all = std::fs::read(directory().join("random.bin")).unwrap();
    let table = std::fs::read_to_string(directory().join("random.txt")).unwrap();
    let mut rest = &all[..];
    for (number, line) in table.lines().enumerate() {
        let (length, behind) = rest.split_first_chunk().unwrap();
        let (frame, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        rest = behind;
        let found = decode(frame).map_or_else(
            |_| "refused".to_owned(),
            |picture| {
                let rgb = crc32fast::hash(&rgb(frame).unwrap());
                format!("{} {} {:08x} {rgb:08x}", picture.width, picture.height, crc(&picture))
            },
        );
        assert_eq!(found, line, "frame {number}");
    }
    assert!(rest.is_empty());
}

#[test]
fn rgb_is_that_of_image_webp() {
    for fixture in fixtures() {
        let mut decoder = image_webp::WebPDecoder::new(Cursor::new(&fixture.file)).unwrap();
        let mut found = vec![0; decoder.output_buffer_size().unwrap()];
        decoder.read_image(&mut found).unwrap();
        assert!(found == rgb(fixture.data()).unwrap(), "{}", fixture.name);
    }
}

#[test]
fn every_cut_is_an_error_or_the_whole_picture() {
    for fixture in fixtures().iter().filter(|fixture| fixture.file.len() < 1500) {
        let whole = decode(fixture.data()).unwrap();
        for length in 0..fixture.data().len() {
            match decode(&fixture.data()[..length]) {
                Ok(picture) => assert_eq!(picture, whole, "{} cut to {length} bytes", fixture.name),
                Err(error) => assert!(matches!(error, Error::Truncated { .. }), "{}: {error}", fixture.name),
            }
        }
    }
}

#[test]
fn halves_of_a_parser_make_the_same_picture() {
    for fixture in fixtures() {
        let parser = Parser::new(fixture.data()).unwrap();
        let mut reconstructor = Reconstructor::new(parser.header());
        let (mut modes, mut tokens) = parser.into_halves();
        let (mut parsed, mut row) = (Vec::new(), ParsedRow::default());
        while modes.row(&mut row).unwrap() {
            parsed.push(row.clone());
        }
        let mut luma = Vec::new();
        for row in &mut parsed {
            tokens.row(row).unwrap();
            let rows = reconstructor.row(row);
            (0..rows.count).for_each(|at| luma.extend_from_slice(rows.y_row(at)));
        }
        assert!(luma == decode(fixture.data()).unwrap().y, "{}", fixture.name);
    }
}

#[test]
fn an_early_end_names_the_row() {
    let fixture = fixtures().into_iter().find(|fixture| fixture.name == "q75").unwrap();
    let data = fixture.data();
    let half = decode(&data[..data.len() / 2]).unwrap_err();
    let Error::Truncated { decoded, total: 6 } = half else { panic!("{half}") };
    assert!((1..6).contains(&decoded), "{decoded}");
}

#[test]
fn memory_grows_with_the_width_alone() {
    let memory = |width: u16, height: u16| {
        let mut start = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0, 0, 0, 0];
        start[6..8].copy_from_slice(&width.to_le_bytes());
        start[8..].copy_from_slice(&height.to_le_bytes());
        memory_for(&Header::read(&start).unwrap())
    };
    assert_eq!(memory(4000, 3000), memory(4000, 16));
    assert!(memory(16383, 1) < 2 << 20);
    assert!(memory(16, 16) < memory(160, 16));
}
