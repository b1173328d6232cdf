//! `clinic serve`: the portal, the kits and their media, on one origin. Runs without any
//! private key, and refuses folders that hold one.
//!
//! What is served is a closed list: application routes, the portal's files, `jwks.json`,
//! `k/<43 characters>` and `m/<sha256>.<ext>`. Everything else does not exist.

mod answer;
mod guard;
mod portal;
mod security;

use crate::problem::{Outcome, Problem};
use answer::{Body, Entity};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use portal::Portal;
use security::SecurityHeaders;
use std::{
    fs,
    future::Future,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tower_http::catch_panic::CatchPanicLayer;

/// How long running downloads may go on once the server has been asked to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// Content-addressed: never another content under this name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// To be asked for again each time; an unchanged one costs a few bytes.
const ASK_AGAIN: &str = "no-cache";

/// What to serve, and where.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DIR/public` of a clinic.
    pub public: PathBuf,
    /// The built portal; the one inside the program when absent.
    pub portal: Option<PathBuf>,
    /// Address to listen on.
    pub addr: IpAddr,
    /// Port to listen on; 0 takes a free one.
    pub port: u16,
    /// Whether patients reach this server over https, through a proxy in front of it.
    pub https: bool,
}

struct Site {
    public: PathBuf,
    portal: Portal,
    security: SecurityHeaders,
}

/// A server that holds its port and does not answer yet.
pub struct Server {
    listener: std::net::TcpListener,
    site: Arc<Site>,
    /// Where it listens.
    pub addr: SocketAddr,
    /// What the person who starts it should know.
    pub warnings: Vec<String>,
}

impl Server {
    /// Checks the folders and takes the port.
    pub fn new(config: &Config) -> Outcome<Self> {
        let public = guard::public_folder(&config.public)?;
        let portal = Portal::open(config.portal.as_deref())?;
        let mut warnings = Vec::new();
        let (security, complete) = SecurityHeaders::of(&portal, config.https)?;
        if !complete {
            warnings.push(
                "The portal has no headers.json: its inline script may be refused by the built-in policy. Build it with `cargo xtask serve` or `cargo xtask dist`."
                    .to_owned(),
            );
        }
        if !config.addr.is_loopback() && !config.https {
            warnings.push(format!(
                "Listening on {} without https: on other devices there will be no camera, no offline use and no signature check. Put a proxy with https in front (the README shows nginx and Caddy), then add --https.",
                config.addr
            ));
        }
        let wanted = SocketAddr::new(config.addr, config.port);
        let listener = std::net::TcpListener::bind(wanted).map_err(|e| {
            Problem::new(wanted.to_string(), format!("this address and port cannot be taken: {e}"))
                .to_do("Stop the program that uses them, or choose another port: --port 8081")
        })?;
        let failed =
            |e: std::io::Error| Problem::new(wanted.to_string(), format!("cannot be listened on: {e}"));
        listener.set_nonblocking(true).map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        Ok(Server { listener, site: Arc::new(Site { public, portal, security }), addr, warnings })
    }

    /// Answers until `stop` is done; then lets running answers finish for some seconds.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Outcome<()> {
        let failed =
            |e: std::io::Error| Problem::new(self.addr.to_string(), format!("the server failed: {e}"));
        let listener = tokio::net::TcpListener::from_std(self.listener).map_err(failed)?;
        let app = Router::new()
            .fallback(site)
            .with_state(Arc::clone(&self.site))
            .layer(middleware::from_fn_with_state(self.site, secured))
            .layer(CatchPanicLayer::new());
        let (told, mut hears) = tokio::sync::watch::channel(false);
        let stopping = async move {
            stop.await;
            // Nobody hears it only when the server is gone already.
            let _ = told.send(true);
        };
        let serving = axum::serve(listener, app).with_graceful_shutdown(stopping);
        let patience = async move {
            // An error means that the server ended by itself: then there is nothing to cut short.
            if hears.wait_for(|stopped| *stopped).await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(LAST_ANSWERS).await;
        };
        tokio::select! {
            ended = serving.into_future() => ended.map_err(|e| failed(e).into()),
            () = patience => Ok(()),
        }
    }
}

async fn secured(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    site.security.apply(response.headers_mut());
    response
}

async fn site(State(site): State<Arc<Site>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let kit = path.strip_prefix("k/");
    if kit.is_some() && method == Method::OPTIONS {
        return cross_origin(StatusCode::NO_CONTENT.into_response());
    }
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")], "GET or HEAD only\n")
            .into_response();
    }
    if let Some(id) = kit {
        return cross_origin(give_kit(&site, id, &uri, &method, &headers).await);
    }
    let entity = match path {
        "jwks.json" => small_file(&site.public, "jwks.json", "application/json", ASK_AGAIN).await,
        _ => match path.strip_prefix("m/") {
            Some(name) => medium(&site.public, name).await,
            None => site.portal.get(path, &headers),
        },
    };
    match entity {
        Some(entity) => answer::answer(entity, &method, &headers).await,
        None => not_found(),
    }
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, ASK_AGAIN)], "Not found\n").into_response()
}

/// Other SMART Health Link readers run on other origins; the kit is useless without its key.
fn cross_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "If-None-Match"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "ETag"),
        (security::RESOURCE_POLICY, "cross-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A kit, sealed. The specification of SMART Health Links asks the reader to say who it is.
async fn give_kit(site: &Site, id: &str, uri: &Uri, method: &Method, headers: &HeaderMap) -> Response {
    let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if id.len() != 43 || !id.bytes().all(letters) {
        return not_found();
    }
    let recipient = uri.query().unwrap_or("").split('&').find_map(|p| p.strip_prefix("recipient="));
    if recipient.is_none_or(str::is_empty) {
        let words = "This address needs ?recipient=NAME (SMART Health Links, direct file)\n";
        return (StatusCode::BAD_REQUEST, [(header::CACHE_CONTROL, ASK_AGAIN)], words).into_response();
    }
    match small_file(&site.public, &format!("k/{id}"), "application/jose", ASK_AGAIN).await {
        Some(entity) => answer::answer(entity, method, headers).await,
        None => not_found(),
    }
}

/// A file in `root` that a symbolic link does not lead out of it.
fn within(root: &Path, name: &str) -> Option<PathBuf> {
    let file = fs::canonicalize(root.join(name)).ok()?;
    (file.starts_with(root) && file.is_file()).then_some(file)
}

async fn small_file(root: &Path, name: &str, mime: &'static str, cache: &'static str) -> Option<Entity> {
    let bytes = tokio::fs::read(within(root, name)?).await.ok()?;
    let etag = format!("\"{}\"", crate::files::sha256(&bytes));
    Some(Entity { body: Body::Bytes(bytes.into()), etag, mime, cache, encoding: None, varies: false })
}

/// `<sha256>.<ext>` or `<sha256>.chunks`.
async fn medium(root: &Path, name: &str) -> Option<Entity> {
    let (hash, extension) = name.split_once('.')?;
    let mime = match extension {
        "mp4" => "video/mp4",
        "jpg" => "image/jpeg",
        "avif" => "image/avif",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "vtt" => "text/vtt; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "pdf" => "application/pdf",
        "chunks" => "application/octet-stream",
        _ => return None,
    };
    if !care::media::is_hash(hash) {
        return None;
    }
    let file = within(root, &format!("m/{name}"))?;
    let length = tokio::fs::metadata(&file).await.ok()?.len();
    let etag = format!("\"{name}\"");
    Some(Entity {
        body: Body::File(file, length),
        etag,
        mime,
        cache: FOR_EVER,
        encoding: None,
        varies: false,
    })
}
