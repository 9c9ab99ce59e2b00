use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::classify::normalise;
use crate::error::{Error, ExamplesError};
use crate::models::hex;
use crate::pack::{ExamplesUsed, domain};
use crate::policy::Domain;
use crate::units::IntentId;

use super::formats;

/// Examples of an intent it takes at least: one to learn from and one to hold out.
const LEAST: usize = 2;

/// Sentences with what they mean: checked, and in the order they were read.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    name: String,
    items: Vec<Example>,
    /// Sorted.
    intents: Vec<IntentId>,
    domain_text: Option<String>,
    /// Rows of `items` with what a speech model made of them, normalised.
    heard: Vec<(usize, String)>,
}

/// One sentence with what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The sentence as somebody wrote it.
    pub text: String,
    /// Its intent; `None` for one that belongs to none of them (`out_of_scope` in a file).
    pub intent: Option<IntentId>,
    /// The file it stands in.
    pub path: String,
    /// Its line there, from 1.
    pub line: u64,
}

impl Examples {
    /// Reads a file (`yml`, `yaml`: Rasa NLU; `csv`: columns `text,intent`; `jsonl`: objects with `text` and `intent`)
    /// or every such file of a folder, by name. Where the folder has a `train` folder, its files are read instead. A
    /// `domain.toml` in the folder, or beside the file, says which intents there are. A `heard.tsv` there (a header, then
    /// `text<TAB>heard`) says what a speech model made of an example when somebody spoke it.
    ///
    /// # Errors
    /// [`Error::Io`] for what cannot be read, [`Error::Policy`] for a domain that cannot be used, and
    /// [`Error::Examples`] with file and line for a wrong form, an empty example, one given twice, an intent unknown to
    /// the domain, or too few examples.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
        let domain_path = folder.join("domain.toml");
        let domain_text = domain_path.is_file().then(|| read(&domain_path)).transpose()?;
        let mut items = Vec::new();
        for file in files(path)? {
            items.extend(formats::parse(&read(&file)?, &file)?);
        }
        let name = path.file_stem().map_or_else(|| "pack".into(), |stem| stem.to_string_lossy().into_owned());
        let examples = Self::new(&name, items, domain_text)?;
        let heard_path = folder.join("heard.tsv");
        if heard_path.is_file() { Ok(examples.with_heard(&read(&heard_path)?, &heard_path)?) } else { Ok(examples) }
    }

    /// Takes examples from anywhere; `domain_text` is a domain file's.
    ///
    /// # Errors
    /// As [`read`](Self::read), but for files.
    pub fn new(name: &str, items: Vec<Example>, domain_text: Option<String>) -> Result<Self, Error> {
        check_texts(&items)?;
        let mut intents: Vec<_> = items.iter().filter_map(|item| item.intent.clone()).collect();
        intents.sort();
        intents.dedup();
        check_intents(&items, &intents, name)?;
        if let Some(text) = &domain_text {
            let domain = Domain::from_toml(text)?;
            check_known(&items, &domain)?;
            self::domain(Some(text), &intents)?;
        }
        Ok(Self { name: name.to_owned(), items, intents, domain_text, heard: Vec::new() })
    }

    /// Adds what a speech model made of the examples: `text` is the content of `path`. What it heard right, twice alike or
    /// not at all teaches nothing and is passed over.
    fn with_heard(mut self, text: &str, path: &Path) -> Result<Self, ExamplesError> {
        let rows: HashMap<String, usize> =
            self.items.iter().enumerate().map(|(row, item)| (normalise(&item.text), row)).collect();
        let mut known = BTreeSet::new();
        for (example, heard, line) in formats::heard(text, path)? {
            let example = normalise(&example);
            let row = *rows.get(&example).ok_or_else(|| formats::no_example(path, line, &example))?;
            let lesson = (row, normalise(&heard));
            if !lesson.1.is_empty() && lesson.1 != example && known.insert(lesson.clone()) {
                self.heard.push(lesson);
            }
        }
        Ok(self)
    }

    /// The name of file or folder: the pack's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every example.
    #[must_use]
    pub fn items(&self) -> &[Example] {
        &self.items
    }

    /// The intents, sorted.
    #[must_use]
    pub fn intents(&self) -> &[IntentId] {
        &self.intents
    }

    /// Counts and hash: what a pack trained from these says it was trained from.
    #[must_use]
    pub fn used(&self) -> ExamplesUsed {
        let mut hash = Sha256::new();
        for item in &self.items {
            hash.update(format!("{}\t{}\n", normalise(&item.text), label(item)));
        }
        for (row, heard) in &self.heard {
            hash.update(format!("{heard}\t{row}\n"));
        }
        let in_scope = self.items.iter().filter(|item| item.intent.is_some()).count();
        ExamplesUsed { in_scope, out_of_scope: self.items.len() - in_scope, sha256: hex(&hash.finalize()) }
    }

    /// What a speech model made of examples: the row of [`items`](Self::items), and the normalised text.
    #[must_use]
    pub fn heard(&self) -> &[(usize, String)] {
        &self.heard
    }

    /// The domain file's text, where there is one.
    #[must_use]
    pub fn domain_text(&self) -> Option<&str> {
        self.domain_text.as_deref()
    }
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", &error))
}

/// The example files of a folder by name, or the file itself.
fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let inner = path.join("train");
    let folder = if inner.is_dir() { inner } else { path.to_owned() };
    let entries = std::fs::read_dir(&folder).map_err(|error| Error::io(&folder, "read", &error))?;
    let mut files: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|file| formats::is_known(file)).collect();
    files.sort();
    Ok(files)
}

fn check_texts(items: &[Example]) -> Result<(), ExamplesError> {
    let mut first: HashMap<String, &Example> = HashMap::new();
    for item in items {
        let text = normalise(&item.text);
        if text.is_empty() {
            return Err(ExamplesError::Empty { path: item.path.clone(), line: item.line, intent: label(item) });
        }
        if let Some(first) = first.insert(text, item) {
            return Err(ExamplesError::Duplicate {
                path: item.path.clone(),
                line: item.line,
                text: item.text.clone(),
                intent: label(item),
                first_intent: label(first),
                first: format!("{}:{}", first.path, first.line),
            });
        }
    }
    Ok(())
}

fn check_intents(items: &[Example], intents: &[IntentId], name: &str) -> Result<(), ExamplesError> {
    let too_few = |what: String, found, needed| ExamplesError::TooFew { what, found, needed };
    if intents.len() < 2 {
        return Err(too_few(format!("intents of {name}"), intents.len(), 2));
    }
    for intent in intents {
        let found = items.iter().filter(|item| item.intent.as_ref() == Some(intent)).count();
        if found < LEAST {
            return Err(too_few(format!("examples of {intent} in {name}"), found, LEAST));
        }
    }
    Ok(())
}

fn check_known(items: &[Example], domain: &Domain) -> Result<(), ExamplesError> {
    let unknown = items.iter().find(|item| item.intent.as_ref().is_some_and(|intent| domain.card(intent).is_none()));
    let Some(item) = unknown else { return Ok(()) };
    Err(ExamplesError::UnknownIntent {
        path: item.path.clone(),
        line: item.line,
        intent: label(item),
        known: domain.cards().iter().map(|card| card.id.to_string()).collect(),
    })
}

fn label(item: &Example) -> String {
    item.intent.as_ref().map_or_else(|| IntentId::OUT_OF_SCOPE.to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tea() -> Examples {
        let item = |text: &str, intent: &str, line| Example {
            text: text.to_owned(),
            intent: Some(IntentId::new(intent)),
            path: "tea.yml".to_owned(),
            line,
        };
        let items = [("来杯茶", "tea"), ("tea, please", "tea"), ("买单", "bill"), ("the bill", "bill")];
        let items = items.iter().zip(1..).map(|((text, intent), line)| item(text, intent, line)).collect();
        Examples::new("tea", items, None).expect("two intents of two examples")
    }

    #[test]
    fn what_was_heard_belongs_to_its_example_and_changes_the_hash() {
        let text = "text\theard\n买单。\t埋单\nThe bill\tThe Bill.\n来杯茶\t\n来杯茶\t来背茶\n来杯茶\t来背茶。\n";
        let heard = tea().with_heard(text, Path::new("heard.tsv")).expect("every row has its example");
        assert_eq!(
            heard.heard(),
            [(2, "埋单".to_owned()), (0, "来背茶".to_owned())],
            "right and empty ones are no lesson"
        );
        assert_ne!(heard.used(), tea().used());
    }

    #[test]
    fn what_was_heard_of_no_example_is_refused_with_its_line() {
        let refused = |text: &str| tea().with_heard(text, Path::new("heard.tsv")).expect_err(text).to_string();
        assert!(
            refused("text\theard\n来杯茶\t茶\n咖啡\t开会\n").contains("heard.tsv: line 3: no example reads \"咖啡\"")
        );
        assert!(refused("text\theard\n来杯茶 茶\n").contains("heard.tsv: line 2: not TEXT<TAB>HEARD"));
    }
}
