//! Step two and three: keep the prepared picture, and put it onto the record.

use std::sync::Arc;
use std::time::{Duration, Instant};

use photo_prep::Prepared;
use photo_upload::{Client, Error, Photo, Receipt, Target};
use tokio::sync::Semaphore;

use crate::failure::{Failure, Weight};
use crate::json::{UploadFacts, UploadStatus};
use crate::output::Outputs;
use crate::report::{Record, Status};
use crate::runner::Work;

/// Writes the prepared picture. Once begun it is finished, so that no temporary file is left behind.
pub(crate) async fn keep(
    outputs: &Arc<Outputs>,
    number: usize,
    prepared: Prepared<'static>,
    record: &mut Record,
) -> Result<Prepared<'static>, Failure> {
    let outputs = Arc::clone(outputs);
    let format = prepared.format();
    let written = tokio::task::spawn_blocking(move || (outputs.write(number, &prepared), prepared)).await;
    let (path, prepared) = written.map_err(|error| {
        Failure::failed("internal", format!("writing broke off: {error}"), Weight::ForGood)
    })?;
    let path = path?;
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    if ![format.extension(), format.name()].contains(&extension.as_str()) {
        record.warn(format!("the content is {format}, whatever the name {} says", path.display()));
    }
    record.story.push(format!("written to {}", path.display()));
    if let Some(out) = &mut record.out {
        out.path = Some(path.to_string_lossy().into_owned());
    }
    Ok(prepared)
}

/// Uploads, so many at a time.
#[derive(Debug)]
pub(crate) struct Uploads {
    pub(crate) client: Client,
    pub(crate) transfers: Semaphore,
}

impl Uploads {
    pub(crate) async fn upload(
        &self,
        work: &Work,
        target: &Target,
        prepared: Prepared<'static>,
        name: &str,
        record: &mut Record,
    ) -> Result<(), Failure> {
        let bytes = prepared.into_bytes().into_owned();
        let photo = Photo::from_bytes(bytes, name)?;
        let _place = work.halt.or_interrupted(self.transfers.acquire()).await?;
        work.halt.check_module(target)?;
        let start = Instant::now();
        match work.halt.or_interrupted(self.client.upload(target, &photo)).await {
            Ok(Ok(receipt)) => {
                succeed(target, receipt, record);
                Ok(())
            }
            Ok(Err(error)) => {
                work.halt.heed(target, &error);
                Err(fail(error, record))
            }
            Err(interrupted) => {
                record.upload = Some(UploadFacts {
                    elapsed: start.elapsed(),
                    ..UploadFacts::unsent(UploadStatus::Failed)
                });
                let message = format!(
                    "interrupted while uploading to {target}, so it may or may not be stored; upload again"
                );
                Err(Failure { message, ..interrupted })
            }
        }
    }
}

fn succeed(target: &Target, receipt: Receipt, record: &mut Record) {
    let tries = match receipt.attempts {
        1 => String::new(),
        attempts => format!(" at attempt {attempts}"),
    };
    record.story.push(format!("stored on {target}{tries} in {}", seconds(receipt.elapsed)));
    if receipt.after_ambiguous {
        record.warn(
            "an earlier attempt may have been carried out too: the photo is the same, but workflows may have run twice",
        );
    }
    record.upload = Some(UploadFacts {
        status: UploadStatus::Ok,
        http: Some(receipt.http),
        code: Some(receipt.code.to_owned()),
        attempts: receipt.attempts,
        elapsed: receipt.elapsed,
    });
}

fn fail(error: Error, record: &mut Record) -> Failure {
    let mut facts = UploadFacts {
        status: UploadStatus::Failed,
        http: error.status(),
        code: error.code().map(|code| code.as_str().to_owned()),
        attempts: error.attempts(),
        elapsed: error.elapsed(),
    };
    let failure = Failure::from(error);
    if failure.status == Status::Refused {
        facts.status = UploadStatus::Refused;
    }
    record.upload = Some(facts);
    failure
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
