//! When which fault strikes.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;

use crate::fault::{Fault, FaultSyntax};

/// A plan of faults over the photo requests, which are numbered from 1 in the order in which they arrive.
///
/// For each request the first of these that has a fault decides: the header `X-Sandbox-Fault` of the request,
/// the queue of the *next* faults, the faults *at* its number, and the faults of *every* so many requests (in
/// the order in which they were added).
///
/// As a text, rules are separated by commas or line breaks, and what follows a `#` is a remark: `7=500`
/// strikes at request 7, `every 13=reset` at 13, 26, 39, …, and `next 2=429` at the two next requests.
///
/// ```
/// use photo_sandbox::{Fault, Script};
/// let script = Script::new().at(7, Fault::BadGateway).every(13, Fault::ResetAfterStoring);
/// assert_eq!(script.to_string(), "7=502, every 13=reset-after-storing");
/// assert_eq!("7=502, every 13=reset-after-storing".parse(), Ok(script));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    next: VecDeque<(u32, Fault)>,
    at: Vec<(u64, Fault)>,
    every: Vec<(u64, Fault)>,
}

impl Script {
    /// A plan without faults.
    #[must_use]
    pub fn new() -> Self {
        Script::default()
    }

    /// Adds a fault for the request with this number (from 1; 0 never comes).
    #[must_use]
    pub fn at(mut self, number: u64, fault: Fault) -> Self {
        self.at.push((number, fault));
        self
    }

    /// Adds a fault for every `period`-th request; a period of 0 never strikes.
    #[must_use]
    pub fn every(mut self, period: u64, fault: Fault) -> Self {
        self.every.push((period, fault));
        self
    }

    /// Queues a fault for the next `count` requests that no earlier entry of the queue takes.
    #[must_use]
    pub fn next(mut self, count: u32, fault: Fault) -> Self {
        self.push(count, fault);
        self
    }

    pub(crate) fn push(&mut self, count: u32, fault: Fault) {
        if count > 0 {
            self.next.push_back((count, fault));
        }
    }

    /// The fault for the request with this number; takes it from the queue if it comes from there.
    pub(crate) fn take(&mut self, number: u64) -> Option<Fault> {
        self.take_next().or_else(|| self.planned(number))
    }

    fn take_next(&mut self) -> Option<Fault> {
        let (left, fault) = self.next.front_mut()?;
        let fault = fault.clone();
        *left = left.saturating_sub(1);
        if *left == 0 {
            self.next.pop_front();
        }
        Some(fault)
    }

    fn planned(&self, number: u64) -> Option<Fault> {
        let at = self.at.iter().find(|(n, _)| *n == number);
        let rule = at
            .or_else(|| self.every.iter().find(|(period, _)| *period != 0 && number.is_multiple_of(*period)));
        rule.map(|(_, fault)| fault.clone())
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = self.next.iter().map(|(count, fault)| format!("next {count}={fault}"));
        let at = self.at.iter().map(|(number, fault)| format!("{number}={fault}"));
        let every = self.every.iter().map(|(period, fault)| format!("every {period}={fault}"));
        let rules: Vec<String> = next.chain(at).chain(every).collect();
        f.write_str(&rules.join(", "))
    }
}

impl FromStr for Script {
    type Err = FaultSyntax;

    fn from_str(text: &str) -> Result<Self, FaultSyntax> {
        let mut script = Script::new();
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        for rule in lines.flat_map(|line| line.split(',')).map(str::trim).filter(|rule| !rule.is_empty()) {
            script = script.with_rule(rule)?;
        }
        Ok(script)
    }
}

impl Script {
    fn with_rule(self, rule: &str) -> Result<Self, FaultSyntax> {
        let wrong = || FaultSyntax(rule.chars().take(80).collect());
        let (when, fault) = rule.split_once('=').ok_or_else(wrong)?;
        let fault: Fault = fault.parse()?;
        let (word, number) = when.trim().split_once(' ').unwrap_or(("", when.trim()));
        let number: u64 = number.trim().parse().map_err(|_| wrong())?;
        match word {
            "" => Ok(self.at(number, fault)),
            "every" => Ok(self.every(number, fault)),
            "next" => Ok(self.next(u32::try_from(number).map_err(|_| wrong())?, fault)),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_goes_before_numbers_and_numbers_before_patterns() {
        let mut script: Script = "every 3=reset, 3=500, next 2=502, 5=truncate".parse().unwrap();
        let kinds: Vec<_> = (1..=9).map(|n| script.take(n).map_or("-", |fault| fault.kind())).collect();
        assert_eq!(kinds, ["502", "502", "500", "-", "truncate", "reset", "-", "-", "reset"]);
    }

    #[test]
    fn periods_and_counts_of_zero_never_strike() {
        let mut script =
            Script::new().every(0, Fault::BadGateway).next(0, Fault::BadGateway).at(0, Fault::BadGateway);
        assert!((1..50).all(|n| script.take(n).is_none()));
    }

    #[test]
    fn texts_read_back_and_nonsense_is_refused() {
        for text in ["", "7=500", "next 2=429:retry-after=1, 7=500, every 13=slow:5"] {
            assert_eq!(text.parse::<Script>().unwrap().to_string(), text);
        }
        let file = "# what goes wrong\r\n7=500 # once\n\nevery 13=reset, next 2=429\n";
        assert_eq!(file.parse::<Script>().unwrap().to_string(), "next 2=429, 7=500, every 13=reset");
        for text in ["500", "=500", "x=500", "each 3=500", "next 99999999999=500", "3=what"] {
            assert!(text.parse::<Script>().is_err(), "{text}");
        }
    }
}
