//! The kit's own words on a screen: in the language they are written in, in its direction; and
//! the dosage in words.

use crate::{
    i18n::{self, K, count, fill, t},
    platform::dom::{View, all, el},
};
use care::{kit::Dosage, text::Text};

/// A kit's text, with its own language when that is not the screen's.
pub fn said(text: &Text) -> View {
    said_in("span", "", text)
}

/// The same in an element of choice.
pub fn said_in(tag: &str, class: &str, text: &Text) -> View {
    let wanted = i18n::lang();
    let lang = text.lang(wanted);
    el(tag, class)
        .opt("lang", (lang != wanted).then(|| lang.tag()))
        .attr("dir", "auto")
        .text(i18n::text(text))
}

/// A list of a kit's texts.
pub fn said_list(texts: &[Text]) -> View {
    el("ul", "list").with(all(texts.iter().map(|text| said_in("li", "", text))))
}

/// The dosage, one idea a line: what to do, then how often.
pub fn dosage(dose: &Dosage) -> Vec<String> {
    let n = u64::from;
    let mut lines = Vec::new();
    let mut what = count(n(dose.sets), K::DoseSetsOne, K::DoseSetsOther);
    // « 2 séries de 1 fois » says nothing more than « 2 séries ».
    if let Some(reps) = dose.reps.filter(|reps| *reps > 1) {
        what.push(' ');
        what.push_str(&count(n(reps), K::DoseRepsOne, K::DoseRepsOther));
    }
    lines.push(what);
    if dose.each_side {
        lines.push(t(K::DoseEachSide).to_owned());
    }
    if let Some(hold) = dose.hold_s {
        lines.push(count(n(hold), K::DoseHoldOne, K::DoseHoldOther));
    }
    if let Some(tempo) = dose.tempo_s {
        lines.push(fill(K::DoseTempo, &[("n", &tempo.to_string())]));
    }
    if let Some(rest) = dose.rest_s {
        lines.push(fill(K::DoseRest, &[("time", &i18n::duration(rest))]));
    }
    lines.push(count(n(dose.per_day), K::DosePerDayOne, K::DosePerDayOther));
    lines.push(if dose.days_per_week >= 7 {
        t(K::DoseEveryDay).to_owned()
    } else {
        count(n(dose.days_per_week), K::DosePerWeekOne, K::DosePerWeekOther)
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dosage_reads_as_a_physiotherapist_says_it() {
        let dose = Dosage {
            sets: 2,
            reps: Some(5),
            rest_s: Some(60),
            tempo_s: Some(4),
            per_day: 1,
            days_per_week: 3,
            ..Dosage::default()
        };
        assert_eq!(
            dosage(&dose),
            [
                "2 séries de 5 fois",
                "Prenez 4 secondes à chaque fois",
                "Repos entre les séries\u{a0}: 1 minute",
                "1 fois par jour",
                "3 jours par semaine",
            ]
        );
    }

    #[test]
    fn a_held_position_on_each_side_says_so() {
        let dose = Dosage {
            sets: 1,
            hold_s: Some(10),
            each_side: true,
            per_day: 2,
            days_per_week: 7,
            ..Dosage::default()
        };
        assert_eq!(
            dosage(&dose),
            ["1 série", "De chaque côté", "Tenez 10 secondes", "2 fois par jour", "Tous les jours"]
        );
    }
}
