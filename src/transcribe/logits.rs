//! From the model's raw numbers to a choice and what it is worth.

use super::vocabulary::{Token, Vocabulary};

/// One token taken, and the distribution it was taken from. Logarithms are natural.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choice {
    /// The likeliest token.
    pub(super) token: Token,
    /// Its log probability among the tokens allowed.
    pub(super) logprob: f32,
    /// The second likeliest token.
    pub(super) runner_up: Token,
    /// Distance between the two log probabilities, at least 0.
    pub(super) margin: f32,
    /// Entropy of the distribution in nats, at least 0.
    pub(super) entropy: f32,
}

impl Choice {
    /// The choice of the runner-up instead.
    pub(super) fn second(self) -> Self {
        Self { token: self.runner_up, logprob: self.logprob - self.margin, runner_up: self.token, margin: 0.0, ..self }
    }
}

/// Chooses text tokens; special tokens, signs nobody speaks, and an empty start are out of the question.
#[derive(Debug)]
pub(super) struct Chooser {
    banned: Vec<Token>,
    banned_at_start: Vec<Token>,
    end: Token,
    scratch: Vec<f32>,
}

impl Chooser {
    /// A chooser for the tokens of `vocabulary`.
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        Self {
            banned: vocabulary.unspoken().to_vec(),
            banned_at_start: vocabulary.blank_starts().to_vec(),
            end: vocabulary.end(),
            scratch: Vec::new(),
        }
    }

    /// Whether `token` ends the text.
    pub(super) fn is_end(&self, token: Token) -> bool {
        token == self.end
    }

    /// The likeliest allowed token; the first of them where several are equally likely.
    pub(super) fn choose(&mut self, logits: &[f32], at_start: bool) -> Choice {
        let allowed = self.allowed(logits, at_start);
        let (best, second) = best_two(allowed);
        let top = allowed[best];
        let (sum, weighted) = allowed.iter().fold((0.0_f64, 0.0_f64), |(sum, weighted), &logit| {
            let distance = logit - top;
            let weight = f64::from(distance.exp());
            (sum + weight, if weight > 0.0 { weighted + weight * f64::from(distance) } else { weighted })
        });
        Choice {
            token: best as Token,
            logprob: -(sum.ln() as f32),
            runner_up: second as Token,
            margin: top - allowed[second],
            entropy: (sum.ln() - weighted / sum).max(0.0) as f32,
        }
    }

    /// The logits of text and end mark, minus infinity where a token may not be chosen.
    fn allowed(&mut self, logits: &[f32], at_start: bool) -> &[f32] {
        // Every id above the end mark is a special token: task, language, time.
        let text = &logits[..=self.end as usize];
        self.scratch.clear();
        self.scratch.extend_from_slice(text);
        let start: &[Token] = if at_start { &self.banned_at_start } else { &[] };
        for &token in self.banned.iter().chain(start) {
            self.scratch[token as usize] = f32::NEG_INFINITY;
        }
        &self.scratch
    }
}

/// The probability of `token` among all tokens.
pub(super) fn probability_of(token: Token, logits: &[f32]) -> f32 {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|logit| f64::from((logit - top).exp())).sum();
    (f64::from((logits[token as usize] - top).exp()) / sum) as f32
}

/// The probabilities of `tokens` among themselves only.
pub(super) fn probabilities_among(tokens: &[Token], logits: &[f32]) -> Vec<f32> {
    let picked: Vec<f32> = tokens.iter().map(|&token| logits[token as usize]).collect();
    let top = picked.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = picked.iter().map(|logit| (logit - top).exp()).sum();
    picked.iter().map(|logit| (logit - top).exp() / sum).collect()
}

/// Indices of the greatest and the second greatest value, the lower index first where they are equal.
fn best_two(values: &[f32]) -> (usize, usize) {
    let (mut best, mut second) = if values[0] >= values[1] { (0, 1) } else { (1, 0) };
    for (idx, &value) in values.iter().enumerate().skip(2) {
        if value > values[best] {
            second = best;
            best = idx;
        } else if value > values[second] {
            second = idx;
        }
    }
    (best, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chooser(banned: &[Token], at_start: &[Token], end: Token) -> Chooser {
        Chooser { banned: banned.to_vec(), banned_at_start: at_start.to_vec(), end, scratch: Vec::new() }
    }

    #[test]
    fn a_uniform_choice_has_the_entropy_of_its_count() {
        let choice = chooser(&[], &[], 3).choose(&[1.0; 4], false);
        assert_eq!((choice.token, choice.runner_up), (0, 1), "ties go to the lower id");
        assert!((choice.logprob + 4.0_f32.ln()).abs() < 1e-6);
        assert!((choice.entropy - 4.0_f32.ln()).abs() < 1e-6);
        assert_eq!(choice.margin, 0.0);
    }

    #[test]
    fn a_certain_choice_has_no_entropy() {
        let choice = chooser(&[], &[], 2).choose(&[0.0, 100.0, 0.0], false);
        assert_eq!(choice.token, 1);
        assert!(choice.logprob > -1e-6 && choice.entropy < 1e-6);
        assert!((choice.margin - 100.0).abs() < 1e-4);
    }

    #[test]
    fn banned_and_special_tokens_take_no_probability() {
        // Id 1 is banned, id 0 only at the start, id 3 is above the end mark.
        let mut chooser = chooser(&[1], &[0], 2);
        let logits = [5.0, 9.0, 1.0, 99.0];
        assert_eq!(chooser.choose(&logits, true).token, 2);
        assert_eq!(chooser.choose(&logits, true).logprob, 0.0);
        assert_eq!(chooser.choose(&logits, false).token, 0);
    }

    #[test]
    fn languages_share_the_whole_probability() {
        let shares = probabilities_among(&[1, 2], &[100.0, 1.0, 1.0]);
        assert_eq!(shares, [0.5, 0.5]);
        assert!(probability_of(0, &[100.0, 1.0, 1.0]) > 0.999);
    }
}
