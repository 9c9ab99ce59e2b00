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
use voxroute::policy::Settings;
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

fn answer(router: &Router, json: bool) -> ExitCode {
    let paint = common::paints();
    if !json {
        common::print_heading(paint);
    }
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line = match line {
            Ok(line) => line,
            Err(error) => return common::fail(&error),
        };
        if let Err(error) = answer_one(router, &(number + 1).to_string(), &line, json, paint) {
            return common::fail(&error);
        }
    }
    ExitCode::SUCCESS
}

fn answer_one(router: &Router, number: &str, text: &str, json: bool, paint: bool) -> std::io::Result<()> {
    let desk = common::desk();
    let clock = Instant::now();
    let routed = router.route_text(text, &mut Call::at(desk.now), &desk);
    if let Some(error) = &routed.error {
        common::warn(number, error);
    }
    let line = Line::new(number, &routed.decision, clock.elapsed().as_secs_f64() * 1e3);
    if json {
        return line.print();
    }
    line.print_row(paint);
    Ok(())
}
