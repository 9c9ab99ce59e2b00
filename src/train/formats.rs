//! Files of examples: Rasa NLU YAML, CSV, JSONL.

use std::path::Path;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::Example;
use crate::error::ExamplesError;
use crate::units::IntentId;

/// Whether a file's ending is one of those read.
pub(super) fn is_known(path: &Path) -> bool {
    matches!(ending(path).as_str(), "yml" | "yaml" | "csv" | "jsonl")
}

/// Reads the examples in `text`, the content of `path`.
pub(super) fn parse(text: &str, path: &Path) -> Result<Vec<Example>, ExamplesError> {
    let name = path.display().to_string();
    match ending(path).as_str() {
        "yml" | "yaml" => yaml(text, &name),
        "csv" => csv(text, &name),
        "jsonl" => jsonl(text, &name),
        found => Err(ExamplesError::Kind { path: name, found: found.to_owned() }),
    }
}

fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Rasa NLU training data 3.x. Entries without an intent (synonyms, look-up tables) are passed over.
#[derive(Deserialize)]
struct Rasa {
    #[serde(default)]
    nlu: Vec<RasaEntry>,
}

#[derive(Deserialize)]
struct RasaEntry {
    intent: Option<Spanned<String>>,
    examples: Option<Spanned<String>>,
}

fn yaml(text: &str, path: &str) -> Result<Vec<Example>, ExamplesError> {
    let file: Rasa = serde_saphyr::from_str(text).map_err(|error| form(path, &error.to_string()))?;
    let mut items = Vec::new();
    for entry in file.nlu {
        let Some(intent) = entry.intent else { continue };
        let Some(block) = entry.examples else {
            return Err(form(
                path,
                &format!("line {}: intent {} has no examples", intent.referenced.line(), intent.value),
            ));
        };
        let lines = lines_of(&block, text);
        for (line, example) in lines {
            let Some(example) = example.strip_prefix("- ").or_else(|| (example == "-").then_some("")) else {
                return Err(form(path, &format!("line {line}: {example:?} does not start with \"- \"")));
            };
            items.push(item(without_entities(example), &intent.value, path, line));
        }
    }
    Ok(items)
}

/// The lines of a block that are not blank, with their numbers in the file.
fn lines_of<'a>(block: &'a Spanned<String>, text: &str) -> Vec<(u64, &'a str)> {
    let mut first = block.referenced.line().max(1);
    // A literal block (`|`) begins on the line after its mark.
    let start = text.lines().nth(first as usize - 1).unwrap_or_default();
    let begins_below = start.trim_end().ends_with(['|', '-', '+']);
    first += u64::from(begins_below);
    let numbered = block.value.lines().enumerate().map(|(at, line)| (first + at as u64, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty()).collect()
}

/// Takes `[words](entity)` and `[words]{"entity": ...}` for `words`.
fn without_entities(example: &str) -> String {
    let mut plain = String::with_capacity(example.len());
    let mut rest = example;
    while let Some((before, marked)) = rest.split_once('[') {
        let annotated = marked.split_once(']').and_then(|(words, after)| {
            let close = match after.chars().next() {
                Some('(') => ')',
                Some('{') => '}',
                _ => return None,
            };
            Some((words, after.split_once(close)?.1))
        });
        plain.push_str(before);
        let Some((words, after)) = annotated else {
            plain.push('[');
            rest = marked;
            continue;
        };
        plain.push_str(words);
        rest = after;
    }
    plain + rest
}

#[derive(Deserialize)]
struct Row {
    text: String,
    #[serde(alias = "category", alias = "label")]
    intent: String,
}

fn csv(text: &str, path: &str) -> Result<Vec<Example>, ExamplesError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| form(path, &error.to_string()))?.clone();
    let mut items = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| form(path, &error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let row: Row = record.deserialize(Some(&headers)).map_err(|error| form(path, &error.to_string()))?;
        items.push(item(row.text, &row.intent, path, line));
    }
    Ok(items)
}

fn jsonl(text: &str, path: &str) -> Result<Vec<Example>, ExamplesError> {
    let numbered = text.lines().enumerate().map(|(at, line)| (at as u64 + 1, line));
    let filled = numbered.filter(|(_, line)| !line.trim().is_empty());
    let parsed = filled.map(|(line, json)| {
        let row: Row = serde_json::from_str(json).map_err(|error| form(path, &format!("line {line}: {error}")))?;
        Ok(item(row.text, &row.intent, path, line))
    });
    parsed.collect()
}

/// What was heard of examples: example, heard text and line.
pub(super) fn heard(text: &str, path: &Path) -> Result<Vec<(String, String, usize)>, ExamplesError> {
    let row = |(at, row): (usize, &str)| {
        let (example, heard) = row.split_once('\t').ok_or_else(|| {
            form(&path.display().to_string(), &format!("line {}: not TEXT<TAB>HEARD: {row:?}", at + 1))
        })?;
        Ok((example.to_owned(), heard.to_owned(), at + 1))
    };
    let rows = text.lines().enumerate().skip(1);
    rows.filter(|(_, row)| !row.is_empty()).map(row).collect()
}

pub(super) fn no_example(path: &Path, line: usize, text: &str) -> ExamplesError {
    form(&path.display().to_string(), &format!("line {line}: no example reads {text:?}"))
}

fn item(text: String, intent: &str, path: &str, line: u64) -> Example {
    let intent = intent.trim();
    let intent = (intent != IntentId::OUT_OF_SCOPE).then(|| IntentId::new(intent));
    Example { text, intent, path: path.to_owned(), line }
}

fn form(path: &str, text: &str) -> ExamplesError {
    ExamplesError::Form { path: path.to_owned(), text: text.trim_end().replace('\n', " ") }
}
