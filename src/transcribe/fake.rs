//! An acoustic model that says what a test tells it to, window by window.

use std::collections::BTreeMap;
use std::time::Instant;

use super::decode::Acoustic;
use super::vocabulary::{Special, Token, Vocabulary};
use crate::error::EngineError;
use crate::units::Language;

/// Pieces of the fake vocabulary: the letters `a..=z`, then a blank.
const LETTERS: usize = 27;
const END: Token = LETTERS as Token;
/// Logit of the scripted token; the others have 0.
const SURE: f32 = 12.0;

/// Speaks one script per window and remembers how often it listened.
pub(super) struct Fake {
    vocabulary: Vocabulary,
    scripts: BTreeMap<usize, Script>,
    window: usize,
    fed: Vec<Token>,
    logits: Vec<f32>,
    /// The windows listened through, in encoder frames.
    pub(super) windows: Vec<usize>,
    /// Samples of each look.
    pub(super) lengths: Vec<usize>,
    /// From this window on a look lasts until then.
    pub(super) late: Option<(usize, Instant)>,
}

/// What is heard through one window.
#[derive(Clone)]
pub(super) struct Script {
    /// The letters, then the end, unless it `loops`.
    pub(super) text: &'static str,
    /// Whether the text starts again instead of ending.
    pub(super) loops: bool,
    /// Logit of each scripted token.
    pub(super) sure: f32,
}

impl Script {
    /// Says `text` clearly, once.
    pub(super) fn says(text: &'static str) -> Self {
        Self { text, loops: false, sure: SURE }
    }
}

impl Fake {
    /// Says a script by the window's frames: the last whose key is not above them.
    pub(super) fn new(scripts: impl IntoIterator<Item = (usize, Script)>) -> Self {
        Self {
            vocabulary: vocabulary(),
            scripts: scripts.into_iter().collect(),
            window: 0,
            fed: Vec::new(),
            logits: Vec::new(),
            windows: Vec::new(),
            lengths: Vec::new(),
            late: None,
        }
    }

    fn next_token(&self) -> (Token, f32) {
        let script = self.scripts.range(..=self.window).next_back().map(|(_, script)| script).expect("a script");
        // The text begins after start, language, task and no-times.
        let start = self.fed.iter().position(|&token| token == self.vocabulary.start()).expect("a start");
        let at = self.fed.len() - start - 4;
        let letters = script.text.as_bytes();
        let letter = if script.loops { letters.get(at % letters.len()) } else { letters.get(at) };
        (letter.map_or(END, |letter| Token::from(letter - b'a')), script.sure)
    }
}

impl Acoustic for Fake {
    fn listen(&mut self, samples: &[f32], frames: usize) -> Result<(), EngineError> {
        self.window = frames;
        self.windows.push(frames);
        self.lengths.push(samples.len());
        if let Some((_, end)) = self.late.filter(|&(from, _)| frames >= from) {
            std::thread::sleep(end.saturating_duration_since(Instant::now()));
        }
        Ok(())
    }

    fn feed(&mut self, tokens: &[Token], past: usize) -> Result<&[f32], EngineError> {
        assert!(past <= self.fed.len(), "{past} tokens were never fed");
        self.fed.truncate(past);
        self.fed.extend_from_slice(tokens);
        self.logits = vec![0.0; LETTERS + 8];
        if self.fed == [self.vocabulary.start()] {
            self.logits[LETTERS + 6] = 3.0; // English, by a factor of e^3
        } else {
            let (token, sure) = self.next_token();
            self.logits[token as usize] = sure;
        }
        Ok(&self.logits)
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }
}

fn vocabulary() -> Vocabulary {
    let letters = (b'a'..=b'z').map(|letter| vec![letter]);
    let pieces = letters.chain([b" ".to_vec()]).collect();
    let special = Special {
        end: END,
        start: END + 1,
        previous: END + 2,
        transcribe: END + 3,
        no_times: END + 4,
        no_speech: END + 7,
        languages: vec![(Language::Zh, END + 5), (Language::En, END + 6)],
    };
    Vocabulary::new(pieces, special)
}
