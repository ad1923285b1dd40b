use super::*;
use proptest::prelude::*;

/// What a block costs in bits: its own, and those that its squared errors are worth.
fn cost(values: &[i16; 64], quotients: &[f64; 64], bits: &[f32; 256], worth: f64) -> f64 {
    let (mut cost, mut run) = (0.0, 0);
    for &place in &SCAN[1..] {
        let (value, quotient) = (values[usize::from(place)], quotients[usize::from(place)]);
        let error = quotient.abs() - f64::from(value.abs());
        cost += worth * error * error;
        if value == 0 {
            run += 1;
            continue;
        }
        while run > 15 {
            cost += f64::from(bits[usize::from(ZERO_RUN)]);
            run -= 16;
        }
        let size = 16 - value.unsigned_abs().leading_zeros();
        cost += f64::from(bits[run << 4 | size as usize]);
        run = 0;
    }
    cost + if run > 0 { f64::from(bits[0]) } else { 0.0 }
}

/// The least cost of all blocks in which each 1 may be 0 and each power of two one less.
fn least_cost(block: &[i16; 64], quotients: &[f64; 64], bits: &[f32; 256], worth: f64) -> f64 {
    let choices: Vec<usize> =
        (1..64).filter(|&i| block[i] != 0 && block[i].unsigned_abs().is_power_of_two()).collect();
    let ways = (0..1u32 << choices.len()).map(|way| {
        let mut block = *block;
        for (bit, &place) in choices.iter().enumerate() {
            if way >> bit & 1 == 1 {
                block[place] -= block[place].signum();
            }
        }
        cost(&block, quotients, bits, worth)
    });
    ways.fold(f64::INFINITY, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_other_choice_is_cheaper(
        coefficients in proptest::collection::vec((0usize..64, -70i16..70), 1..9),
        divisor in 7u16..40, strength in 1u8..=200, class in 0usize..2, busy in any::<bool>(),
    ) {
        let table = |divisor| QuantTable::new([divisor; 64]).unwrap();
        let choice = RateDistortion::new(class, &table(1), &table(divisor), 0, strength);
        let mut stored = [0; 64];
        for &(place, value) in &coefficients {
            stored[place] = value;
        }
        if busy {
            stored[1] = 600;
        }
        let quotients = stored.map(|value| f64::from(value) / f64::from(divisor));
        let values = quotients.map(|quotient| ((quotient.abs() - 1e-9).round() * quotient.signum()) as i16);
        let nonzero = (0..64).fold(0, |mask, i| mask | u64::from(values[i] != 0) << i);
        let mut block = QuantizedBlock { values, nonzero };
        choice.apply(&stored, &mut block);
        let energy: f64 = stored[1..].iter().map(|value| f64::from(*value).powi(2)).sum();
        let texture = (energy / 63.0).sqrt() / f64::from(TEXTURE);
        let worth = 1.0 / (f64::from(choice.lambda) * (f64::from(CALM) + texture).min(f64::from(MOST)));
        let least = least_cost(&values, &quotients, &choice.bits, worth);
        let found = cost(&block.values, &quotients, &choice.bits, worth);
        prop_assert!((found - least).abs() < 1e-3 * least.max(1.0), "{} instead of {}", found, least);
        for i in 0..64 {
            prop_assert_eq!(block.nonzero >> i & 1 == 1, block.values[i] != 0);
        }
        prop_assert_eq!(block.values[0], values[0]);
    }
}

#[test]
fn texture_loses_more_than_calm() {
    let table = |divisor| QuantTable::new([divisor; 64]).unwrap();
    let choice = RateDistortion::new(0, &table(1), &table(10), 0, 100);
    // 0.9 of a divisor, behind nine zeros.
    let ones = |first: i16| {
        let mut stored = [0; 64];
        (stored[1], stored[18]) = (first, 9);
        let mut block = QuantizedBlock { values: [0; 64], nonzero: 1 << 1 | 1 << 18 };
        (block.values[1], block.values[18]) = (first / 10, 1);
        choice.apply(&stored, &mut block);
        block.values[18]
    };
    assert_eq!((ones(20), ones(900)), (1, 0));
}
