//! Filming: the camera's picture, and the recorder that gives it out in small pieces while it runs.
//! Everything is called by its name: bindings of their own would weigh on every first visit.

use super::{
    camera,
    js::{JsBytes, call, call_async, get, global, object, text},
};
use care::clip::Trouble;
use gloo_events::EventListener;
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventTarget, File, HtmlVideoElement};

/// The picture that is asked for: enough to see a movement, small enough to be sent from the country.
const WIDTH: u32 = 640;
const HEIGHT: u32 = 360;
const PICTURES_A_SECOND: u32 = 15;
const PICTURE_BITS: u32 = 200_000;
const SOUND_BITS: u32 = 24_000;

/// What the recorder may write, the best first. WebM can be cut at any byte and still plays; MP4 only
/// up to its last whole fragment, and a fragment begins with a key picture.
const WITH_SOUND: [&str; 5] = [
    "video/webm;codecs=vp8,opus",
    "video/webm;codecs=vp9,opus",
    "video/webm",
    "video/mp4;codecs=avc1.42E01F,mp4a.40.2",
    "video/mp4",
];
const SILENT: [&str; 5] = [
    "video/webm;codecs=vp8",
    "video/webm;codecs=vp9",
    "video/webm",
    "video/mp4;codecs=avc1.42E01F",
    "video/mp4",
];

/// Time between two pieces in milliseconds: what a kill at the worst moment costs.
const WEBM_SLICE_MS: i32 = 500;
/// MP4 comes fragment by fragment, whatever is asked: one a key picture.
const MP4_SLICE_MS: i32 = 250;
const MP4_KEY_MS: i32 = 750;

/// Which of the phone's cameras.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facing {
    /// The one that looks at who holds the screen: alone, one sees oneself.
    Front,
    /// The one on the back: for who films another.
    Back,
}

/// A camera that is on. Dropping it turns it off.
pub struct Camera {
    stream: JsValue,
    /// Whether it hears, too.
    pub sound: bool,
    lost: Vec<EventListener>,
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.lost.clear();
        camera::stop(&self.stream);
    }
}

impl Camera {
    /// Turns a camera on, with the microphone if `sound`; without it where there is none or it was
    /// refused: the picture is what the kiné needs.
    pub async fn open(facing: Facing, sound: bool) -> Result<Camera, Trouble> {
        let devices = global("navigator.mediaDevices");
        if !devices.is_object() {
            return Err(Trouble::Missing);
        }
        let ideal = |value: JsValue| object(&[("ideal", value)]);
        let side = if facing == Facing::Front { "user" } else { "environment" };
        let video = object(&[
            ("facingMode", ideal(side.into())),
            ("width", ideal(WIDTH.into())),
            ("height", ideal(HEIGHT.into())),
            ("frameRate", ideal(PICTURES_A_SECOND.into())),
        ]);
        let wish = |sound: bool| object(&[("video", video.clone()), ("audio", sound.into())]);
        let mut heard = sound;
        let mut stream = call_async(&devices, "getUserMedia", &[wish(sound)]).await;
        if sound && stream.is_err() {
            heard = false;
            stream = call_async(&devices, "getUserMedia", &[wish(false)]).await;
        }
        match stream {
            Ok(stream) => Ok(Camera { stream, sound: heard, lost: Vec::new() }),
            Err(error) => Err(trouble(&text(&error, "name"))),
        }
    }

    /// Shows the picture.
    pub fn show(&self, video: &HtmlVideoElement) {
        video.set_muted(true);
        video.set_src_object(Some(self.stream.unchecked_ref()));
        super::film::play(video);
    }

    /// Calls back when the picture ends before it was turned off.
    pub fn on_lost(&mut self, lost: impl Fn(Trouble) + Clone + 'static) {
        let tracks = call(&self.stream, "getVideoTracks", &[]).unwrap_or_default();
        for track in Array::from(&tracks).iter() {
            let Ok(track) = track.dyn_into::<EventTarget>() else { continue };
            for (event, why) in [("ended", Trouble::Unplugged), ("mute", Trouble::Taken)] {
                let lost = lost.clone();
                self.lost.push(EventListener::new(&track, event, move |_| lost(why)));
            }
        }
    }
}

/// Why a camera does not open, by the browser's name for it.
fn trouble(name: &str) -> Trouble {
    match name {
        "NotAllowedError" | "SecurityError" | "PermissionDeniedError" => Trouble::Refused,
        "NotReadableError" | "AbortError" | "TrackStartError" => Trouble::Busy,
        _ => Trouble::Missing,
    }
}

/// What a recorder tells.
pub enum Heard {
    /// A piece, never empty.
    Piece(Piece),
    /// It has ended; nothing comes any more.
    Ended,
    /// It failed; what came before is good.
    Failed,
}

/// A recorder at work. Dropping it lets go of it without another word.
pub struct Recorder {
    inner: JsValue,
    _listeners: Vec<EventListener>,
}

impl Recorder {
    /// Whether this browser records at all.
    pub fn available() -> bool {
        global("MediaRecorder").is_function()
    }

    /// Begins to record.
    pub fn start(camera: &Camera, heard: impl Fn(Heard) + Clone + 'static) -> Result<Recorder, Trouble> {
        let maker = global("MediaRecorder").dyn_into::<Function>().map_err(|_| Trouble::NoRecorder)?;
        let known = |mime: &&&str| {
            call(&maker, "isTypeSupported", &[JsValue::from_str(mime)]).is_ok_and(|yes| yes.is_truthy())
        };
        let mime = if camera.sound { WITH_SOUND.iter() } else { SILENT.iter() }.find(known);
        let mut wish = vec![
            ("videoBitsPerSecond", JsValue::from(PICTURE_BITS)),
            ("audioBitsPerSecond", SOUND_BITS.into()),
        ];
        let mp4 = mime.is_none_or(|mime| mime.starts_with("video/mp4"));
        if let Some(mime) = mime {
            wish.push(("mimeType", JsValue::from_str(mime)));
        }
        if mp4 {
            wish.push(("videoKeyFrameIntervalDuration", MP4_KEY_MS.into()));
        }
        let inner = Reflect::construct(&maker, &Array::of2(&camera.stream, &object(&wish)));
        let inner = inner.map_err(|_| Trouble::NoRecorder)?;
        let target: &EventTarget = inner.unchecked_ref();
        let mut listeners = Vec::new();
        let told = heard.clone();
        listeners.push(EventListener::new(target, "dataavailable", move |event| {
            let piece = Piece(get(event, "data"));
            // Safari gives empty ones for small times.
            if piece.size() > 0.0 {
                told(Heard::Piece(piece));
            }
        }));
        let told = heard.clone();
        listeners.push(EventListener::new(target, "stop", move |_| told(Heard::Ended)));
        listeners.push(EventListener::new(target, "error", move |_| heard(Heard::Failed)));
        let slice = if mp4 { MP4_SLICE_MS } else { WEBM_SLICE_MS };
        // Some builds of WebKit say that they record and lack the parts for it: that shows here.
        call(&inner, "start", &[slice.into()]).map_err(|_| Trouble::NoRecorder)?;
        Ok(Recorder { inner, _listeners: listeners })
    }

    /// Ends the recording: what is still held comes as a last piece, then [`Heard::Ended`].
    pub fn stop(&self) {
        if text(&self.inner, "state") != "inactive" {
            // It can only be inactive already.
            let _ = call(&self.inner, "stop", &[]);
        }
    }

    /// What it writes, as it says itself; known once the first piece has come.
    pub fn mime(&self) -> String {
        text(&self.inner, "mimeType")
    }
}

/// A piece of a recording, or a file that the patient chose: its bytes stay where the browser has them.
#[derive(Clone)]
pub struct Piece(JsValue);

impl From<File> for Piece {
    fn from(file: File) -> Self {
        Piece(file.into())
    }
}

impl Piece {
    /// What it says that it is.
    pub fn mime(&self) -> String {
        text(&self.0, "type")
    }

    /// Its length in bytes.
    pub fn size(&self) -> f64 {
        get(&self.0, "size").as_f64().unwrap_or_default()
    }

    /// Its bytes.
    pub async fn bytes(&self) -> Option<JsBytes> {
        let buffer = call_async(&self.0, "arrayBuffer", &[]).await.ok()?;
        Some(JsBytes(Uint8Array::new(&buffer)))
    }

    /// The part from `from` to before `to`.
    pub fn part(&self, from: f64, to: f64) -> Option<Piece> {
        call(&self.0, "slice", &[from.into(), to.into()]).ok().map(Piece)
    }
}

/// Bytes that still fit, as the browser reckons; nothing where it does not say. Good for refusing,
/// never for telling: Chrome invents the number.
pub async fn free_space() -> Option<u64> {
    let storage = global("navigator.storage");
    let estimate = call_async(&storage, "estimate", &[]).await.ok()?;
    let number = |name: &str| get(&estimate, name).as_f64();
    Some((number("quota")? - number("usage")?).max(0.0) as u64)
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn the_browsers_errors_become_ours_by_their_names() {
        assert_eq!(trouble("NotAllowedError"), Trouble::Refused);
        assert_eq!(trouble("NotReadableError"), Trouble::Busy);
        assert_eq!(trouble("NotFoundError"), Trouble::Missing);
        assert_eq!(trouble("OverconstrainedError"), Trouble::Missing);
    }
}
