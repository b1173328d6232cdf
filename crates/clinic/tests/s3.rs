//! Finished items in an S3 store: Garage, a real one, on this machine. Only with the feature `s3`.

#![cfg(feature = "s3")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
use care::item::{Header, Kind, id_of};
use clinic::server_folder::{Limits, ServerFolder};
use common::{
    tus::{PIECE, ask, metadata},
    *,
};
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A Garage of one node, stopped when dropped.
struct Garage {
    config: PathBuf,
    endpoint: String,
    child: Option<Child>,
}

impl Garage {
    /// Starts it in a folder, with the bucket `clips` and a key for it.
    fn new(dir: &Path) -> (Self, String, String) {
        let ports: Vec<TcpListener> = (0..3).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let addr: Vec<String> = ports.iter().map(|p| p.local_addr().unwrap().to_string()).collect();
        drop(ports);
        let config = dir.join("garage.toml");
        let toml = format!(
            "metadata_dir = {:?}\ndata_dir = {:?}\ndb_engine = \"sqlite\"\nreplication_factor = 1\nrpc_bind_addr = \"{1}\"\nrpc_public_addr = \"{1}\"\nrpc_secret = \"{2}\"\n[s3_api]\ns3_region = \"garage\"\napi_bind_addr = \"{0}\"\nroot_domain = \".s3.localhost\"\n[admin]\napi_bind_addr = \"{3}\"\n",
            addr[0],
            addr[1],
            "ab".repeat(32),
            addr[2],
        );
        let toml = toml.replacen(&format!("{:?}", addr[0]), &format!("{:?}", dir.join("meta")), 1);
        let toml = toml.replacen(&format!("{:?}", addr[1]), &format!("{:?}", dir.join("data")), 1);
        fs::write(&config, toml).unwrap();
        let mut garage = Garage { config, endpoint: format!("http://{}", addr[0]), child: None };
        garage.start();
        let node = garage.told(&["node", "id", "-q"]);
        let node = node.split('@').next().unwrap().trim().to_owned();
        garage.told(&["layout", "assign", &node, "-z", "here", "-c", "1G"]);
        garage.told(&["layout", "apply", "--version", "1"]);
        garage.told(&["bucket", "create", "clips"]);
        let key = garage.told(&["key", "create", "desk"]);
        let field = |name: &str| {
            let line = key.lines().find(|l| l.starts_with(name)).unwrap_or_else(|| panic!("{name}: {key}"));
            line.split(':').nth(1).unwrap().trim().to_owned()
        };
        garage.told(&["bucket", "allow", "clips", "--read", "--write", "--key", "desk"]);
        let (id, secret) = (field("Key ID"), field("Secret key"));
        (garage, id, secret)
    }

    fn start(&mut self) {
        let child = Command::new("garage")
            .arg("-c")
            .arg(&self.config)
            .arg("server")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("garage (cargo xtask setup): {e}"));
        self.child = Some(child);
        let since = Instant::now();
        while !self.command(&["status"]).output().unwrap().status.success() {
            assert!(since.elapsed() < Duration::from_secs(30), "Garage does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("garage");
        command.arg("-c").arg(&self.config).args(args).stdin(Stdio::null());
        command
    }

    fn told(&self, args: &[&str]) -> String {
        let output = self.command(args).output().unwrap();
        assert!(output.status.success(), "garage {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Garage {
    fn drop(&mut self) {
        self.stop();
    }
}

#[test]
fn items_arrive_in_garage_wait_while_it_is_away_and_are_opened_and_erased_from_there() {
    let dir = tempfile::tempdir().unwrap();
    let (mut garage, key, secret) = Garage::new(dir.path());
    let clinic_dir = make_clinic(dir.path());
    let kit_dir = write_kit(dir.path(), &format!("return = \"server\"\n{KIT}"));
    let link = patient_link(&succeed(clinic().arg("publish").arg(kit_dir).arg("--clinic").arg(&clinic_dir)));
    let kit = open(&clinic_dir.join("public"), &link).0;
    let upload = kit.upload.clone().unwrap();
    let portal = dir.path().join("dist");
    fs::create_dir(&portal).unwrap();
    fs::write(portal.join("index.html"), "<!doctype html>").unwrap();
    let endpoint = garage.endpoint.clone();
    let at_garage = |command: &mut Command| {
        command
            .args(["--store", "s3://clips/tilleuls"])
            .env("AWS_ENDPOINT", &endpoint)
            .env("AWS_REGION", "garage")
            .env("AWS_ACCESS_KEY_ID", &key)
            .env("AWS_SECRET_ACCESS_KEY", &secret)
            .env("AWS_ALLOW_HTTP", "true");
    };
    let mut serve = clinic();
    serve.arg("serve").arg(clinic_dir.join("public")).arg("--portal").arg(&portal).args(["--port", "0"]);
    at_garage(&mut serve);
    let inbox = |args: &[&str]| {
        let mut command = clinic();
        command.arg("inbox").arg(&clinic_dir).args(args);
        at_garage(&mut command);
        command
    };
    let list = |command: &mut Command| -> Vec<serde_json::Value> {
        serde_json::from_str(&succeed(command)).unwrap()
    };
    let server = Server::start(&mut serve);

    let recipients: Vec<age::x25519::Recipient> =
        upload.recipients.iter().map(|r| r.parse().unwrap()).collect();
    let sealed = |n: u8, length: usize| {
        let payload: Vec<u8> = (0..length).map(|i| (i * 7 % 253) as u8).collect();
        let header = Header {
            item: id_of([n; 16]),
            kit_id: kit.kit_id.clone(),
            kind: Kind::Clip,
            exercise: None,
            mime: "video/mp4".into(),
            bytes: length as u64,
            made_ms: 1_795_000_000_000,
            offset_min: 60,
            words: None,
            sound: true,
        };
        let mut sealed = Vec::new();
        let all = recipients.iter().map(|r| r as &dyn age::Recipient);
        let mut writer = age::Encryptor::with_recipients(all).unwrap().wrap_output(&mut sealed).unwrap();
        std::io::Write::write_all(&mut writer, &header.front()).unwrap();
        std::io::Write::write_all(&mut writer, &payload).unwrap();
        writer.finish().unwrap();
        (header.item, payload, sealed)
    };
    let create = |item: &str, length: usize| {
        let headers = [("Upload-Length", &*length.to_string()), ("Upload-Metadata", &metadata(item))];
        let made = ask(&upload.token, "POST", &format!("{}u/", server.url), &headers, b"");
        assert!(made.status < 300, "{}", made.body);
        made.header("location").to_owned()
    };
    let send =
        |url: &str, bytes: &[u8]| ask(&upload.token, "PATCH", url, &[PIECE, ("Upload-Offset", "0")], bytes);

    // One that is put at once, and one in several parts.
    for (n, length) in [(1, 3000), (2, 20_000_000)] {
        let (item, payload, sealed) = sealed(n, length);
        let url = create(&item, sealed.len());
        assert_eq!(send(&url, &sealed).status, 204);
        let named: Vec<_> = list(&mut inbox(&["--json"]));
        assert_eq!(named.len(), usize::from(n));
        succeed(&mut inbox(&["open", &item]));
        let opened = list(&mut inbox(&["--json"])).into_iter().find(|e| e["item"] == *item).unwrap();
        let copy = clinic_dir.join("desk/inbox").join(opened["files"][0].as_str().unwrap());
        assert!(fs::read(copy).unwrap() == payload, "{length} bytes came out as they went in");
    }
    assert_eq!(fs::read_dir(clinic_dir.join("server/items")).unwrap().count(), 0, "nothing stays here");

    // The store is away: the item has not arrived, and nothing of it is lost.
    let (item, _, bytes) = sealed(3, 50_000);
    let url = create(&item, bytes.len());
    let head = |url: &str| ask(&upload.token, "HEAD", url, &[], b"");
    garage.stop();
    assert_eq!(send(&url, &bytes).status, 503);
    garage.start();
    assert_eq!(head(&url).header("upload-offset"), bytes.len().to_string());
    // The patient takes it back.
    assert_eq!(ask(&upload.token, "DELETE", &url, &[], b"").status, 204);
    let said = run(&mut inbox(&["--json"]));
    assert!(said.ok && said.err.contains("the patient asked for it"), "{}", said.err);
    assert!(!said.out.contains(&item));

    // The days of the two are over, and the server erases them there too.
    drop(server);
    let folder = ServerFolder::new(clinic_dir.join("server"));
    folder.set_limits(&Limits { keep_days: Some(0), ..folder.limits().unwrap() }).unwrap();
    let _server = Server::start(&mut serve);
    let (since, mut told) = (Instant::now(), String::new());
    while told.matches("its days are over").count() < 2 {
        assert!(since.elapsed() < Duration::from_secs(60), "{told}");
        told.push_str(&run(&mut inbox(&[])).err);
    }
    assert!(list(&mut inbox(&["--json"])).is_empty());
}
