//! Where prepared pictures are uploaded to. Secrets are never printed.

use std::time::Instant;

use photo_prep::Options;
use photo_sandbox::{Config, Sandbox};
use photo_upload::{Client, DataCenter, Photo, Receipt, Target};
use tokio::sync::Semaphore;

use crate::args::UploadArgs;
use crate::failure::{Failure, UsageError};
use crate::report::{Report, Upload, ms};
use crate::work::Work;

#[derive(Debug)]
pub(crate) enum Endpoint {
    /// Nothing is sent; where it would go, without its path.
    Dry(String),
    Live {
        client: Client,
        transfers: Semaphore,
        /// Stops when dropped.
        _sandbox: Option<Sandbox>,
    },
}

impl Endpoint {
    /// The endpoint that the options name, with the token that the environment holds.
    pub(crate) fn new(args: &UploadArgs, options: &Options) -> Result<Self, UsageError> {
        let most = usize::from(args.transfers);
        let mut builder = Client::builder().limits(options.requirements.into()).concurrency(most);
        if let Some(triggers) = args.restrict_triggers {
            builder = builder.restrict_triggers(triggers);
        }
        let live = |client, _sandbox| Self::Live { client, transfers: Semaphore::new(most), _sandbox };
        if args.sandbox {
            if args.dry_run {
                return Ok(Self::Dry("the sandbox at http://127.0.0.1".to_owned()));
            }
            let sandbox = Sandbox::start(Config::default()).map_err(UsageError::new)?;
            builder = builder.api_domain(sandbox.url()).access_token(sandbox.token());
            return Ok(live(builder.build()?, Some(sandbox)));
        }
        // The command line's rules see to it that there is one.
        let of_dc = args.dc.map(DataCenter::api_domain);
        let base = args.api_domain.as_deref().or(of_dc).unwrap_or_default();
        builder = builder.api_domain(base);
        if args.dry_run {
            builder.access_token("none").build()?;
            return Ok(Self::Dry(base.trim_end_matches('/').to_owned()));
        }
        builder = builder.token_from_environment(args.dc).map_err(UsageError::new)?;
        Ok(live(builder.build()?, None))
    }

    pub(crate) async fn upload(
        &self,
        work: &Work,
        target: &Target,
        photo: &Photo,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let (client, transfers) = match self {
            Self::Live { client, transfers, .. } => (client, transfers),
            Self::Dry(base) => {
                let (module, id) = (target.module(), target.record_id());
                report.story.push(format!("would go to {base}/crm/v2/{module}/{id}/photo"));
                report.upload = Some(Upload { status: "dry_run", ..Upload::default() });
                return Ok(());
            }
        };
        let _place = work.or_interrupted(transfers.acquire()).await?;
        work.check(Some(target))?;
        let start = Instant::now();
        match work.or_interrupted(client.upload(target, photo)).await {
            Ok(Ok(receipt)) => stored(target, &receipt, report),
            Ok(Err(error)) => {
                work.rules.note(target, &error);
                report.upload = Some((&error).into());
                return Err((&error).into());
            }
            Err(interrupted) => {
                report.upload =
                    Some(Upload { status: "failed", ms: ms(start.elapsed()), ..Upload::default() });
                let message = format!(
                    "interrupted while uploading to {target}, so it may or may not be stored; upload again"
                );
                return Err(Failure { message, ..interrupted });
            }
        }
        Ok(())
    }
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
