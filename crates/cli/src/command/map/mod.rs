//! `guestsync map`: CRM records become attributes, in bulk. A run that was stopped goes on with the same command.
//!
//! Exit code 0: every record was applied. 3: some were refused; the rejects file says why. 1: the run stopped and can go on.

mod outcome;
mod place;
mod progress;

use std::io::{Read, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use guestsync_gateway::meta::input::{Format, Source};
use guestsync_gateway::meta::mapping::Mapping;
use guestsync_gateway::meta::run::{InputFile, LARGEST_BATCH, Options, Progress, Run, Task};

use super::upstream::{Asked, Genesys};
use crate::failure::Failure;
use crate::{listen, output};
use outcome::told;
use place::Place;
use progress::Shown;

/// A file or a stream, and its format.
type Input = (Option<InputFile>, Option<Source>, Format);

const WRITE: &str = "customattributes:write";

#[derive(Debug, Args)]
pub(crate) struct Map {
    /// The records: NDJSON, CSV or one JSON array; - is standard input.
    file: PathBuf,
    /// The organisation or group that the records belong to.
    #[arg(long, value_name = "ID")]
    org: String,
    /// Which field becomes which attribute (YAML or JSON); without it, ticketId, priority and sourceChannel.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// `ndjson`, `csv`, `tsv` or `json`; without it, told by the name or the first bytes.
    #[arg(long, value_name = "FORM")]
    format: Option<String>,
    /// What separates columns of CSV.
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<char>,
    /// Replace what is stored of a record instead of merging into it.
    #[arg(long)]
    replace: bool,
    /// Records in a request; without it 500, adapted to the server.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=LARGEST_BATCH as u64))]
    batch: Option<u64>,
    /// The most requests at once.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=64))]
    parallel: u64,
    /// Where refused records are listed [default: FILE.RUN.rejects.ndjson].
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// A name for the run, so that one that reads standard input can go on: give it the same input again.
    #[arg(long, value_name = "NAME")]
    run: Option<String>,
    /// Begin anew, whatever is left of a run that was stopped.
    #[arg(long)]
    restart: bool,
    /// Ask for the organisation's attributes again, whatever was kept.
    #[arg(long)]
    refresh: bool,
    /// How many minutes the server may fail before the run stops.
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=1440))]
    patience: u64,
    /// The outcome as one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    genesys: Genesys,
}

pub(crate) async fn run(map: Map) -> Result<ExitCode, Failure> {
    let text = map
        .map
        .as_ref()
        .map(|path| std::fs::read_to_string(path).map_err(|error| Failure::Unreadable(path.display().to_string(), error)));
    let text = text.transpose()?;
    let mapping = match &text {
        Some(text) => Mapping::read(text, &|name| std::env::var(name).ok()).map_err(|error| {
            Failure::File(map.map.as_ref().map_or_else(String::new, |path| path.display().to_string()), error.to_string())
        })?,
        None => Mapping::tickets(),
    };
    let input = map.input()?;
    let asked = map.genesys.open().await?;
    let outcome = execute(&map, text, mapping, input, &asked).await;
    asked.close().await;
    outcome
}

async fn execute(
    map: &Map,
    text: Option<String>,
    mapping: Mapping,
    (input, stream, format): Input,
    Asked { metadata, state_dir, .. }: &Asked,
) -> Result<ExitCode, Failure> {
    let Place { folder, rejects, lasts } = Place::of(map, state_dir, metadata.identity(), input.as_ref(), text.as_deref())?;
    if map.restart {
        Run::discard(&folder)?;
    }
    metadata.require(&[WRITE], map.refresh).await?;
    let task = match Run::begun(&folder)? {
        Some(begun) => {
            let same = (&begun.identity[..], &begun.organisation, begun.format, &begun.map, begun.replace)
                == (metadata.identity(), &map.org, format, &text, map.replace);
            let path = |input: &Option<InputFile>| input.as_ref().map(|input| input.path.clone());
            if !same || path(&begun.input) != path(&input) {
                return Err(Failure::Usage(
                    "a run of this name was begun with other input or options: give them again, or --restart",
                ));
            }
            if map.rejects.is_some() && begun.rejects != rejects {
                return Err(Failure::Usage("the run was begun with another --rejects: give that one again, or --restart"));
            }
            begun
        }
        None => {
            let (attributes, warnings) = metadata.allowed(&map.org, &mapping, map.refresh).await?;
            warnings.iter().for_each(|warning| output::notice(&format!("guestsync: warning: {warning}")));
            let identity = metadata.identity().to_owned();
            Task {
                id: String::new(),
                identity,
                organisation: map.org.clone(),
                input,
                format,
                map: text,
                replace: map.replace,
                rejects,
                attributes,
            }
        }
    };
    let rejects = task.rejects.clone();
    let run = Run::open(&folder, task)?;
    if run.goes_on() && !map.json {
        output::notice("guestsync: going on with the run that was stopped");
    }
    let mut shown = Shown::new(map.json);
    let options = Options {
        stream,
        mapping,
        batch: map.batch.and_then(|size| usize::try_from(size).ok()),
        parallel: usize::try_from(map.parallel).unwrap_or(8),
        patience: Duration::from_secs(map.patience * 60),
    };
    let stop = listen::stop_signal()?;
    let mut begun = run.goes_on();
    let told_of = |progress: &Progress| {
        begun = true;
        shown.told(progress);
    };
    let outcome = tokio::select! {
        outcome = run.work(metadata, options, told_of) => Some(outcome),
        () = stop => None,
    };
    shown.end();
    if !lasts && !matches!(outcome, Some(Ok(_))) {
        Run::discard(&folder)?;
    }
    match outcome {
        Some(Ok(outcome)) => {
            let code = told(&outcome, &rejects, map.json)?;
            // Not before: whoever is killed in between is told again, and writes nothing again.
            Run::discard(&folder)?;
            Ok(code)
        }
        Some(Err(error)) => {
            if begun && lasts {
                output::notice("guestsync: the run stopped; the same command goes on where it was");
            }
            Err(error.into())
        }
        None => {
            output::notice(if lasts { "guestsync: stopped; the same command goes on" } else { "guestsync: stopped" });
            Ok(ExitCode::from(130))
        }
    }
}

impl Map {
    /// The input, whichever it is, and its format.
    fn input(&self) -> Result<Input, Failure> {
        let unreadable = |error| Failure::Unreadable(self.file.display().to_string(), error);
        let format = self
            .format
            .as_ref()
            .map(|name| Format::parse(name).ok_or(Failure::Usage("--format must be ndjson, csv, tsv or json")));
        let mut format = format.transpose()?;
        let (input, stream);
        if self.file == Path::new("-") {
            let mut start = vec![0; 4_096];
            let read = stdin().read(&mut start).map_err(unreadable)?;
            start.truncate(read);
            format = Some(format.unwrap_or_else(|| Format::of_bytes(&start)));
            stream = Some(Source::Stream(Box::new(std::io::Cursor::new(start).chain(stdin()))));
            input = None;
        } else {
            let mut start = Vec::new();
            let file = std::fs::File::open(&self.file).map_err(unreadable)?;
            file.take(4_096).read_to_end(&mut start).map_err(unreadable)?;
            format = format.or_else(|| Format::of_path(&self.file)).or_else(|| Some(Format::of_bytes(&start)));
            input = Some(InputFile::of(&self.file).map_err(unreadable)?);
            stream = None;
        }
        let format = match (format.unwrap_or(Format::Ndjson), self.delimiter) {
            (Format::Csv(_), Some(delimiter)) => Format::Csv(
                u8::try_from(delimiter)
                    .ok()
                    .filter(u8::is_ascii)
                    .ok_or(Failure::Usage("--delimiter must be one ASCII character"))?,
            ),
            (format, _) => format,
        };
        Ok((input, stream, format))
    }
}
