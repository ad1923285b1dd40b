//! The options of `upload`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};
use photo_upload::{ApiVersion, DataCenter, Rate, Transfers, Triggers};

use super::RunArgs;
use super::values::{duration, one_of};

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("where").required(true).args(["record", "map"])))]
#[command(group(ArgGroup::new("endpoint").required(true).args(["sandbox", "api_domain", "dc"])))]
pub(crate) struct UploadArgs {
    /// Files, folders, `-` or URLs; with --map they may be left out for all files of the map
    #[arg(value_name = "INPUT", required_unless_present = "map")]
    pub(crate) inputs: Vec<PathBuf>,
    /// The module's API name, such as Leads
    #[arg(long, value_name = "NAME", required_unless_present = "map")]
    pub(crate) module: Option<String>,
    /// The record's id; the one input goes there
    #[arg(long, value_name = "ID")]
    pub(crate) record: Option<String>,
    /// A table (CSV) that says which file goes to which record: file,record_id[,module]
    #[arg(long, value_name = "CSV")]
    pub(crate) map: Option<PathBuf>,
    /// Where several pictures are for one record, take the last one; else nothing is sent
    #[arg(long)]
    pub(crate) allow_duplicates: bool,
    /// Go on without the files of the map that are not there or can't be read; else nothing is sent
    #[arg(long, requires = "map")]
    pub(crate) skip_missing: bool,
    /// Upload to a sandbox inside this program; nothing leaves the machine
    #[arg(long)]
    pub(crate) sandbox: bool,
    /// The API domain, such as https://www.zohoapis.com
    #[arg(long, value_name = "URL")]
    pub(crate) api_domain: Option<String>,
    /// The data center: sets the API domain and the token URL
    #[arg(long, value_name = "DC", value_parser = one_of(DataCenter::ALL.map(|dc| (dc.as_str(), dc))))]
    pub(crate) dc: Option<DataCenter>,
    /// Keep uploads from setting off these automations: workflow; from version v8 on also approval, blueprint,
    /// pathfinder and orchestration
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) restrict_triggers: Vec<Triggers>,
    /// The API's version, v2 to v8
    #[arg(long, value_name = "V", default_value = "v2")]
    pub(crate) api_version: ApiVersion,
    /// Uploads at a time, 1 to 64; or auto, which looks for the best number up to 25
    #[arg(long, value_name = "N|auto", default_value_t, value_parser = transfers)]
    pub(crate) transfers: Transfers,
    /// At most so many requests in a time, such as 5/s or 300/min [default: no limit]
    #[arg(long, value_name = "N/s")]
    pub(crate) rate: Option<Rate>,
    /// The longest that one attempt may take, such as 90s or 5m [default: 2m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// How often a request that failed for a reason that passes is sent again
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) retries: u32,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Keep the access token in this file between runs, readable by you alone [default: in $XDG_STATE_HOME]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_store: Option<PathBuf>,
    /// Keep no access token between runs: an account gives only 10 in 10 minutes
    #[arg(long, conflicts_with = "token_store")]
    pub(crate) no_token_store: bool,
    /// Prepare and tell where it would go, but send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Keep what is uploaded in this folder, which is made if it isn't there
    #[arg(long, value_name = "DIR")]
    pub(crate) keep_prepared: Option<PathBuf>,
}

const MOST_TRANSFERS: usize = 64;

fn transfers(text: &str) -> Result<Transfers, String> {
    let transfers: Transfers = text.parse().map_err(|error: photo_upload::Error| error.to_string())?;
    match transfers.most() {
        0..=MOST_TRANSFERS => Ok(transfers),
        more => Err(format!("{more} are too many: at most {MOST_TRANSFERS}")),
    }
}
