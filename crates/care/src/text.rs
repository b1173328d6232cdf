//! Text in the languages a kit carries. French is always there; English may be.

use serde::{Deserialize, Serialize};

/// A language of the portal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// French, the first language.
    #[default]
    Fr,
    /// English.
    En,
}

crate::record!(
    enum Lang {
        Fr = "fr",
        En = "en",
    }
);

impl Lang {
    /// The BCP 47 tag, for `lang` attributes.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Fr => "fr",
            Lang::En => "en",
        }
    }

    /// The portal's language for a browser's preference, for instance `en-GB`.
    /// Anything that is not English gets French.
    pub fn from_tag(tag: &str) -> Self {
        if tag.get(..2).is_some_and(|t| t.eq_ignore_ascii_case("en")) { Lang::En } else { Lang::Fr }
    }
}

/// A sentence or paragraph for the patient, in French and possibly in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Text {
    /// French, never empty in a published kit.
    pub fr: String,
    /// English, when the clinic wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

crate::record!(struct Text { fr, en });

impl Text {
    /// The text in `lang`, or in French when the clinic wrote no other.
    pub fn get(&self, lang: Lang) -> &str {
        match (lang, &self.en) {
            (Lang::En, Some(en)) => en,
            _ => &self.fr,
        }
    }

    /// The language that [`Text::get`] really returns, for the `lang` attribute.
    pub fn lang(&self, wanted: Lang) -> Lang {
        if wanted == Lang::En && self.en.is_some() { Lang::En } else { Lang::Fr }
    }
}

impl From<&str> for Text {
    fn from(fr: &str) -> Self {
        Text { fr: fr.to_owned(), en: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_english_text_falls_back_to_french_and_says_so() {
        let t = Text::from("Bonjour");
        assert_eq!(t.get(Lang::En), "Bonjour");
        assert_eq!(t.lang(Lang::En), Lang::Fr);
    }

    #[test]
    fn only_english_preferences_get_english() {
        for (tag, lang) in
            [("en-GB", Lang::En), ("EN", Lang::En), ("fr", Lang::Fr), ("de", Lang::Fr), ("", Lang::Fr)]
        {
            assert_eq!(Lang::from_tag(tag), lang, "{tag}");
        }
    }
}
