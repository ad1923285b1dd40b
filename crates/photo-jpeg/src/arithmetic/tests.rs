use super::*;

/// The test sequence of ITU-T T.81, K.4.1: 256 decisions with one estimate, and what an encoder makes of them.
const DECISIONS: [u8; 32] = [
    0x00, 0x02, 0x00, 0x51, 0x00, 0x00, 0x00, 0xC0, 0x03, 0x52, 0x87, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x82,
    0xC0, 0x20, 0x00, 0xFC, 0xD7, 0x9E, 0xF6, 0x74, 0xEA, 0xAB, 0xF7, 0x69, 0x7E, 0xE7, 0x4C,
];
const CODED: [u8; 32] = [
    0x65, 0x5B, 0x51, 0x44, 0xF7, 0x96, 0x9D, 0x51, 0x78, 0x55, 0xBF, 0xFF, 0x00, 0xFC, 0x51, 0x84, 0xC7,
    0xCE, 0xF9, 0x39, 0x00, 0x28, 0x7D, 0x46, 0x70, 0x8E, 0xCB, 0xC0, 0xF6, 0xFF, 0xD9, 0x00,
];

#[test]
fn the_sequence_of_the_standard_is_decoded() {
    let mut decoder = ArithmeticDecoder::new(&CODED, 0);
    let mut estimate = Estimate::default();
    for (index, byte) in DECISIONS.iter().enumerate() {
        let decided = (0..8).fold(0u8, |byte, _| byte << 1 | u8::from(decoder.decide(&mut estimate)));
        assert_eq!(decided, *byte, "byte {index}");
    }
    assert!(!decoder.overdrawn());
}

#[test]
fn data_that_ends_without_a_marker_is_overdrawn() {
    let whole = &CODED[..29];
    let mut decoder = ArithmeticDecoder::new(whole, 0);
    let mut estimate = Estimate::default();
    (0..256).for_each(|_| _ = decoder.decide(&mut estimate));
    (0..256).for_each(|_| _ = decoder.decide(&mut Estimate::EVEN.clone()));
    assert!(decoder.overdrawn());
    // Before a marker, zeros follow for ever.
    let mut decoder = ArithmeticDecoder::new(&CODED, 0);
    (0..1_000).for_each(|_| _ = decoder.decide(&mut Estimate::EVEN.clone()));
    assert!(!decoder.overdrawn());
}

#[test]
fn a_restart_marker_must_come_next() {
    let start = |bytes: &'static [u8]| ArithmeticDecoder::new(bytes, 0);
    assert_eq!(start(b"\x12\x34\xFF\xD3\x80").restart(3), Restart::Found);
    assert_eq!(start(b"\x12\xFF\xFF\xD3\x80").restart(11), Restart::Found);
    assert_eq!(start(b"\x12\x34\xFF\xD4\x80").restart(3), Restart::Wrong);
    assert_eq!(start(b"\x12\x34\xFF\xD9").restart(3), Restart::End);
    assert_eq!(start(b"\x12\x34").restart(3), Restart::End);
}
