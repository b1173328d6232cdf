//! The camera on the back, for reading a kit's code. Its picture never leaves the device.

use super::{
    js::{get, global, object, sleep, text},
    qr::Reader,
};
use care::problem::Problem;
use js_sys::{Array, Function};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlVideoElement;

/// Longest side, in pixels, that a frame is read at.
const FRAME_SIDE: f64 = 800.0;
/// Pause between two frames that are read.
const PAUSE_MS: i32 = 150;

#[wasm_bindgen]
extern "C" {
    type MediaDevices;
    #[wasm_bindgen(method, catch, js_name = getUserMedia)]
    async fn get_user_media(this: &MediaDevices, wish: &JsValue) -> Result<JsValue, JsValue>;
}

/// A camera that is on. Dropping it turns it off.
pub struct Scan(Rc<Camera>);

#[derive(Default)]
struct Camera {
    stream: RefCell<Option<JsValue>>,
    ended: std::cell::Cell<bool>,
}

impl Camera {
    fn end(&self) {
        self.ended.set(true);
        if let Some(stream) = self.stream.borrow_mut().take() {
            stop(&stream);
        }
    }
}

/// Turns a stream's camera and microphone off.
pub(super) fn stop(stream: &JsValue) {
    let Ok(tracks) = get(stream, "getTracks").unchecked_into::<Function>().call0(stream) else {
        return;
    };
    for track in Array::from(&tracks).iter() {
        // A track that has ended already stays ended.
        let _ = get(&track, "stop").unchecked_into::<Function>().call0(&track);
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Shows the camera in `video` and looks for a code until one is found or the result is dropped.
/// `found` gets its text, `failed` why there is none to be had; the camera is off by then.
pub fn scan(
    video: HtmlVideoElement,
    found: impl Fn(String) + 'static,
    failed: impl Fn(Problem) + 'static,
) -> Scan {
    let camera = Rc::new(Camera::default());
    let scan = Scan(Rc::clone(&camera));
    spawn_local(async move {
        let result = look(&camera, &video).await;
        video.set_src_object(None);
        let wanted = !camera.ended.get();
        camera.end();
        match result {
            Ok(Some(text)) if wanted => found(text),
            Err(problem) if wanted => failed(problem),
            _ => {}
        }
    });
    scan
}

/// `None` when nobody looks any more.
async fn look(camera: &Camera, video: &HtmlVideoElement) -> Result<Option<String>, Problem> {
    let devices = global("navigator.mediaDevices");
    if devices.is_undefined() {
        return Err(Problem::CameraMissing);
    }
    let back = object(&[("ideal", "environment".into())]);
    let width = object(&[("ideal", 1280.into())]);
    let wish = object(&[("video", object(&[("facingMode", back), ("width", width)]))]);
    let stream = devices.unchecked_ref::<MediaDevices>().get_user_media(&wish).await;
    let stream = stream.map_err(|e| camera_problem(&e))?;
    camera.stream.replace(Some(stream.clone()));
    if camera.ended.get() {
        camera.end();
        return Ok(None);
    }
    video.set_muted(true);
    // iOS would else open its own full-screen player.
    let _ = video.set_attribute("playsinline", "");
    video.set_src_object(Some(stream.unchecked_ref()));
    if let Ok(playing) = video.play() {
        JsFuture::from(playing).await.map_err(|_| Problem::CameraMissing)?;
    }
    let reader = Reader::start().await?;
    while !camera.ended.get() {
        let size = [video.video_width(), video.video_height()].map(f64::from);
        if let Some(text) = reader.read(video, size, FRAME_SIDE).await? {
            return Ok(Some(text));
        }
        sleep(PAUSE_MS).await;
    }
    Ok(None)
}

/// Why the camera does not open, by the browser's name for it.
fn camera_problem(error: &JsValue) -> Problem {
    match text(error, "name").as_str() {
        "NotAllowedError" | "SecurityError" => Problem::CameraRefused,
        _ => Problem::CameraMissing,
    }
}
