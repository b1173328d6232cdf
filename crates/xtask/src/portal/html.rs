//! What is done to index.html: placeholders, `<base>`, and the digests of its inline parts for the
//! Content-Security-Policy.

use anyhow::{Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::names::Named;

/// Removes the `<link data-trunk …>` that Trunk leaves behind when it injects no script.
pub fn strip_trunk_links(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(start) = rest.find("<link") {
        let Some(length) = rest[start..].find('>') else { break };
        let end = start + length + 1;
        if rest[start..end].contains("data-trunk") {
            out.push_str(rest[..start].trim_end_matches([' ', '\t']));
            rest = rest[end..].strip_prefix('\n').unwrap_or(&rest[end..]);
        } else {
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

/// Puts the hashed names where the page has `@JS@`, `@WASM@`, `@LATER@`, `@LATER_CSS@`, `@EN@` and, if it has one, `@CSS@`.
///
/// # Errors
/// When a placeholder is missing, or names a file that the build doesn't have.
pub fn fill(page: &str, named: &Named) -> Result<String> {
    let mut page = page.to_owned();
    for (placeholder, name) in [
        ("@JS@", &named.js),
        ("@WASM@", &named.wasm),
        ("@LATER@", &named.later),
        ("@LATER_CSS@", &named.later_css),
        ("@EN@", &named.english),
    ] {
        if !page.contains(placeholder) {
            bail!("the bootstrap has no `{placeholder}`, which the build replaces by `{name}`");
        }
        page = page.replace(placeholder, name);
    }
    match &named.css {
        Some(css) => page = page.replace("@CSS@", css),
        None if page.contains("@CSS@") => {
            bail!("`@CSS@` stands for the files of style/ that the page doesn't inline, but there are none")
        }
        None => {}
    }
    Ok(page)
}

/// Sets the address that every relative URL of the page starts from.
///
/// # Errors
/// When the page has no `<base href="…">`.
pub fn with_base(page: &str, base: &str) -> Result<String> {
    const OPEN: &str = "<base href=\"";
    let Some(start) = page.find(OPEN).map(|at| at + OPEN.len()) else {
        bail!("there is no `<base href=\"/\">`, which says where the portal is deployed");
    };
    let Some(length) = page[start..].find('"') else { bail!("`<base href=\"` is not closed") };
    Ok(format!("{}{base}{}", &page[..start], &page[start + length..]))
}

/// The page of `/embed/…`, for frames in a clinic's own page: the portal's, with a style and a script
/// of its own before its first script.
///
/// # Errors
/// When the page has no script.
pub fn for_frames(page: &str, style: &str, script: &str) -> Result<String> {
    let Some(at) = page.find("<script") else {
        bail!("there is no `<script`, before which the page for frames differs")
    };
    let (head, rest) = page.split_at(at);
    Ok(format!("{head}<style>{style}</style>\n<script>{script}</script>\n{rest}"))
}

/// Who may show the portal in a frame: nobody, in a [`policy`] as it is written.
pub const NO_FRAMES: &str = "frame-ancestors 'none'";

/// The Content-Security-Policy of the portal: nothing but its own files, and those inline scripts
/// and styles that are in `page`.
///
/// # Errors
/// When the page has what the policy would block: a style or an event handler as an attribute.
pub fn policy(page: &str) -> Result<String> {
    let outside = without_inline_parts(page);
    for (attribute, instead) in
        [(" style=\"", "a class"), (" onclick=\"", "a listener"), (" onload=\"", "a listener")]
    {
        if outside.contains(attribute) {
            bail!("the attribute`{attribute}…\"` would be blocked by the policy; use {instead}");
        }
    }
    let digests = |tag: &str| -> String {
        inline_parts(page, tag).iter().map(|text| format!(" 'sha256-{}'", sha256_base64(text))).collect()
    };
    Ok([
        "default-src 'none'".to_owned(),
        format!("script-src 'self' 'wasm-unsafe-eval'{}", digests("script")),
        format!("style-src 'self'{}", digests("style")),
        "img-src 'self' blob: data:".to_owned(),
        "media-src 'self' blob:".to_owned(),
        "connect-src 'self'".to_owned(),
        "worker-src 'self'".to_owned(),
        "manifest-src 'self'".to_owned(),
        "form-action 'self'".to_owned(),
        "base-uri 'self'".to_owned(),
        NO_FRAMES.to_owned(),
    ]
    .join("; "))
}

fn sha256_base64(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// The texts of the elements `tag` that have one and no `src`.
fn inline_parts<'page>(page: &'page str, tag: &str) -> Vec<&'page str> {
    elements(page, tag)
        .into_iter()
        .filter(|element| !page[element.open.clone()].contains(" src=") && !element.text.is_empty())
        .map(|element| &page[element.text])
        .collect()
}

fn without_inline_parts(page: &str) -> String {
    let mut out = page.to_owned();
    for tag in ["script", "style"] {
        // From the end, so that the ranges before stay right.
        for element in elements(&out, tag).into_iter().rev() {
            out.replace_range(element.text, "");
        }
    }
    while let (Some(start), Some(end)) = (out.find("<!--"), out.find("-->")) {
        if end < start {
            break;
        }
        out.replace_range(start..end + 3, "");
    }
    out
}

/// Where an element with raw text is in a page.
pub struct Element {
    /// From `<` to `>` of the opening tag.
    pub open: std::ops::Range<usize>,
    /// What is between the tags.
    pub text: std::ops::Range<usize>,
}

/// The elements `tag` of a page. Scripts and styles hold raw text up to their closing tag, so a search finds them exactly.
pub fn elements(page: &str, tag: &str) -> Vec<Element> {
    let (open, close) = (format!("<{tag}"), format!("</{tag}"));
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = page[from..].find(&open).map(|at| from + at) {
        let after = start + open.len();
        let is_tag = page[after..].starts_with(['>', ' ', '\n', '\t']);
        let Some(text) = page[after..].find('>').map(|at| after + at + 1).filter(|_| is_tag) else {
            from = after;
            continue;
        };
        let Some(end) = page[text..].find(&close).map(|at| text + at) else { break };
        found.push(Element { open: start..text, text: text..end });
        from = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_an_inline_script_is_that_of_its_exact_text() {
        // The example of the Content Security Policy specification.
        let page = "<script>alert('Hello, world.');</script>";
        let policy = policy(page).unwrap();
        assert!(policy.contains("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"), "{policy}");
    }

    #[test]
    fn every_inline_script_and_style_counts_and_files_do_not() {
        let page = "<style>a{}</style><style media=\"print\">b{}</style><script src=\"x.js\"></script>\
                    <script type=\"module\">1</script>";
        let policy = policy(page).unwrap();
        let count = |directive: &str| {
            policy.split("; ").find(|part| part.starts_with(directive)).unwrap().matches("sha256-").count()
        };
        assert_eq!((count("script-src"), count("style-src")), (1, 2));
        assert!(!policy.contains("unsafe-inline"));
    }

    #[test]
    fn attributes_that_the_policy_blocks_are_refused() {
        assert!(policy("<p style=\"color:red\">").is_err());
        assert!(policy("<script>p = '<p style=\"x\">'</script>").is_ok());
        assert!(policy("<!-- <p style=\"x\"> -->").is_ok());
    }

    #[test]
    fn a_missing_placeholder_is_named() {
        let named = Named {
            js: "a.js".into(),
            wasm: "b.wasm".into(),
            later: "c.wasm".into(),
            later_css: "d.css".into(),
            english: "en.txt".into(),
            css: None,
        };
        assert_eq!(
            fill("@JS@ @WASM@ @LATER@ @LATER_CSS@ @EN@", &named).unwrap(),
            "a.js b.wasm c.wasm d.css en.txt"
        );
        assert!(fill("@JS@ @EN@", &named).unwrap_err().to_string().contains("@WASM@"));
        assert!(fill("@JS@ @WASM@ @LATER@ @LATER_CSS@ @EN@ @CSS@", &named).is_err());
    }

    #[test]
    fn the_page_for_frames_has_its_own_style_and_script_before_the_others() {
        let page = "<style>a{}</style>\n<script>1</script><script>2</script>";
        assert_eq!(
            for_frames(page, "b{}", "0").unwrap(),
            "<style>a{}</style>\n<style>b{}</style>\n<script>0</script>\n<script>1</script><script>2</script>"
        );
        assert!(for_frames("<style>a{}</style>", "b{}", "0").is_err());
    }

    #[test]
    fn the_links_meant_for_trunk_do_not_reach_the_patient() {
        let page = "<head>\n  <link data-trunk rel=\"rust\">\n  <link rel=\"icon\" href=\"i\">\n</head>";
        assert_eq!(strip_trunk_links(page), "<head>\n  <link rel=\"icon\" href=\"i\">\n</head>");
    }

    #[test]
    fn only_the_address_of_the_base_changes() {
        assert_eq!(with_base("<base href=\"/\" id=1>", "/x/").unwrap(), "<base href=\"/x/\" id=1>");
        assert!(with_base("<head>", "/").is_err());
    }
}
