use serde::{Deserialize, Serialize};

use crate::desk::QueueId;
use crate::error::PolicyError;
use crate::units::{IntentId, Language};

use super::Level;

/// What a pack says of its intents beside the model: whose work each is, and how it is named to a caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Domain {
    language: Language,
    queue: QueueId,
    /// Sorted by id, each once.
    intents: Vec<IntentCard>,
}

impl Domain {
    /// Reads a domain file (TOML).
    ///
    /// # Errors
    /// [`PolicyError::Form`] for text that is not such a file or has unknown keys, [`PolicyError::Domain`] for an
    /// intent given twice, named `out_of_scope`, or without a name, title or question.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let fields: Fields = toml::from_str(text).map_err(|error| PolicyError::Form {
            file: "domain",
            text: error.to_string().trim_end().replace('\n', " "),
        })?;
        Self::try_from(fields)
    }

    /// A domain of plain look-ups in the general queue, titled by their ids: where nobody has written cards.
    #[must_use]
    pub fn plain(intents: &[IntentId]) -> Self {
        let mut cards: Vec<_> = intents.iter().map(IntentCard::plain).collect();
        cards.sort_by(|a, b| a.id.cmp(&b.id));
        cards.dedup_by(|a, b| a.id == b.id);
        Self { language: Language::Zh, queue: QueueId::default(), intents: cards }
    }

    /// The card of an intent; `None` for an intent the domain does not know.
    #[must_use]
    pub fn card(&self, id: &IntentId) -> Option<&IntentCard> {
        let at = self.intents.binary_search_by(|card| card.id.cmp(id)).ok()?;
        self.intents.get(at)
    }

    /// Every card, by id.
    #[must_use]
    pub fn cards(&self) -> &[IntentCard] {
        &self.intents
    }

    /// The language for a caller whose language is not known yet.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The queue of a caller whose wish is not known.
    #[must_use]
    pub const fn queue(&self) -> &QueueId {
        &self.queue
    }
}

/// One intent, as people know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentCard {
    /// The intent.
    pub id: IntentId,
    /// Its name for the person who picks up: `退押金`, `deposit refund`.
    pub title: PerLanguage,
    /// How it reads inside a question, after "您是想" or "do you want to": `退回押金`, `get a deposit back`.
    pub question: PerLanguage,
    /// What somebody must be allowed to decide to settle it.
    #[serde(default)]
    pub authority: Level,
    /// Whose work it is; `None` for the domain's general queue.
    #[serde(default)]
    pub queue: Option<QueueId>,
    /// Whether it goes to a person at once, before others.
    #[serde(default)]
    pub urgent: bool,
}

impl IntentCard {
    fn plain(id: &IntentId) -> Self {
        let name = PerLanguage { zh: id.as_str().to_owned(), en: id.as_str().replace('_', " ") };
        Self {
            id: id.clone(),
            title: name.clone(),
            question: name,
            authority: Level::LookUp,
            queue: None,
            urgent: false,
        }
    }
}

/// A text in every language of the router.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerLanguage {
    /// Mandarin.
    pub zh: String,
    /// English.
    pub en: String,
}

impl PerLanguage {
    /// The text in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }

    fn is_blank(&self) -> bool {
        self.zh.trim().is_empty() || self.en.trim().is_empty()
    }
}

/// The file's form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    language: Language,
    #[serde(default)]
    queue: QueueId,
    #[serde(default, rename = "intent")]
    intents: Vec<IntentCard>,
}

impl TryFrom<Fields> for Domain {
    type Error = PolicyError;

    fn try_from(fields: Fields) -> Result<Self, PolicyError> {
        let Fields { language, queue, mut intents } = fields;
        intents.sort_by(|a, b| a.id.cmp(&b.id));
        intents.iter().try_for_each(check_card)?;
        if let Some(pair) = intents.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(refuse("intent", pair[0].id.as_str(), "each id once"));
        }
        Ok(Self { language, queue, intents })
    }
}

impl From<Domain> for Fields {
    fn from(domain: Domain) -> Self {
        Self { language: domain.language, queue: domain.queue, intents: domain.intents }
    }
}

fn check_card(card: &IntentCard) -> Result<(), PolicyError> {
    let id = card.id.as_str();
    if id.is_empty() || id == IntentId::OUT_OF_SCOPE {
        return Err(refuse("intent", id, "a name other than out_of_scope"));
    }
    if card.title.is_blank() || card.question.is_blank() {
        return Err(refuse(&format!("{id}: title and question"), "blank", "text in every language"));
    }
    Ok(())
}

fn refuse(what: &str, found: &str, expected: &'static str) -> PolicyError {
    PolicyError::Domain { what: what.to_owned(), found: found.to_owned(), expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "language = 'zh'\n[[intent]]\nid = 'a'\ntitle = { zh = '甲', en = 'a' }\n\
                        question = { zh = '甲', en = 'a' }\n";

    #[test]
    fn the_shipped_domain_has_every_intent() {
        let shipped = Domain::from_toml(include_str!("../../data/hotline/domain.toml")).expect("the shipped domain");
        assert_eq!(shipped.cards().len(), 20);
        let urgent: Vec<_> = shipped.cards().iter().filter(|card| card.urgent).map(|card| card.id.as_str()).collect();
        assert_eq!(urgent, ["card_lost", "collections_harassment", "fraud_report"]);
        assert!(shipped.card(&IntentId::new(IntentId::HUMAN_AGENT)).is_some());
    }

    #[test]
    fn a_wrong_card_is_named() {
        let refused = |text: &str| Domain::from_toml(text).expect_err("refused").to_string();
        let (_, card) = CARD.split_once('\n').expect("two lines");
        assert_eq!(refused(&format!("{CARD}{card}")), "domain: intent: found a, expected each id once");
        assert_eq!(
            refused(&CARD.replace("'a'\nt", "'out_of_scope'\nt")),
            "domain: intent: found out_of_scope, expected a name other than out_of_scope"
        );
        assert_eq!(
            refused(&CARD.replace("zh = '甲'", "zh = ' '")),
            "domain: a: title and question: found blank, expected text in every language"
        );
        assert!(refused(&CARD.replace("title", "tilte")).contains("tilte"));
    }

    #[test]
    fn a_plain_domain_knows_its_intents_only() {
        let plain = Domain::plain(&[IntentId::new("b_c"), IntentId::new("a"), IntentId::new("a")]);
        assert_eq!(plain.cards().len(), 2);
        assert_eq!(plain.card(&IntentId::new("b_c")).map(|card| card.title.en.as_str()), Some("b c"));
        assert_eq!(plain.card(&IntentId::new("z")), None);
    }

    #[test]
    fn a_domain_goes_through_a_file() {
        let shipped = Domain::from_toml(include_str!("../../data/hotline/domain.toml")).expect("the shipped domain");
        let written = toml::to_string(&shipped).expect("plain data");
        assert_eq!(Domain::from_toml(&written), Ok(shipped));
    }
}
