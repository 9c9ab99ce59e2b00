use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::calibrate::Truth;
use crate::error::{Error, ExamplesError};
use crate::transcribe::Utterance;
use crate::units::Language;

/// A labelled set: turns of sound or text and what is right for each.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledSet {
    /// Where it was read from.
    pub path: PathBuf,
    /// In the order of the file.
    pub entries: Vec<Entry>,
}

/// One labelled turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The file's name or the text; each one once.
    pub id: String,
    /// What turns that depend on each other share: the column `group`, else the text, else the id.
    pub group: String,
    /// The turn.
    pub take: Take,
    /// The language.
    pub language: Language,
    /// What is right.
    pub truth: Truth,
    /// Level over the noise in dB, if the set says so.
    pub snr_db: Option<f32>,
    /// What was done to the sound, if the set says so.
    pub condition: Option<String>,
}

/// Sound or text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// A WAV file.
    File(PathBuf),
    /// A typed line.
    Text(String),
    /// Sound that is heard already.
    Heard(Box<HeardSound>),
}

/// What a speech engine made of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeardSound {
    /// What was heard.
    pub utterance: Utterance,
    /// The engine's [`identity`](crate::transcribe::Transcribe::identity).
    pub engine: String,
    /// How long it took for this, in milliseconds.
    pub milliseconds: f32,
}

/// The file of labels inside a labelled folder.
const TABLE: &str = "turns.tsv";

#[derive(Debug, Deserialize)]
struct Row {
    file: Option<PathBuf>,
    text: Option<String>,
    language: String,
    intent: String,
    snr: Option<f32>,
    condition: Option<String>,
    group: Option<String>,
}

impl LabelledSet {
    /// Reads a labelled set.
    ///
    /// A file is a table with tabs between its columns and names in its first line: `file` (relative to the table) or
    /// `text`, `language` (`zh`, `en`), `intent` (or `out_of_scope`), and if wanted `snr` (dB), `condition` and `group`.
    /// With both `file` and `text`, the sound is the turn and the text its group. A folder has such a table named
    /// `turns.tsv`, or else recordings at `LANGUAGE/INTENT/*.wav`. A file named `*.jsonl` has an [`Entry`] as JSON in
    /// every line: what recordings were heard as can be kept so.
    ///
    /// # Errors
    /// [`Error::Io`] for what cannot be read, [`Error::Examples`] naming the line for what cannot be understood, for a
    /// turn given twice and for an empty set.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let table = path.join(TABLE);
        let entries = match (path.is_dir(), table.is_file()) {
            (true, true) => read_table(&table)?,
            (true, false) => read_folder(path)?,
            (false, _) if path.extension().is_some_and(|kind| kind == "jsonl") => read_lines(path)?,
            (false, _) => read_table(path)?,
        };
        check(path, &entries)?;
        Ok(Self { path: path.to_owned(), entries })
    }
}

fn read_table(path: &Path) -> Result<Vec<Entry>, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", &error))?;
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_reader(text.as_bytes());
    let folder = path.parent().unwrap_or(Path::new(""));
    let rows = reader.deserialize().enumerate();
    // The first line has the names.
    rows.map(|(at, row)| {
        entry(folder, row.map_err(|error| error.to_string())).map_err(|text| form(path, at + 2, &text))
    })
    .collect()
}

fn read_lines(path: &Path) -> Result<Vec<Entry>, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", &error))?;
    let read = |(at, line)| serde_json::from_str(line).map_err(|error| form(path, at + 1, &error.to_string()));
    text.lines().enumerate().map(read).collect()
}

fn entry(folder: &Path, row: Result<Row, String>) -> Result<Entry, String> {
    let row = row?;
    let text = row.text.filter(|text| !text.trim().is_empty());
    let (id, take) = match (&row.file, &text) {
        (Some(file), _) => (file.display().to_string(), Take::File(folder.join(file))),
        (None, Some(text)) => (text.clone(), Take::Text(text.clone())),
        (None, None) => return Err("neither file nor text".to_owned()),
    };
    let language = Language::from_code(&row.language).map_err(|error| error.to_string())?;
    let group = row.group.or(text).unwrap_or_else(|| id.clone());
    let truth = Truth::from_label(&row.intent);
    Ok(Entry { id, group, take, language, truth, snr_db: row.snr, condition: row.condition })
}

fn read_folder(folder: &Path) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for language in Language::ALL {
        let own = folder.join(language.code());
        for intent in if own.is_dir() { children(&own)? } else { Vec::new() } {
            let truth = Truth::from_label(&name(&intent));
            let files =
                children(&intent)?.into_iter().filter(|file| file.extension().is_some_and(|kind| kind == "wav"));
            entries.extend(files.map(|file| recording(folder, file, language, truth.clone())));
        }
    }
    Ok(entries)
}

fn recording(folder: &Path, file: PathBuf, language: Language, truth: Truth) -> Entry {
    let id = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
    Entry { group: id.clone(), id, take: Take::File(file), language, truth, snr_db: None, condition: None }
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = |error: std::io::Error| Error::io(folder, "read", &error);
    let entries = std::fs::read_dir(folder).map_err(read)?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry.map_err(read)?.path())).collect::<Result<_, Error>>()?;
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn check(path: &Path, entries: &[Entry]) -> Result<(), Error> {
    let mut ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    ids.sort_unstable();
    let twice = ids.windows(2).find(|pair| pair[0] == pair[1]);
    match (entries.is_empty(), twice) {
        (true, _) => Err(set_form(path, "no labelled turn".to_owned())),
        (false, Some(pair)) => Err(set_form(path, format!("{:?} is there twice", pair[0]))),
        (false, None) => Ok(()),
    }
}

fn form(path: &Path, line: usize, text: &str) -> Error {
    set_form(path, format!("line {line}: {text}"))
}

fn set_form(path: &Path, text: String) -> Error {
    ExamplesError::Form { path: path.display().to_string(), text }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::SpeechEvidence;
    use crate::transcribe::{Transcript, TranscriptEvidence, Verdict};
    use crate::units::IntentId;

    fn table(text: &str) -> Result<LabelledSet, Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("turns.tsv");
        std::fs::write(&path, text).expect("written");
        LabelledSet::read(folder.path())
    }

    #[test]
    fn tables_say_what_they_know() {
        let set = table("file\tlanguage\tintent\tsnr\tcondition\ttext\na.wav\tzh\tcard_lost\t10\tnoise\t挂失\n")
            .expect("read");
        let entry = &set.entries[0];
        assert!(matches!(&entry.take, Take::File(path) if path.ends_with("a.wav")));
        assert_eq!((entry.id.as_str(), entry.group.as_str(), entry.snr_db), ("a.wav", "挂失", Some(10.0)));
        assert!(entry.truth.is(&IntentId::new("card_lost")));
    }

    #[test]
    fn text_is_a_turn_and_may_have_quotes() {
        let set = table("language\tintent\ttext\nen\tout_of_scope\tsay \"hi\"\n").expect("read");
        assert_eq!(set.entries[0].take, Take::Text("say \"hi\"".to_owned()));
        assert_eq!(set.entries[0].truth, Truth::OutOfScope);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let text = |table: Result<LabelledSet, Error>| {
            let text = table.expect_err("refused").to_string();
            text.split_once("turns.tsv: ").or(text.split_once(": ")).map(|(_, text)| text.to_owned())
        };
        let refused = text(table("text\tlanguage\tintent\na\tzh\tb\nc\tfr\td\n"));
        assert_eq!(refused.as_deref(), Some("line 3: language fr is outside zh, en"));
        let refused = text(table("text\tlanguage\tintent\na\tzh\tb\na\tzh\tb\n"));
        assert_eq!(refused.as_deref(), Some("\"a\" is there twice"));
        assert_eq!(text(table("text\tlanguage\tintent\n")).as_deref(), Some("no labelled turn"));
    }

    #[test]
    fn what_was_heard_is_read_line_by_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("heard.jsonl");
        let set = table("file\tlanguage\tintent\tsnr\na.wav\tzh\tcard_lost\t10\nb.wav\ten\tout_of_scope\t\n");
        let lines = set.expect("read").entries.into_iter().map(heard);
        let lines: Vec<String> = lines.map(|entry| serde_json::to_string(&entry).expect("plain data")).collect();
        std::fs::write(&path, lines.join("\n")).expect("written");
        let kept = LabelledSet::read(&path).expect("read").entries;
        assert_eq!(kept.iter().map(|entry| serde_json::to_string(entry).expect("data")).collect::<Vec<_>>(), lines);
        assert!(kept.iter().all(|entry| matches!(&entry.take, Take::Heard(sound) if sound.milliseconds == 12.5)));
        std::fs::write(&path, format!("{}\n{{}}", lines[0])).expect("written");
        let refused = LabelledSet::read(&path).expect_err("refused").to_string();
        assert!(refused.contains("line 2: missing field"), "{refused}");
    }

    fn heard(entry: Entry) -> Entry {
        let transcript = Transcript {
            text: "挂失".to_owned(),
            language: Language::Zh,
            alternatives: Vec::new(),
            verdict: Verdict::Heard,
            evidence: TranscriptEvidence::default(),
        };
        let utterance = Utterance { speech: SpeechEvidence::default(), transcript };
        let sound = HeardSound { utterance, engine: "an engine".to_owned(), milliseconds: 12.5 };
        Entry { take: Take::Heard(Box::new(sound)), ..entry }
    }

    #[test]
    fn folders_are_labels() {
        let folder = tempfile::tempdir().expect("a folder");
        let own = folder.path().join("en/card_lost");
        std::fs::create_dir_all(&own).expect("made");
        for file in ["b.wav", "a.wav", "notes.txt"] {
            std::fs::write(own.join(file), "").expect("written");
        }
        let set = LabelledSet::read(folder.path()).expect("read");
        let ids: Vec<&str> = set.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["en/card_lost/a.wav", "en/card_lost/b.wav"]);
    }
}
