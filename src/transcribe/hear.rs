//! One turn's way through the engine: a cheap look, a second one where the first is not believed, a verdict.

use std::time::{Duration, Instant};

use super::decode::{Acoustic, Deadline, Decoding, Limits, decode};
use super::join::joined;
use super::logits::{Chooser, probabilities_among, probability_of};
use super::look::{Look, Reading, silence, transcript};
use super::search::other_readings;
use super::vocabulary::Token;
use super::window::{MAX_SAMPLES, pieces};
use super::{Pitch, SecondLook, Slowed, Transcript, Window};
use crate::audio::{lowered, slowed};
use crate::error::EngineError;
use crate::text::simplified;
use crate::units::Language;

/// Least speech the engine is asked about. Below 100 ms whisper.cpp answers with nothing or reads past the clip.
const MIN_SAMPLES: usize = 1_600;
/// Tokens any clip may have, and tokens per second beyond that.
///
/// Tokens per second on 230 clips of the tuning half that did not loop: median 2.3 in English, 3.5 in Mandarin, 99 %
/// 7.3 and 5.6.
const BUDGET_BASE: usize = 8;
const BUDGET_PER_SECOND: f32 = 9.0;
/// Most tokens of a clip: the decoder has 448 places and half of them are kept for what was said before.
const BUDGET_MAX: usize = 224;
/// Below this mean log probability a clip is read in the other languages too.
///
/// Of 200 clips (`examples/tune_window.rs`, tuning half, clip + 3 s) 24 were taken for the wrong language, all of them
/// English by Mandarin speakers. The wrong readings lay between -2.14 and -1.27, with one at -0.53; of the right ones
/// 5 % lay below -0.9. A second reading costs a decode, not an encode.
const OTHER_LANGUAGE: f32 = -0.7;
/// What is left of a turn's time when a further look at it is broken off. The clock is asked between tokens, which take
/// some 12 ms each where nothing else runs.
const TIME_TO_ANSWER: Duration = Duration::from_millis(100);

/// What a worker needs to hear a turn, the same for all of them.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    /// The languages told apart, with their marks and what was said before; at least one.
    pub(super) tongues: Vec<Tongue>,
    /// The first look.
    pub(super) window: Window,
    /// The second look.
    pub(super) second_look: Option<SecondLook>,
    /// The clip at other speeds.
    pub(super) slowed: Vec<Slowed>,
    /// Other readings wanted.
    pub(super) alternatives: usize,
}

/// One language of the engine.
#[derive(Debug, Clone)]
pub(super) struct Tongue {
    /// Which.
    pub(super) language: Language,
    /// Its mark.
    pub(super) mark: Token,
    /// What the decoder is fed before the text.
    pub(super) prefix: Vec<Token>,
}

/// What is asked of a worker: at most 30 s of speech, and what is known about it.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    /// Speech at 16 kHz.
    pub(super) samples: &'a [f32],
    /// The language spoken; `None` to find out.
    pub(super) language: Option<Language>,
    /// How to listen.
    pub(super) manner: &'a Manner,
    /// When to give up.
    pub(super) deadline: Deadline,
}

impl Turn<'_> {
    /// The turn with a deadline for what it can do without: one that leaves the time to answer.
    fn with_time_to_answer(self) -> Self {
        let at = self.deadline.at.checked_sub(TIME_TO_ANSWER).unwrap_or(self.deadline.at);
        Self { deadline: Deadline { at, ..self.deadline }, ..self }
    }
}

/// A worker: the engine's memory and scratch space.
pub(super) struct Ear<A> {
    acoustic: A,
    chooser: Chooser,
}

impl<A: Acoustic> Ear<A> {
    /// A worker around the engine's memory.
    pub(super) fn new(acoustic: A) -> Self {
        let chooser = Chooser::new(acoustic.vocabulary());
        Self { acoustic, chooser }
    }

    /// Writes down what was said in `turn`, however long it is.
    pub(super) fn hear(&mut self, turn: Turn<'_>) -> Result<Transcript, EngineError> {
        let mut language = turn.language;
        let mut heard = Vec::new();
        for samples in pieces(turn.samples) {
            let transcript = self.hear_piece(Turn { samples, language, ..turn })?;
            // One caller, one language: the first piece decides.
            language = Some(transcript.language);
            heard.push(transcript);
        }
        Ok(joined(heard))
    }

    fn hear_piece(&mut self, turn: Turn<'_>) -> Result<Transcript, EngineError> {
        if turn.samples.len() < MIN_SAMPLES {
            return Ok(silence(turn.language.unwrap_or(turn.manner.tongues[0].language)));
        }
        let (mut best, other) = self.looks(turn)?;
        let mut others = Vec::from_iter(other);
        for how in &turn.manner.slowed {
            if wants_slowed(&best, how, turn) {
                let Some(mut slow) = in_time(self.look_slowed(&best, how, turn))? else { break };
                if slow.beats(&best) {
                    std::mem::swap(&mut slow, &mut best);
                }
                others.insert(0, slow);
            }
        }
        Ok(transcript(&best, &others, turn))
    }

    /// The look that is believed, and the one that is not if there were two.
    fn looks<'a>(&mut self, turn: Turn<'a>) -> Result<(Look<'a>, Option<Look<'a>>), EngineError> {
        let mut first = self.look(turn, turn.manner.window)?;
        let Some(again) = turn.manner.second_look.filter(|again| wants_another(&first, again, turn)) else {
            self.read_on(&mut first, turn)?;
            return Ok((first, None));
        };
        let Some(mut second) = in_time(self.look(turn.with_time_to_answer(), again.window))? else {
            return Ok((first, None));
        };
        if first.beats(&second) {
            return Ok((first, Some(second)));
        }
        self.read_on(&mut second, turn)?;
        Ok((second, Some(first)))
    }

    /// A look at a clip at another speed, in the language of the look believed so far. What language it is and whether
    /// anybody speaks is for the clip as it was recorded to say.
    fn look_slowed<'a>(&mut self, heard: &Look<'a>, how: &Slowed, turn: Turn<'a>) -> Result<Look<'a>, EngineError> {
        let samples = match how.pitch {
            Pitch::Kept => slowed(turn.samples, how.speed),
            Pitch::Falling => lowered(turn.samples, how.speed),
        };
        let turn = Turn { samples: &samples, language: Some(heard.tongue.language), ..turn.with_time_to_answer() };
        let Look { readings, frames, took, .. } = self.look(turn, turn.manner.window)?;
        Ok(Look { readings, frames, took, tongue: heard.tongue, language: heard.language, no_speech: heard.no_speech })
    }

    /// One look at a clip through `window`.
    fn look<'a>(&mut self, turn: Turn<'a>, window: Window) -> Result<Look<'a>, EngineError> {
        turn.deadline.check()?;
        let begun = Instant::now();
        let frames = window.frames(turn.samples.len());
        self.acoustic.listen(turn.samples, frames)?;
        turn.deadline.check()?;
        let (best, shares, no_speech) = self.tongue(turn)?;
        let readings = vec![self.read(&turn.manner.tongues[best], turn)?];
        let mut look = Look {
            readings,
            tongue: &turn.manner.tongues[best],
            language: shares[best],
            no_speech,
            frames,
            took: begun.elapsed(),
        };
        if look.best().decoding.mean_logprob() < OTHER_LANGUAGE || look.is_in_other_letters() {
            self.read_in_other_languages(&mut look, &shares, turn)?;
        }
        look.took = begun.elapsed();
        Ok(look)
    }

    /// The language of the clip as an index, the probability of each among those compared (0 for one that is out of
    /// the question), and the probability that nobody speaks.
    fn tongue(&mut self, turn: Turn<'_>) -> Result<(usize, Vec<f32>, f32), EngineError> {
        let (start, nobody) = (self.acoustic.vocabulary().start(), self.acoustic.vocabulary().no_speech());
        let logits = self.acoustic.feed(&[start], 0)?;
        let no_speech = probability_of(nobody, logits);
        let tongues = &turn.manner.tongues;
        if let Some(given) = tongues.iter().position(|tongue| Some(tongue.language) == turn.language) {
            let shares = (0..tongues.len()).map(|idx| f32::from(u8::from(idx == given))).collect();
            return Ok((given, shares, no_speech));
        }
        let marks: Vec<Token> = tongues.iter().map(|tongue| tongue.mark).collect();
        let shares = probabilities_among(&marks, logits);
        let best = (1..shares.len()).fold(0, |best, idx| if shares[idx] > shares[best] { idx } else { best });
        Ok((best, shares, no_speech))
    }

    /// Reads the clip in the languages not taken so far, and believes the likeliest reading.
    ///
    /// A strong accent sounds like the speaker's first language; what the decoder then writes is far less likely
    /// than the same clip read in the language spoken.
    fn read_in_other_languages<'a>(
        &mut self,
        look: &mut Look<'a>,
        shares: &[f32],
        turn: Turn<'a>,
    ) -> Result<(), EngineError> {
        let taken = look.tongue.language;
        for (tongue, &share) in turn.manner.tongues.iter().zip(shares) {
            if tongue.language != taken && share > 0.0 {
                look.add_in(tongue, share, self.read(tongue, turn)?);
            }
        }
        Ok(())
    }

    /// Adds other readings of the look taken last, and believes the likeliest.
    fn read_on(&mut self, look: &mut Look<'_>, turn: Turn<'_>) -> Result<(), EngineError> {
        let first = &look.best().decoding;
        let prefix = &look.tongue.prefix;
        // With one reading its tokens are what was fed last.
        let in_place = look.readings.len() == 1;
        let limits = limits(turn);
        let most = turn.manner.alternatives;
        let others = other_readings(&mut self.acoustic, &mut self.chooser, prefix, first, most, in_place, &limits)?;
        let others: Vec<Reading> = others.into_iter().map(|other| self.reading(other, look.tongue)).collect();
        look.add(others);
        Ok(())
    }

    fn read(&mut self, tongue: &Tongue, turn: Turn<'_>) -> Result<Reading, EngineError> {
        let decoding = decode(&mut self.acoustic, &mut self.chooser, &tongue.prefix, &limits(turn))?;
        Ok(self.reading(decoding, tongue))
    }

    /// A decode with its text as the rest of the crate wants it.
    fn reading(&self, decoding: Decoding, tongue: &Tongue) -> Reading {
        let text = self.acoustic.vocabulary().text(decoding.choices.iter().map(|choice| choice.token));
        let text = if tongue.language == Language::Zh { simplified(&text) } else { text };
        Reading { decoding, text }
    }
}

/// What another look gave; `None` where its time ran out, which is no reason to lose the look before it.
fn in_time<T>(look: Result<T, EngineError>) -> Result<Option<T>, EngineError> {
    match look {
        Err(EngineError::Deadline { .. }) => Ok(None),
        look => look.map(Some),
    }
}

/// Whether a clip is to be looked at again and there is time for it.
fn wants_another(first: &Look<'_>, again: &SecondLook, turn: Turn<'_>) -> bool {
    let frames = again.window.frames(turn.samples.len());
    frames > first.frames && first.is_suspect(again) && Instant::now() + first.time_for(frames) < turn.deadline.at
}

/// Whether a clip is to be heard at another speed and there is time for it.
fn wants_slowed(best: &Look<'_>, how: &Slowed, turn: Turn<'_>) -> bool {
    let samples = (turn.samples.len() as f32 / how.speed) as usize;
    let frames = turn.manner.window.frames(samples);
    samples <= MAX_SAMPLES
        && best.best().decoding.mean_logprob() < how.mean_logprob
        && Instant::now() + best.time_for(frames) < turn.deadline.at
}

/// Most tokens that can be said in the time, and the time.
fn limits(turn: Turn<'_>) -> Limits {
    let seconds = turn.samples.len() as f32 / 16_000.0;
    let tokens = (BUDGET_BASE + (seconds * BUDGET_PER_SECOND) as usize).min(BUDGET_MAX);
    Limits { tokens, least_sum: f32::NEG_INFINITY, deadline: turn.deadline }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::super::fake::{Fake, Script};
    use super::*;

    /// Frames of the second look at a short clip: 8 s, in steps of 16 frames.
    const SECOND: usize = 400;

    fn manner(fake: &Fake) -> Manner {
        let tongue = |language| {
            let mark = fake.vocabulary().language(language).expect("a mark");
            Tongue { language, mark, prefix: fake.vocabulary().prefix(&[], mark) }
        };
        Manner {
            tongues: Language::ALL.into_iter().map(tongue).collect(),
            window: Window { trailing: Duration::from_secs(1), floor: Duration::ZERO },
            second_look: Some(SecondLook::default()),
            slowed: Vec::new(),
            alternatives: 3,
        }
    }

    fn soon(ms: u64) -> Deadline {
        Deadline { at: Instant::now() + Duration::from_millis(ms), limit_ms: ms }
    }

    fn turn<'a>(samples: &'a [f32], language: Option<Language>, manner: &'a Manner, deadline: Deadline) -> Turn<'a> {
        Turn { samples, language, manner, deadline }
    }

    fn hear(fake: Fake, samples: usize) -> (Transcript, Fake) {
        let manner = manner(&fake);
        hear_so(fake, samples, &manner)
    }

    /// With a second hearing at seven eighths of the speed, of whatever is not almost certain, and a third at half of it.
    fn hear_slowed(fake: Fake, samples: usize) -> (Transcript, Fake) {
        let at = |speed| Slowed { speed, pitch: Pitch::Falling, mean_logprob: -0.01 };
        let manner = Manner { slowed: vec![at(0.875), at(0.5)], ..manner(&fake) };
        hear_so(fake, samples, &manner)
    }

    fn hear_so(fake: Fake, samples: usize, manner: &Manner) -> (Transcript, Fake) {
        let mut ear = Ear::new(fake);
        let heard = ear.hear(turn(&vec![0.1; samples], None, manner, soon(60_000))).expect("the fake works");
        (heard, ear.acoustic)
    }

    #[test]
    fn a_clear_clip_gets_one_look() {
        let (heard, fake) = hear(Fake::new([(0, Script::says("refund"))]), 32_000);
        assert_eq!((heard.text.as_str(), heard.verdict, heard.language), ("refund", Verdict::Heard, Language::En));
        assert_eq!(fake.windows.len(), 1);
        assert_eq!((heard.evidence.second_decode, heard.evidence.agreement), (0.0, 1.0));
        assert!(heard.evidence.language > 0.95, "e^3 against e^0, of those compared");
    }

    #[test]
    fn a_loop_gets_one_second_look_through_a_wider_window() {
        let looping = Script { loops: true, ..Script::says("ab") };
        let (heard, fake) = hear(Fake::new([(0, looping), (SECOND, Script::says("refund"))]), 32_000);
        assert_eq!((heard.text.as_str(), heard.verdict), ("refund", Verdict::Heard));
        assert_eq!(fake.windows, [160, SECOND]);
        assert_eq!(heard.evidence.second_decode, 1.0);
    }

    #[test]
    fn what_still_loops_is_said_so_and_never_looked_at_a_third_time() {
        let looping = Script { loops: true, ..Script::says("ab") };
        let (heard, fake) = hear(Fake::new([(0, looping)]), 160_000);
        assert_eq!((heard.text.as_str(), heard.verdict), ("ab", Verdict::Loop));
        assert_eq!(fake.windows.len(), 2);
    }

    #[test]
    fn a_text_too_long_for_its_clip_is_doubtful() {
        let (heard, _) = hear(Fake::new([(0, Script::says("abcdefghijklmnopqrstuvwxyzabcdefghijklm"))]), 16_000);
        assert_eq!(heard.verdict, Verdict::Doubtful);
    }

    #[test]
    fn an_unsure_reading_gets_a_second_look_and_the_surer_one_is_taken() {
        let unsure = Script { sure: 2.0, ..Script::says("refind") };
        let (heard, _) = hear(Fake::new([(0, unsure), (SECOND, Script::says("refund"))]), 32_000);
        assert_eq!(heard.text, "refund");
        assert_eq!(heard.alternatives.first().map(String::as_str), Some("refind"));
        assert!((heard.evidence.agreement - 5.0 / 6.0).abs() < 1e-6);
    }

    /// Sure enough for one look, not for one hearing.
    const HALF_SURE: f32 = 6.0;
    /// Frames of two seconds at seven eighths of their speed and at half of it, and one more.
    const SLOW: usize = 176;
    const SLOWEST: usize = 256;

    #[test]
    fn a_half_sure_clip_is_heard_slowed_until_a_reading_is_sure() {
        let half_sure = Script { sure: HALF_SURE, ..Script::says("refind") };
        let (heard, fake) = hear_slowed(Fake::new([(0, half_sure), (SLOW, Script::says("refund"))]), 32_000);
        assert_eq!((heard.text.as_str(), heard.verdict), ("refund", Verdict::Heard));
        assert_eq!(heard.alternatives.first().map(String::as_str), Some("refind"));
        assert_eq!((fake.windows.as_slice(), fake.lengths.as_slice()), (&[160, SLOW][..], &[32_000, 36_572][..]));
        assert_eq!(heard.evidence.second_decode, 1.0);
        assert!((heard.evidence.agreement - 5.0 / 6.0).abs() < 1e-6);
        assert!(heard.evidence.language > 0.95, "the language is that of the clip as it was recorded");
    }

    #[test]
    fn the_likeliest_reading_of_all_is_taken_and_the_last_one_is_its_first_alternative() {
        let says = |sure, text| Script { sure, ..Script::says(text) };
        let scripts = [(0, says(HALF_SURE, "refund")), (SLOW, says(5.0, "refind")), (SLOWEST, says(5.5, "defend"))];
        let (heard, fake) = hear_slowed(Fake::new(scripts), 32_000);
        assert_eq!(fake.windows, [160, SLOW, SLOWEST]);
        assert_eq!(
            (heard.text.as_str(), &heard.alternatives[..2]),
            ("refund", &["defend".into(), "refind".into()][..])
        );
        assert!((heard.evidence.agreement - 0.75).abs() < 1e-6, "5 and 4 letters of 6");
    }

    #[test]
    fn a_sure_clip_and_one_too_long_for_the_window_are_heard_once() {
        let (_, fake) = hear_slowed(Fake::new([(0, Script::says("refund"))]), 32_000);
        assert_eq!(fake.windows.len(), 1);
        let half_sure = Script { sure: HALF_SURE, ..Script::says("refund") };
        let (_, fake) = hear_slowed(Fake::new([(0, half_sure)]), 29 * 16_000);
        assert_eq!(fake.lengths, [29 * 16_000]);
    }

    /// The fake sleeps through the end of the turn's time in each further look: at half of its speed, and at a wider window.
    #[test]
    fn a_further_look_that_runs_out_of_time_costs_no_reading() {
        let slowed = vec![Slowed { speed: 0.5, pitch: Pitch::Falling, mean_logprob: -0.01 }];
        for (sure, verdict, slowed) in [(HALF_SURE, Verdict::Heard, slowed), (2.0, Verdict::Doubtful, Vec::new())] {
            let said = Script { sure, ..Script::says("refund") };
            let mut fake = Fake::new([(0, said)]);
            let manner = Manner { slowed, ..manner(&fake) };
            let deadline = soon(2_000);
            fake.late = Some((SLOWEST, deadline.at));
            let mut ear = Ear::new(fake);
            let heard = ear.hear(turn(&[0.1; 32_000], None, &manner, deadline)).expect("the first reading");
            assert_eq!((heard.text.as_str(), heard.verdict), ("refund", verdict));
            assert_eq!((ear.acoustic.windows.len(), heard.evidence.second_decode), (2, 0.0));
        }
    }

    #[test]
    fn under_a_tenth_of_a_second_the_engine_is_not_asked() {
        for samples in [0, 1, 1_599] {
            let (heard, fake) = hear(Fake::new([]), samples);
            assert_eq!((heard.verdict, fake.windows.len()), (Verdict::NoSpeech, 0), "{samples} samples");
        }
    }

    #[test]
    fn more_than_thirty_seconds_are_heard_in_pieces() {
        let (heard, fake) = hear(Fake::new([(0, Script::says("refund"))]), 70 * 16_000);
        assert_eq!(heard.text, "refund refund refund");
        assert!(fake.lengths.iter().all(|&length| length <= 30 * 16_000));
    }

    #[test]
    fn a_deadline_that_passed_is_an_error() {
        let fake = Fake::new([(0, Script::says("refund"))]);
        let manner = manner(&fake);
        let heard = Ear::new(fake).hear(turn(&[0.1; 32_000], None, &manner, soon(0)));
        assert_eq!(heard.err(), Some(EngineError::Deadline { limit_ms: 0 }));
    }

    #[test]
    fn a_given_language_is_not_questioned() {
        let fake = Fake::new([(0, Script::says("refund"))]);
        let manner = manner(&fake);
        let heard = Ear::new(fake).hear(turn(&[0.1; 32_000], Some(Language::Zh), &manner, soon(60_000)));
        let heard = heard.expect("the fake works");
        assert_eq!((heard.language, heard.evidence.language), (Language::Zh, 1.0));
    }
}
