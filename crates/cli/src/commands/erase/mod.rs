//! `weir erase`: the keys of somebody's values are gone, and it is proved that nothing gives them.

mod look; // what the log has of somebody
mod files; // every file of the data directory, looked into
mod whom; // the subjects that are asked for
mod copies; // backups that have the keys, too
mod told; // what was done, for people and programs

use std::io::{BufRead, IsTerminal, Write};
use std::num::NonZeroU16;

use uuid::Uuid;
use weir_audit::Did;
use weir_domain::{Clock, Seq};
use weir_log::LogReader;
use weir_privacy::{Erased, Period, Vault};

use crate::args::Common;
use crate::audited::{audited, caller};
use crate::clock::SystemClock;
use crate::commands::{counted, threads};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::vault::Place;
use copies::copies;
use look::Look;
use told::Told;
use whom::Whom;

/// How many differences of two models are told.
const DIFFERENCES_MAX: usize = 3;

/// Whom to erase.
#[derive(clap::Args, Debug)]
#[command(group(
    clap::ArgGroup::new("whom")
        .required(true)
        .args(["end_user", "vendor_data", "session", "older_than"])
))]
pub(crate) struct Args {
    /// Whoever has this `endUserId`
    #[arg(long, value_name = "ID")]
    end_user: Option<String>,
    /// Whatever has this `vendorData`
    #[arg(long, value_name = "TEXT")]
    vendor_data: Option<String>,
    /// Whom the deliveries of this session name
    #[arg(long, value_name = "ID")]
    session: Option<Uuid>,
    /// Everybody, as far as they were received so many months before the present one: `24mo`
    #[arg(long, value_name = "MONTHS", value_parser = months)]
    older_than: Option<NonZeroU16>,
    /// Say what would be erased, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Erases, and proves it.
pub(crate) fn run(common: &Common, args: &Args) -> Outcome {
    let config = Config::read(common)?;
    let (dir, place) = (config.data_dir(), config.vault());
    if let Some(months) = args.older_than {
        return older(args, &place, months);
    }
    let mut reader = LogReader::open(&dir)?;
    let vault = place.reading()?;
    let head = reader.head()?;
    let mut whom = Whom::of(args, vault.as_ref(), &mut reader, head)?;
    let before = look::look(&mut reader, head, vault.as_ref(), &whom)?;
    whom.add(&before, vault.as_ref())?;
    let before = if whom.has_grown() {
        look::look(&mut reader, head, vault.as_ref(), &whom)?
    } else {
        before
    };
    let mut told = Told::of(&whom, &before);
    if vault.is_some() {
        told.copies = copies(&dir)?;
    }
    if args.dry_run {
        told.print(args.json)?;
        return Ok(());
    }
    if !args.json {
        told.print_plan();
    }
    confirm(args)?;
    let what = told.for_the_record();
    audited(&dir, Did::Erased, &what, || {
        let erased = match &vault {
            Some(vault) => vault.erase(&whom.subjects, SystemClock.now())?,
            None => Erased::default(),
        };
        prove(&mut told, &mut reader, vault.as_ref(), &whom, &before, &erased)?;
        if let Some(needles) = whom.needles_with(&erased.keys) {
            told.searched = Some(files::search(&dir, &place.path, &needles)?);
        }
        told.print(args.json)?;
        match told.is_proved() {
            true => Ok(()),
            false => Err(Failure::work(
                "what was erased is still to be found, or something else changed: see above",
            )),
        }
    })
}

/// Erases months.
fn older(args: &Args, place: &Place, months: NonZeroU16) -> Outcome {
    let Some(vault) = place.reading()? else {
        return Err(Failure::work(format!(
            "there is no vault at {}, so nothing is sealed that could be erased",
            place.path.display()
        )));
    };
    let now = SystemClock.now();
    let kept_from = Period::of(now).back(months.get());
    let count = vault.keys_before(kept_from)?;
    let keys = counted(count, "key", "keys");
    if !args.dry_run {
        if !args.json {
            println!("erasing         {keys} of months before {kept_from}");
        }
        confirm(args)?;
        crate::retention::retain(&place.dir, &vault, months, now, caller())?;
    }
    let copies = copies(&place.dir)?;
    if args.json {
        let told = serde_json::json!({
            "keys": count,
            "kept_from": kept_from.to_string(),
            "erased": !args.dry_run,
            "backups_with_keys": copies,
        });
        println!("{told}");
    } else if args.dry_run {
        println!("would erase     {keys} of months before {kept_from}");
    } else {
        println!("erased          {keys}; no value of a month before {kept_from} can be opened");
        told::print_copies(&copies);
    }
    Ok(())
}

/// `24mo`.
fn months(text: &str) -> Result<NonZeroU16, String> {
    let number = text.strip_suffix("mo").and_then(|number| number.parse().ok());
    number.ok_or_else(|| "write a number of months, such as 24mo".to_owned())
}

/// Holds the log against what it was before.
fn prove(
    told: &mut Told,
    reader: &mut LogReader,
    vault: Option<&Vault>,
    whom: &Whom,
    before: &Look,
    erased: &Erased,
) -> Outcome {
    let after = look::look(reader, before.head, vault, whom)?;
    told.differences = before.model.differences(&after.model, DIFFERENCES_MAX);
    let reports = |model| weir_backup::reports(model, threads());
    told.reports_equal = reports(&before.model) == reports(&after.model);
    let verified = reader.verify(|_| ())?;
    told.log_finding = verified.finding.map(|finding| finding.to_string());
    told.keys_erased = Some(erased.keys.len());
    told.still_opens = after.opens;
    told.in_plain = after.in_plain;
    told.in_others = after.in_others;
    Ok(())
}

/// Asks whoever sits there, once.
fn confirm(args: &Args) -> Outcome {
    if args.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::call("an erasure cannot be taken back; say so with --yes"));
    }
    eprint!("this cannot be taken back; erase? (yes/no) ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::call("nothing was erased"))
}

/// How far a look is.
fn progress(head: Seq) -> crate::progress::Progress {
    crate::progress::Progress::start("looking through deliveries", head.get())
}
