//! The bank of items that is shipped keeps every bar, in both languages; and each bar is one: it falls
//! when the bank is spoiled.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use care::quiz::{Bank, bars};

const FRENCH: &[u8] = include_bytes!("../../../content/quiz/items.fr.json");
const ENGLISH: &[u8] = include_bytes!("../../../content/quiz/items.en.json");

fn banks() -> [(Bank, Bank); 2] {
    let (french, english) = (Bank::parse(FRENCH).unwrap(), Bank::parse(ENGLISH).unwrap());
    [(french.clone(), english.clone()), (english, french)]
}

#[test]
fn the_bank_keeps_every_bar_in_both_languages() {
    let mut broken = Vec::new();
    for (bank, other) in banks() {
        println!("\n{}", bank.lang);
        for figure in bars::measure(&bank, &other) {
            println!("{figure}");
            if !figure.holds() {
                broken.push(format!("{}: {figure}", bank.lang));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
