//! Error rates of transcripts made elsewhere: reads `language TAB said TAB heard` line by line, prints one line of JSON
//! with the rate of each language, its 95 % interval and the number of looped texts.
mod speech;

use serde_json::{Value, json};
use speech::interval::error_rate;
use voxroute::transcribe::error_rate::{Edits, looks_looped};
use voxroute::units::Language;

fn main() {
    let lines: Vec<String> = std::io::stdin().lines().map_while(Result::ok).collect();
    let rows: Vec<Row> = lines.iter().filter_map(|line| Row::parse(line)).collect();
    let rate = |language| {
        let clips: Vec<Edits> = rows.iter().filter(|row| row.language == language).map(Row::edits).collect();
        let (rate, (low, high)) = error_rate(&clips);
        json!({ "percent": 100.0 * rate, "low": 100.0 * low, "high": 100.0 * high, "clips": clips.len() })
    };
    let looped = rows.iter().filter(|row| looks_looped(row.heard)).count();
    let report: Value = json!({ "zh": rate(Language::Zh), "en": rate(Language::En), "looped_texts": looped });
    println!("{report}");
}

struct Row<'a> {
    language: Language,
    said: &'a str,
    heard: &'a str,
}

impl<'a> Row<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut fields = line.split('\t');
        let language = Language::from_code(fields.next()?).ok()?;
        Some(Self { language, said: fields.next()?, heard: fields.next()? })
    }

    fn edits(&self) -> Edits {
        Edits::between(self.said, self.heard, self.language)
    }
}
