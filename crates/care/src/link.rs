//! The link a patient receives: a SMART Health Link (HL7 SHL, STU1) on the clinic's portal.
//!
//! A second form, a kit small enough to travel inside the QR itself, is to come: hence
//! [`KitLink`] is an enum and every caller matches on it.

use crate::{
    jose::{b64, unb64},
    json::{self, Json, Value},
    record,
};

/// What a pasted, tapped or scanned text can bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KitLink {
    /// A kit at the clinic's server.
    Shl(ShLink),
}

/// A SMART Health Link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShLink {
    /// Where the encrypted kit lies.
    pub url: String,
    /// One capital letter a flag, sorted: `L` long-term, `U` direct file, `P` passcode.
    pub flag: String,
    /// The 32-byte key, base64url, 43 characters.
    pub key: String,
    /// Whole seconds since 1970 (UTC) after which the link is over.
    pub exp: Option<i64>,
    /// At most 80 characters for the patient.
    pub label: Option<String>,
    /// Version of the SHL specification; 1 when absent.
    pub v: Option<u32>,
}

/// Why a text is not a link that this portal can open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// There is no `shlink:/` in it.
    #[error("no kit link in this text")]
    NotALink,
    /// It begins like one, but a part is missing or was changed on the way.
    #[error("the link is cut or changed")]
    Broken,
    /// Made for a later version of the specification, or asks for something unknown here.
    #[error("the link is of a kind that this portal does not know")]
    Foreign,
    /// Its own date says that it is over.
    #[error("the link has expired")]
    Expired,
}

impl KitLink {
    /// Finds and reads the link in a text: a whole address, a bare `shlink:/…`, or a message
    /// around one. `now_ms` is UTC; a clock wrong by less than a day forgives.
    pub fn parse(text: &str, now_ms: i64) -> Result<Self, LinkError> {
        const MARK: &str = "shlink:/";
        let at = text.find(MARK).ok_or(LinkError::NotALink)?;
        let body = text[at + MARK.len()..].trim_start_matches('/');
        let end = body
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=')))
            .unwrap_or(body.len());
        let json = unb64(body[..end].trim_end_matches('=')).ok_or(LinkError::Broken)?;
        let value = Value::parse(&json).map_err(|_| LinkError::Broken)?;
        if matches!(value.get("v"), Value::Int(v) if *v > 1) {
            return Err(LinkError::Foreign);
        }
        let link = ShLink::from_json(&value).map_err(|_| LinkError::Broken)?;
        if link.key_bytes().is_none() || !is_web_address(&link.url) {
            return Err(LinkError::Broken);
        }
        // Either the file itself, or a manifest behind a code: the specification has no link that is
        // both, and a manifest without a code is not used here.
        if link.has('U') == link.has('P') {
            return Err(LinkError::Foreign);
        }
        const DAY_S: i64 = 86_400;
        if link.exp.is_some_and(|exp| now_ms / 1000 > exp.saturating_add(DAY_S)) {
            return Err(LinkError::Expired);
        }
        Ok(KitLink::Shl(link))
    }
}

fn is_web_address(url: &str) -> bool {
    url.len() <= 512
        && (url.starts_with("https://") || url.starts_with("http://"))
        && url.bytes().all(|b| b.is_ascii_graphic())
}

record!(struct ShLink { url, flag, key, exp, label, v });

impl ShLink {
    /// The link for a file that stays at one address (`L`) and is fetched directly (`U`).
    pub fn direct(url: String, key: &[u8; 32], label: Option<String>) -> Self {
        ShLink { url, flag: "LU".into(), key: b64(key), exp: None, label, v: Some(1) }
    }

    /// The link for a file whose manifest (`POST url`) asks for a spoken code (`P`).
    pub fn manifest(url: String, key: &[u8; 32], label: Option<String>) -> Self {
        ShLink { flag: "LP".into(), ..ShLink::direct(url, key, label) }
    }

    /// Whether a flag is set.
    pub fn has(&self, flag: char) -> bool {
        self.flag.contains(flag)
    }

    /// The key, when it is one.
    pub fn key_bytes(&self) -> Option<[u8; 32]> {
        unb64(&self.key)?.try_into().ok()
    }

    /// `shlink:/…`
    pub fn to_uri(&self) -> String {
        format!("shlink:/{}", b64(json::write(self).as_bytes()))
    }

    /// The whole address at a portal, whose own address ends with `/`.
    pub fn on_portal(&self, portal: &str) -> String {
        format!("{portal}#{}", self.to_uri())
    }

    /// The address to fetch, with the `recipient` that the specification asks for.
    pub fn fetch_url(&self, recipient: &str) -> String {
        let mark = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{mark}recipient={recipient}", self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn link() -> ShLink {
        ShLink::direct("https://portail.example/k/abc".into(), &[5; 32], Some("Kit".into()))
    }

    #[test]
    fn a_link_is_found_in_an_address_in_a_message_and_bare() {
        let uri = link().to_uri();
        let whole = link().on_portal("https://portail.example/");
        for text in
            [uri.clone(), whole.clone(), format!("Bonjour, voici : {whole} . À jeudi !"), format!(" {uri}\n")]
        {
            assert_eq!(KitLink::parse(&text, 0), Ok(KitLink::Shl(link())), "{text}");
        }
    }

    #[test]
    fn each_way_of_being_wrong_has_its_own_word() {
        let with = |f: &dyn Fn(&mut ShLink)| {
            let mut l = link();
            f(&mut l);
            KitLink::parse(&l.to_uri(), 10 * 86_400_000)
        };
        assert_eq!(KitLink::parse("https://www.tiktok.com/x", 0), Err(LinkError::NotALink));
        assert_eq!(KitLink::parse("shlink:/eyJ1cmwi", 0), Err(LinkError::Broken));
        assert_eq!(with(&|l| l.key = "short".into()), Err(LinkError::Broken));
        assert_eq!(with(&|l| l.url = "javascript:alert(1)".into()), Err(LinkError::Broken));
        assert_eq!(with(&|l| l.v = Some(2)), Err(LinkError::Foreign));
        assert_eq!(with(&|l| l.flag = "LPU".into()), Err(LinkError::Foreign));
        assert_eq!(with(&|l| l.flag = "L".into()), Err(LinkError::Foreign));
        assert!(with(&|l| l.flag = "LP".into()).is_ok());
        assert_eq!(with(&|l| l.exp = Some(86_400)), Err(LinkError::Expired));
        assert!(with(&|l| l.exp = Some(20 * 86_400)).is_ok());
    }

    #[test]
    fn a_link_cut_anywhere_is_broken_never_half_read() {
        let uri = link().to_uri();
        for n in 0..uri.len() {
            assert!(KitLink::parse(&uri[..n], 0).is_err(), "{n}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(s in "\\PC{0,80}(shlink:/)?\\PC{0,80}", now in any::<i64>()) {
            let _ = KitLink::parse(&s, now);
        }
    }
}
