//! From any picture to the record, against the sandbox.

use photo_sandbox::{Config, Sandbox};
use photo_upload::{Photo, Target};

use crate::support::valid_fixtures;

#[test]
fn every_valid_fixture_reaches_the_record_as_prepared() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let client = photo_upload::Client::builder()
        .api_domain(sandbox.url())
        .access_token(sandbox.token())
        .build_blocking()
        .unwrap();
    for (number, (entry, bytes)) in valid_fixtures().into_iter().enumerate() {
        let prepared = photo_prep::prepare(&bytes).unwrap();
        let want = prepared.bytes().to_vec();
        let photo = Photo::from(prepared).named(&entry.file);
        let record = (3_000_000_038_009 + number).to_string();
        let receipt = client.upload(&Target::new("Leads", &record).unwrap(), &photo).unwrap();
        assert_eq!(receipt.attempts, 1, "{}", entry.file);
        let stored = sandbox.photo("Leads", &record).unwrap();
        assert!(stored.bytes == want, "{}", entry.file);
    }
    assert_eq!(sandbox.stats().refusals.values().sum::<u64>(), 0);
}
