//! The keys believed on this device, and what is kept of a link until its kit has arrived.

use super::App;
use crate::platform::{
    crypto::WebCrypto,
    net::{self, Fetch},
};
use care::{
    jose::JwkSet,
    json,
    ports::{Network, Record, Records, Request, Store},
    problem::Problem,
    profile::ProfileId,
    record,
    trust::TrustedKeys,
};

/// A link whose kit has not arrived yet: one bar of network must not lose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PendingLink {
    profile: ProfileId,
    /// The text as it was given.
    pub(super) text: String,
}

record!(struct PendingLink { profile, text });

impl Record for PendingLink {
    const STORE: Store = Store::Device;
    fn key(&self) -> String {
        Self::KEY.into()
    }
    fn profile(&self) -> ProfileId {
        self.profile.clone()
    }
}

impl PendingLink {
    /// The key of the one record.
    pub(super) const KEY: &str = "pending-link";

    pub(super) fn new(profile: ProfileId, text: String) -> Self {
        PendingLink { profile, text }
    }
}

/// Longest answer that is read whole: a kit of 60 exercises in two languages is under 1 MB.
const MAX_ANSWER: u64 = 8 * 1024 * 1024;

/// A whole answer as text, with its `ETag`. `None`: not changed since `etag`.
pub(super) async fn fetch_text(
    url: &str,
    etag: Option<String>,
) -> Result<Option<(String, Option<String>)>, Problem> {
    let request = Request { url: url.to_owned(), range: None, etag };
    let mut response = Fetch.fetch(request).await?;
    if let Some(problem) = Problem::of_kit_status(response.status) {
        return Err(problem);
    }
    if response.status == 304 {
        return Ok(None);
    }
    let text = net::read_text(&mut response.body, MAX_ANSWER).await?.ok_or(Problem::KitNotAKit)?;
    Ok(Some((text, response.etag)))
}

impl App {
    /// The keys believed here, without asking the network when some are known.
    pub(super) async fn trusted(self) -> Result<TrustedKeys, Problem> {
        match self.stored_keys().await {
            Some(keys) if !keys.keys.is_empty() => Ok(keys),
            _ => self.refresh_keys().await,
        }
    }

    async fn stored_keys(self) -> Option<TrustedKeys> {
        let db = self.database()?;
        db.get(TrustedKeys::KEY).await.ok().flatten()
    }

    /// Looks at the keys deployed with the portal and keeps those that count.
    pub(super) async fn refresh_keys(self) -> Result<TrustedKeys, Problem> {
        let known = self.stored_keys().await.unwrap_or_default();
        let Some((text, _)) = fetch_text("jwks.json", None).await? else { return Ok(known) };
        // A login page instead of the keys changes nothing.
        let Ok(deployed) = json::read::<JwkSet>(text.as_bytes()) else {
            return Err(Problem::KitNotAKit);
        };
        let updated =
            known.clone().updated(&deployed, &WebCrypto).await.map_err(|_| Problem::CryptoMissing)?;
        if updated != known {
            self.save(&updated);
        }
        Ok(updated)
    }
}
