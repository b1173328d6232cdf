//! The style: what index.html inlines for the first paint, and everything else in one file that
//! comes after it. Comments and needless blanks stay here.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::html;
use crate::layout::{read, write};

/// Joins the files of style/ that the page doesn't inline into `app.css`, those of style/later/, which
/// only the later screens need, into `later.css`, and those of style/quiz/ into `quiz.css`, in the order
/// of their names: cascade layers, not places, decide which rule wins.
///
/// # Errors
/// When a file can't be read or written.
pub fn bundle(root: &Path, stage: &Path) -> Result<()> {
    let page = read(&root.join("index.html"))?;
    let inlined = |name: &str| page.contains(&format!("\"style/{name}\""));
    join(&root.join("style"), |name| !inlined(name), &stage.join("app.css"))?;
    join(&root.join("style/later"), |_| true, &stage.join("later.css"))?;
    join(&root.join("style/quiz"), |_| true, &stage.join("quiz.css"))
}

fn join(folder: &Path, wanted: impl Fn(&str) -> bool, into: &Path) -> Result<()> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .with_context(|| format!("listing {}", folder.display()))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".css") && wanted(name))
        .collect();
    files.sort();
    let mut joined = String::new();
    for name in &files {
        joined.push_str(&minify(&read(&folder.join(name))?));
    }
    if joined.is_empty() { Ok(()) } else { write(into, joined) }
}

/// Minifies every `<style>` of a page, and takes from every `<script>` the lines that are comments and
/// the blanks at the beginning of the others. Nothing else of a script is touched.
pub fn minify_inline(page: &str) -> String {
    let mut out = page.to_owned();
    for element in html::elements(page, "style").into_iter().rev() {
        let small = minify(&page[element.text.clone()]);
        out.replace_range(element.text, &small);
    }
    // One style, one digest in the policy.
    out = out.replace("</style>\n<style>", "");
    let scripts = out.clone();
    for element in html::elements(&scripts, "script").into_iter().rev() {
        let lines = scripts[element.text.clone()].lines().map(str::trim_start);
        let code: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect();
        out.replace_range(element.text, &code.join("\n"));
    }
    out
}

/// Drops comments, and blanks where they mean nothing: never around `:`, `>`, `+`, `-` or inside
/// parentheses, where they can.
fn minify(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    let mut blank = false;
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        if first.is_whitespace() {
            blank = true;
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let tight = |c: char| "{};,".contains(c);
        if blank && !tight(first) && out.chars().last().is_some_and(|last| !tight(last)) {
            out.push(' ');
        }
        blank = false;
        let token =
            if first == '"' || first == '\'' { quoted(rest, first) } else { &rest[..first.len_utf8()] };
        if first == '}' && out.ends_with(';') {
            out.pop();
        }
        out.push_str(token);
        rest = &rest[token.len()..];
    }
    out
}

/// The string that `text` begins with, quotes included.
fn quoted(text: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !escaped {
            return &text[..at + c.len_utf8()];
        }
        escaped = c == '\\' && !escaped;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_needless_blanks_go() {
        let css = "/* a */\n@layer base {\n  .a,\n  .b { color: red; margin: 0 auto; }\n}\n";
        assert_eq!(minify(css), "@layer base{.a,.b{color: red;margin: 0 auto}}");
    }

    #[test]
    fn what_a_blank_or_a_quote_means_stays() {
        for css in [
            ".a .b > .c :focus",
            "a{width: calc(1px + 2px)}",
            "a::after{content: \"/* { } */  \\\" ;\"}",
            "@media (min-width: 1px) and (hover)",
        ] {
            assert_eq!(minify(css), css);
        }
        assert_eq!(minify(".a/* x */.b /* y */ .c"), ".a.b .c");
    }

    #[test]
    fn inline_styles_are_minified_where_they_stand() {
        assert_eq!(
            minify_inline("<style>a { b: c; }</style><p>  <style>/**/</style>"),
            "<style>a{b: c}</style><p>  <style></style>"
        );
    }

    #[test]
    fn scripts_of_a_page_lose_comments_and_indentation_and_nothing_else() {
        let page =
            "<style>a { b: c }</style><script>\n// Why.\n  x = \"// no comment\"; // stays\n\n</script>";
        assert_eq!(
            minify_inline(page),
            "<style>a{b: c}</style><script>x = \"// no comment\"; // stays</script>"
        );
    }
}
