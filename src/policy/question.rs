use crate::units::{IntentId, Language};

use super::situation::Situation;
use super::{Domain, Question};

/// The question among the intents that share the probability.
pub(super) fn which_wish(s: &Situation<'_>) -> Question {
    let language = language(s);
    let intents = s.likely().to_vec();
    Question { text: choice(s.domain(), &intents, language), language, intents }
}

/// The request to say it again.
pub(super) fn say_again(s: &Situation<'_>) -> Question {
    let language = language(s);
    let text = match language {
        Language::Zh => "没有听到您说话,请再说一遍,也可以直接说“转人工”。",
        Language::En => "I could not hear you. Please say it again, or say “agent” for a person.",
    };
    Question { text: text.to_owned(), language, intents: Vec::new() }
}

/// The language of this turn, of the call, or of the domain, in this order.
pub(super) fn language(s: &Situation<'_>) -> Language {
    let heard = s.heard().and_then(|heard| heard.language);
    heard.or_else(|| s.call.language()).unwrap_or(s.domain().language())
}

fn choice(domain: &Domain, intents: &[IntentId], language: Language) -> String {
    let phrases: Vec<&str> =
        intents.iter().filter_map(|intent| Some(domain.card(intent)?.question.get(language))).collect();
    let (last, others) = phrases.split_last().map_or(("", &[][..]), |(last, others)| (*last, others));
    match language {
        Language::Zh => format!("您是想{},还是{last}?也可以直接说“转人工”。", others.join("、")),
        Language::En => {
            format!("Do you want to {}, or {last}? You can also say “agent” for a person.", others.join(", "))
        }
    }
}
