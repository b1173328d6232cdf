//! `clinic serve`: the portal, the kits and their media, on one origin. Runs without any
//! private key, and refuses folders that hold one.
//!
//! What is served is a closed list: application routes, the portal's files, `jwks.json`, the clinic's own
//! questions `quiz/own.<language>.json`, `k/<43 characters>` and `m/<sha256>.<ext>`. Everything else does not
//! exist. What patients send comes in below `u/`, and links with a spoken code are asked below `l/`, when the clinic has a `server` folder.

mod answer;
mod guard;
mod manifest;
mod portal;
mod receive;
mod security;

use crate::{
    folder,
    problem::{Outcome, Problem},
    server_folder::ServerFolder,
};
use answer::{Body, Entity};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use manifest::Manifests;
use portal::Portal;
use receive::Receiver;
pub use receive::headers;
use security::{Audience, SecurityHeaders};
use std::{
    fs,
    future::Future,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;

/// How long running downloads may go on once the server has been asked to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// A connection that sends no whole request head for this long is closed: a few thousand of them
/// would otherwise keep everybody out.
const REQUEST_HEAD: Duration = Duration::from_secs(20);
/// Largest request head, and what is read of a body at once, in bytes.
const READ_BYTES: usize = 64 * 1024;
/// Connections at one time; those beyond wait. Each may hold two open files.
const MOST_CONNECTIONS: usize = 480;
/// What a proxy says of how it was reached.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
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
    /// What it may write to; `DIR/server` beside `DIR/public` when absent. Without such a folder
    /// nothing is received.
    pub server: Option<PathBuf>,
    /// Where finished items go, as an object store's address; the folder's `items` when absent.
    pub store: Option<String>,
    /// Websites that may show the portal's public screens in a frame, besides those of `clinic.toml`
    /// beside the public folder.
    pub embed_on: Vec<String>,
}

struct Site {
    public: PathBuf,
    portal: Portal,
    security: SecurityHeaders,
    receiver: Option<Arc<Receiver>>,
    manifests: Option<Arc<Manifests>>,
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
        let settings = public.parent().map(|clinic| clinic.join("clinic.toml"));
        let mut websites = settings.map_or_else(|| Ok(Vec::new()), |file| folder::websites(&file))?;
        for website in &config.embed_on {
            let origin = folder::origin(website).ok_or_else(|| {
                Problem::new("--embed-on", format!("is \"{website}\""))
                    .expected("a website’s beginning, as in https://www.cabinet-exemple.fr")
                    .to_do("Copy it from the browser: https://, the name, and nothing after it.")
            })?;
            websites.push(origin);
        }
        let (security, complete) = SecurityHeaders::of(&portal, config.https, &websites)?;
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
        let folder = server_folder(config, &public)?;
        let (mut receiver, mut manifests) = (None, None);
        if let Some(folder) = folder {
            let limits = folder.limits()?;
            let address = Address { portal_url: limits.portal_url.clone(), https: config.https };
            manifests = Some(Arc::new(Manifests::new(folder.clone(), public.clone(), address.clone())));
            let open = Receiver::open(folder, limits, config.store.as_deref(), address)?;
            receiver = Some(Arc::new(open));
        }
        Ok(Server {
            listener,
            site: Arc::new(Site { public, portal, security, receiver, manifests }),
            addr,
            warnings,
        })
    }

    /// Answers until `stop` is done; then lets running answers finish for some seconds.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Outcome<()> {
        let failed =
            |e: std::io::Error| Problem::new(self.addr.to_string(), format!("the server failed: {e}"));
        let listener = tokio::net::TcpListener::from_std(self.listener).map_err(failed)?;
        let receiver = self.site.receiver.clone();
        let app = Router::new()
            .fallback(site)
            .with_state(Arc::clone(&self.site))
            .layer(middleware::from_fn_with_state(self.site, secured))
            .layer(CatchPanicLayer::new());
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(REQUEST_HEAD).max_buf_size(READ_BYTES);
        let sweeping = receiver.map(|receiver| tokio::spawn(receiver.keep_sweeping()));
        let connections = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        tokio::pin!(stop);
        loop {
            let next = async {
                // The semaphore is never closed.
                let place = Arc::clone(&places).acquire_owned().await.ok();
                (place, listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                () = &mut stop => break,
                next = next => next,
            };
            let Ok((stream, _)) = accepted else {
                // Too many open files, or a connection that was gone before it was taken.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let connection =
                http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
            let watched = connections.watch(connection);
            tokio::spawn(async move {
                // A phone that hung up is no error of ours.
                let _ = watched.await;
                drop(place);
            });
        }
        drop(listener);
        // Those that are not done by then are cut.
        let _ = tokio::time::timeout(LAST_ANSWERS, connections.shutdown()).await;
        if let Some(sweeping) = sweeping {
            sweeping.abort();
        }
        Ok(())
    }
}

/// The folder that is written to, when the clinic has one.
fn server_folder(config: &Config, public: &Path) -> Outcome<Option<ServerFolder>> {
    let beside = || public.parent().map(|clinic| clinic.join("server")).filter(|dir| dir.is_dir());
    if let Some(dir) = config.server.clone().or_else(beside) {
        return Ok(Some(ServerFolder::new(guard::server_folder(&dir)?)));
    }
    match &config.store {
        None => Ok(None),
        Some(store) => Err(Problem::new(store, "there is no server folder beside the public one")
            .expected("DIR/server, which clinic init makes, or --server DIR")
            .to_do("Publish a kit with return = \"server\" first, or give --server DIR.")
            .into()),
    }
}

/// How phones reach this server.
#[derive(Clone, Debug)]
struct Address {
    /// The portal's address, when it is known.
    portal_url: String,
    https: bool,
}

impl Address {
    /// A path's whole address: below the portal's own when the request came through it, else as the
    /// request, or the proxy before it, says.
    fn of(&self, path: &str, given: &HeaderMap) -> String {
        let text = |name: HeaderName| given.get(name).and_then(|v| v.to_str().ok());
        let plain = |host: &&str| {
            !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b))
        };
        let portal = &self.portal_url;
        let portal_host = portal.split_once("://").and_then(|(_, rest)| rest.split('/').next());
        let host = match text(header::HOST).filter(plain) {
            Some(host) if !portal_host.is_some_and(|p| p.eq_ignore_ascii_case(host)) => host,
            _ => return format!("{portal}{path}"),
        };
        let forwarded = text(FORWARDED_PROTO).and_then(|v| v.split(',').next()).map(str::trim);
        let scheme = match forwarded {
            Some("https") => "https",
            Some("http") => "http",
            _ if self.https => "https",
            _ => "http",
        };
        format!("{scheme}://{host}/{path}")
    }
}

async fn secured(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let audience = Audience::of(request.uri().path());
    let mut response = next.run(request).await;
    site.security.apply(response.headers_mut(), audience);
    response
}

async fn site(State(site): State<Arc<Site>>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    if let (Some(receiver), Some(rest)) = (&site.receiver, path.strip_prefix("u/")) {
        return receiver.answer(rest, request).await;
    }
    if let (Some(manifests), Some(rest)) = (&site.manifests, path.strip_prefix("l/")) {
        let mut response = cross_origin(manifests.answer(rest, request).await);
        let headers = response.headers_mut();
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "If-None-Match, Content-Type"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        return response;
    }
    give(&site, &path, request.method(), request.uri(), request.headers()).await
}

async fn give(site: &Site, path: &str, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    let kit = path.strip_prefix("k/");
    if kit.is_some() && *method == Method::OPTIONS {
        return cross_origin(StatusCode::NO_CONTENT.into_response());
    }
    if *method != Method::GET && *method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")], "GET or HEAD only\n")
            .into_response();
    }
    if let Some(id) = kit {
        return cross_origin(give_kit(site, id, uri, method, headers).await);
    }
    let entity = match path {
        "jwks.json" | "quiz/own.fr.json" | "quiz/own.en.json" => {
            small_file(&site.public, path, "application/json", ASK_AGAIN).await
        }
        _ => match path.strip_prefix("m/") {
            Some(name) => medium(&site.public, name).await,
            None => site.portal.get(path, headers),
        },
    };
    match entity {
        Some(entity) => answer::answer(entity, method, headers).await,
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
