//! Files that go to several records are prepared once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use photo_upload::Photo;
use tokio::sync::OnceCell;

use crate::failure::Failure;
use crate::inputs::Input;
use crate::report::Report;

/// What preparing a file came to: the photo, or why there is none; and the report so far.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) photo: Result<Photo, Failure>,
    pub(crate) report: Report,
}

/// The preparations of files that are wanted more than once. One is kept until the last input that wants it
/// has taken it.
#[derive(Debug, Default)]
pub(crate) struct SharedWork(Mutex<ByFile>);

/// How often each file is still wanted, and its preparation.
type ByFile = HashMap<String, (usize, Arc<OnceCell<Ready>>)>;

impl SharedWork {
    pub(crate) fn new(inputs: &[Input]) -> Self {
        let mut wanted: HashMap<String, usize> = HashMap::with_capacity(inputs.len());
        for input in inputs {
            *wanted.entry(input.file.clone()).or_default() += 1;
        }
        wanted.retain(|_, count| *count > 1);
        let shared = wanted.into_iter().map(|(file, count)| (file, (count, Arc::default())));
        Self(Mutex::new(shared.collect()))
    }

    /// Where the preparation of this input is, or is to be put, if others want it too. Asked for once by each
    /// input.
    pub(crate) fn of(&self, input: &Input) -> Option<Arc<OnceCell<Ready>>> {
        let mut all = self.lock();
        let (left, cell) = all.get_mut(&input.file)?;
        let cell = Arc::clone(cell);
        *left = left.saturating_sub(1);
        if *left == 0 {
            all.remove(&input.file);
        }
        Some(cell)
    }

    fn lock(&self) -> MutexGuard<'_, ByFile> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
