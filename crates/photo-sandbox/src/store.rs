//! The photos on the records, in memory.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

/// A photo as it was uploaded. Cloning it is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredPhoto {
    /// The very bytes that were uploaded.
    pub bytes: Bytes,
    /// The file's name as the form gave it; may be empty.
    pub filename: String,
    /// The type by the magic bytes: `image/jpeg`, `image/png`, `image/gif` or `image/bmp`.
    pub content_type: &'static str,
    /// The value of the parameter `restrict_triggers`, if there was one.
    pub restrict_triggers: Option<String>,
}

/// The photos by module and record, bounded in bytes.
#[derive(Debug, Default)]
pub(crate) struct Store {
    photos: HashMap<Key, (u64, StoredPhoto)>,
    /// By age, to forget the oldest first.
    ages: BTreeMap<u64, Key>,
    /// What the photos cost together.
    bytes: usize,
    stored: u64,
}

type Key = (String, String);

impl Store {
    /// Puts a photo on a record; returns how many older photos were forgotten to stay within `limit` bytes.
    pub(crate) fn put(&mut self, module: &str, record: &str, photo: StoredPhoto, limit: usize) -> u64 {
        let key = (module.to_owned(), record.to_owned());
        self.remove(&key);
        self.stored += 1;
        self.bytes = self.bytes.saturating_add(cost(&key, &photo));
        self.ages.insert(self.stored, key.clone());
        self.photos.insert(key, (self.stored, photo));
        let mut forgotten = 0;
        while self.bytes > limit && self.ages.len() > 1 {
            let Some((_, oldest)) = self.ages.first_key_value() else {
                break;
            };
            let oldest = oldest.clone();
            self.remove(&oldest);
            forgotten += 1;
        }
        forgotten
    }

    /// The newest photos with their modules and records, at most so many, newest first.
    pub(crate) fn newest(&self, most: usize) -> Vec<(String, String, StoredPhoto)> {
        let keys = self.ages.values().rev().take(most);
        let found = keys.filter_map(|key| self.photos.get(key).map(|(_, photo)| (key, photo)));
        found.map(|(key, photo)| (key.0.clone(), key.1.clone(), photo.clone())).collect()
    }

    pub(crate) fn get(&self, module: &str, record: &str) -> Option<StoredPhoto> {
        let key = (module.to_owned(), record.to_owned());
        self.photos.get(&key).map(|(_, photo)| photo.clone())
    }

    /// Takes the photo off a record; tells whether there was one.
    pub(crate) fn delete(&mut self, module: &str, record: &str) -> bool {
        self.remove(&(module.to_owned(), record.to_owned()))
    }

    fn remove(&mut self, key: &Key) -> bool {
        let Some((age, photo)) = self.photos.remove(key) else {
            return false;
        };
        self.ages.remove(&age);
        self.bytes = self.bytes.saturating_sub(cost(key, &photo));
        true
    }
}

/// About how many bytes of memory a photo takes: tiny pictures with long names must not escape the limit.
fn cost((module, record): &Key, photo: &StoredPhoto) -> usize {
    let query = photo.restrict_triggers.as_ref().map_or(0, String::len);
    // Both maps hold the key.
    let names = 2 * (module.len() + record.len()) + photo.filename.len() + query;
    photo.bytes.len() + names + OVERHEAD
}

/// For the maps' own nodes, roughly.
const OVERHEAD: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    /// What a photo costs besides its bytes: `Leads` and `1` twice, `a.png`.
    const SMALL: usize = 2 * 6 + 5 + OVERHEAD;

    fn photo(len: usize) -> StoredPhoto {
        let bytes = Bytes::from(vec![0; len]);
        StoredPhoto { bytes, filename: "a.png".into(), content_type: "image/png", restrict_triggers: None }
    }

    #[test]
    fn a_new_photo_replaces_the_old_one() {
        let mut store = Store::default();
        assert_eq!(store.put("Leads", "1", photo(10), 10_000), 0);
        assert_eq!(store.put("Leads", "1", photo(20), 10_000), 0);
        assert_eq!(store.get("Leads", "1").map(|p| p.bytes.len()), Some(20));
        assert_eq!((store.bytes, store.ages.len()), (20 + SMALL, 1));
        assert!(store.delete("Leads", "1") && !store.delete("Leads", "1"));
        assert_eq!((store.bytes, store.ages.len()), (0, 0));
    }

    #[test]
    fn the_oldest_are_forgotten_but_never_the_newest() {
        let (mut store, limit) = (Store::default(), 120_000 + 3 * SMALL);
        for record in ["1", "2", "3"] {
            store.put("Leads", record, photo(40_000), limit);
        }
        assert_eq!(store.put("Leads", "4", photo(80_000), limit), 2);
        assert!(store.get("Leads", "2").is_none() && store.get("Leads", "3").is_some());
        assert_eq!(store.put("Leads", "5", photo(500_000), limit), 2);
        assert!(store.get("Leads", "5").is_some());
        store.put("Leads", "6", photo(10), limit * 10);
        let newest: Vec<_> = store.newest(2).into_iter().map(|(_, record, _)| record).collect();
        assert_eq!(newest, ["6", "5"]);
    }

    #[test]
    fn names_count_too() {
        let mut store = Store::default();
        for record in 0..100 {
            let long = StoredPhoto { filename: "x".repeat(1000), ..photo(30) };
            store.put("Leads", &record.to_string(), long, 20_000);
        }
        assert!((10..=13).contains(&store.ages.len()), "{}", store.ages.len());
    }
}
