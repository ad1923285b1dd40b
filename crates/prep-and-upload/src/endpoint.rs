//! Where prepared pictures are uploaded to. Secrets are never printed.

use std::time::Instant;

use photo_prep::Options;
use photo_sandbox::{Config, Sandbox};
use photo_upload::{
    Breaker, Client, ClientBuilder, DataCenter, JournalEntry, Photo, Receipt, Retry, StopReason, Target,
};
use tokio::sync::Semaphore;

use crate::args::{Common, UploadArgs};
use crate::failure::{Failure, UsageError};
use crate::journaling::Journaling;
use crate::report::{Report, Upload, ms};
use crate::token_store;
use crate::work::Work;

#[derive(Debug)]
pub(crate) enum Endpoint {
    /// Nothing is sent; where it would go, with the beginning of its path.
    Dry(String),
    Live(Box<Live>),
}

#[derive(Debug)]
pub(crate) struct Live {
    client: Client,
    transfers: Semaphore,
    pub(crate) journal: Option<Journaling>,
    /// Where it goes, without its path: a journal is for one of these alone.
    pub(crate) name: String,
    /// Stops when dropped.
    _sandbox: Option<Sandbox>,
}

/// A picture on its way to a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UploadJob<'a> {
    pub(crate) target: &'a Target,
    pub(crate) photo: &'a Photo,
    /// What the journal says when it is begun.
    pub(crate) entry: Option<&'a JournalEntry>,
}

impl Endpoint {
    /// The endpoint that the options name, with the token that the environment holds. With a breaker, an
    /// outage pauses the uploads instead of failing them.
    pub(crate) fn new(
        args: &UploadArgs,
        common: &Common,
        options: &Options,
        breaker: Option<&Breaker>,
    ) -> Result<Self, UsageError> {
        let builder = builder(args, options, breaker).http(common.network.http()?);
        if args.sandbox {
            if args.dry_run {
                return Ok(Self::Dry(format!("the sandbox at http://127.0.0.1/crm/{}", args.api_version)));
            }
            let sandbox = Sandbox::start(Config::default()).map_err(UsageError::new)?;
            let builder = builder.api_domain(sandbox.url()).access_token(sandbox.token());
            return Ok(Self::live(args, builder.build()?, "the sandbox".to_owned(), Some(sandbox)));
        }
        // The command line's rules see to it that there is one.
        let of_dc = args.dc.map(DataCenter::api_domain);
        let base = args.api_domain.as_deref().or(of_dc).unwrap_or_default();
        let name = base.trim_end_matches('/').to_owned();
        let builder = builder.api_domain(base);
        if args.dry_run {
            builder.access_token("none").build()?;
            return Ok(Self::Dry(format!("{name}/crm/{}", args.api_version)));
        }
        let store = token_store::path(args)?;
        let builder = builder.token_from_environment(args.dc, store.as_deref()).map_err(UsageError::new)?;
        Ok(Self::live(args, builder.build()?, name, None))
    }

    fn live(args: &UploadArgs, client: Client, name: String, _sandbox: Option<Sandbox>) -> Self {
        let transfers = Semaphore::new(args.transfers.most());
        Self::Live(Box::new(Live { client, transfers, journal: None, name, _sandbox }))
    }

    pub(crate) async fn upload(
        &self,
        work: &Work,
        job: UploadJob<'_>,
        report: &mut Report,
    ) -> Result<(), Failure> {
        match self {
            Self::Live(live) => live.upload(work, job, report).await,
            Self::Dry(base) => {
                let (module, id) = (job.target.module(), job.target.record_id());
                report.story.push(format!("would go to {base}/{module}/{id}/photo"));
                report.upload = Some(Upload { status: "dry_run", ..Upload::default() });
                Ok(())
            }
        }
    }

    /// Notes in the journal what became of an input.
    pub(crate) fn ended(
        &self,
        work: &Work,
        job: Option<JournalEntry>,
        report: &Report,
        failure: Option<&Failure>,
    ) -> Result<(), Failure> {
        let (Self::Live(live), Some(job)) = (self, job) else { return Ok(()) };
        let Some(journal) = &live.journal else { return Ok(()) };
        journal.ended(job, report, failure).inspect_err(|failure| stop(work, failure))
    }
}

impl Live {
    async fn upload(&self, work: &Work, job: UploadJob<'_>, report: &mut Report) -> Result<(), Failure> {
        let UploadJob { target, photo, entry } = job;
        let not_tried = |failure| Failure { not_tried: true, ..failure };
        let _place = work.or_interrupted(self.transfers.acquire()).await.map_err(not_tried)?;
        work.check(Some(target))?;
        if let (Some(journal), Some(entry)) = (&self.journal, entry) {
            journal.note(entry).inspect_err(|failure| stop(work, failure)).map_err(not_tried)?;
        }
        let start = Instant::now();
        match work.or_abandoned(self.client.upload(target, photo)).await {
            Ok(Ok(receipt)) => {
                stored(target, &receipt, report);
                Ok(())
            }
            Ok(Err(error)) => {
                report.upload = Some((&error).into());
                let failure = Failure::from(&error);
                // Its waits were cut short.
                let cut = work.is_interrupted() && (failure.not_tried || error.is_temporary());
                let not_tried = failure.not_tried;
                Err(if cut { Failure { not_tried, ..Failure::interrupted() } } else { failure })
            }
            Err(interrupted) => {
                report.upload =
                    Some(Upload { status: "failed", ms: ms(start.elapsed()), ..Upload::default() });
                let message = format!(
                    "interrupted while uploading to {target}, so it may or may not be stored; upload again"
                );
                Err(Failure { message, ..interrupted })
            }
        }
    }
}

fn builder(args: &UploadArgs, options: &Options, breaker: Option<&Breaker>) -> ClientBuilder {
    let mut builder = Client::builder().limits(options.requirements.into()).transfers(args.transfers);
    if let Some(rate) = args.rate {
        builder = builder.rate(rate);
    }
    if let Some(breaker) = breaker {
        builder = builder.breaker(breaker);
    }
    if let Some(time) = args.timeout {
        builder = builder.attempt_timeout(time);
    }
    let retry = Retry::default().attempts(args.retries.saturating_add(1));
    builder
        .retry(retry)
        .api_version(args.api_version)
        .restrict_triggers(args.restrict_triggers.iter().copied())
}

/// Nothing more can be noted, so nothing more is sent.
fn stop(work: &Work, failure: &Failure) {
    work.breaker.stop(StopReason::new(failure.message.clone(), "Then go on with --resume."));
}

fn stored(target: &Target, receipt: &Receipt, report: &mut Report) {
    let tries = match receipt.attempts {
        1 => String::new(),
        attempts => format!(" at attempt {attempts}"),
    };
    let seconds = receipt.elapsed.as_secs_f64();
    report.story.push(format!("stored on {target}{tries} in {seconds:.2} s"));
    if receipt.after_ambiguous {
        report.warn(
            "an earlier attempt may have been carried out too: the photo is the same, but workflows may \
             have run twice",
        );
    }
    report.upload = Some(receipt.into());
}
