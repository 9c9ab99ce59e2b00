//! Routes typed lines from standard input, one answer a line, in order.
//!
//! `echo "我要转人工" | cargo run --release --example route_text -- --json`

mod common;

use std::io::BufRead;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use common::{Installation, Line};
use voxroute::call::Call;
use voxroute::policy::{Decision, Settings};
use voxroute::router::Routed;
use voxroute::{Error, Router};

/// Routes typed lines from standard input.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    installation: Installation,
    /// One JSON object per line and nothing else on standard output
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let settings = match options.installation.settings() {
        Ok(settings) => settings,
        Err(error) => return common::fail(&error),
    };
    match build(&options, settings) {
        Ok(router) => answer(&router, options.json),
        Err(error) => common::fail(&error),
    }
}

fn build(options: &Options, settings: Settings) -> Result<Router, Error> {
    let installation = &options.installation;
    Router::builder()
        .models(&installation.models)
        .pack(&installation.pack)
        .language(installation.language()?)
        .policy(settings)
        .text_only()
        .build()
}

/// Answers every line, also one that cannot be read.
fn answer(router: &Router, json: bool) -> ExitCode {
    let paint = common::paints();
    let heading = if json { Ok(()) } else { common::print_heading(paint) };
    if let Err(error) = heading {
        return common::fail_to_print(&error);
    }
    let mut broken = 0;
    for (number, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = match line {
            Ok(line) => line,
            Err(error) => return common::fail(&format!("standard input: {error}")),
        };
        let file = (number + 1).to_string();
        let (routed, elapsed_ms) = route(router, line);
        if let Some(error) = &routed.error {
            common::warn(&format!("line {file}"), error);
            broken += 1;
        }
        let line = Line::new(&file, &routed.decision, elapsed_ms);
        if let Err(error) = if json { line.print() } else { line.print_row(paint) } {
            return common::fail_to_print(&error);
        }
    }
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A line that is no UTF-8 was meant by somebody: it ends with a person, as any other failure.
fn route(router: &Router, line: Vec<u8>) -> (Routed, f64) {
    let (desk, clock) = (common::desk(), Instant::now());
    let routed = match String::from_utf8(line) {
        Ok(text) => router.route_text(text.trim_end_matches('\r'), &mut Call::at(desk.now), &desk),
        Err(_) => {
            let kind = std::io::ErrorKind::InvalidData;
            let error = Error::Io { path: "standard input".into(), action: "read as UTF-8", kind };
            Routed { decision: Decision::from(&error), error: Some(error) }
        }
    };
    (routed, clock.elapsed().as_secs_f64() * 1e3)
}
