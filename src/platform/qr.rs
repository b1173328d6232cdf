//! Reading a QR code in a picture: by the browser where it can, else by a worker module that is
//! loaded on first use.

use super::{
    js::{get, global, object},
    worker::Worker,
};
use care::problem::Problem;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, File, HtmlCanvasElement};

/// Longest side, in pixels, that a photograph is read at, one after the other: a code that fills
/// the picture is read best when it is small, one on a large sheet when it is not.
const PHOTO_SIDES: [f64; 3] = [1000.0, 2000.0, 500.0];

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = createImageBitmap, catch)]
    async fn create_image_bitmap(source: &File) -> Result<JsValue, JsValue>;

    type BarcodeDetector;
    #[wasm_bindgen(constructor, catch)]
    fn new(options: &JsValue) -> Result<BarcodeDetector, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn detect(this: &BarcodeDetector, source: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(static_method_of = BarcodeDetector, js_name = getSupportedFormats)]
    fn get_supported_formats() -> Promise;

    type Context;
    #[wasm_bindgen(method, catch, js_name = drawImage)]
    fn draw_image(this: &Context, source: &JsValue, x: f64, y: f64, w: f64, h: f64) -> Result<(), JsValue>;
}

/// Reads the code in a picture file.
pub async fn decode_file(file: &File) -> Result<String, Problem> {
    let bitmap = create_image_bitmap(file).await.map_err(|_| Problem::QrNone)?;
    let size = [get(&bitmap, "width"), get(&bitmap, "height")].map(|n| n.as_f64().unwrap_or_default());
    let reader = Reader::start().await?;
    let longest = size[0].max(size[1]);
    for side in PHOTO_SIDES {
        if side > PHOTO_SIDES[0] && longest <= PHOTO_SIDES[0] {
            // Drawn at its own size already: larger changes nothing.
            continue;
        }
        if let Some(found) = reader.read(&bitmap, size, side).await? {
            return Ok(found);
        }
    }
    Err(Problem::QrNone)
}

/// What reads codes here.
pub(super) struct Reader {
    canvas: HtmlCanvasElement,
    how: How,
}

enum How {
    Browser(BarcodeDetector),
    Module(Worker),
}

impl Reader {
    /// Finds a way to read codes; loads the worker module when the browser cannot.
    pub(super) async fn start() -> Result<Self, Problem> {
        let document = web_sys::window().and_then(|w| w.document()).ok_or(Problem::Crash)?;
        let canvas = document.create_element("canvas").map_err(|_| Problem::Crash)?.unchecked_into();
        let how = match browser_detector().await {
            Some(detector) => How::Browser(detector),
            None => How::Module(Worker::start("qr_worker").await.map_err(|_| Problem::Offline)?),
        };
        Ok(Reader { canvas, how })
    }

    /// The text of the code in an image or a video of `size`, drawn with `side` pixels at most.
    pub(super) async fn read(
        &self,
        source: &JsValue,
        size: [f64; 2],
        side: f64,
    ) -> Result<Option<String>, Problem> {
        let scale = (side / size[0].max(size[1])).min(1.0);
        let [w, h] = size.map(|n| (n * scale).floor());
        if w < 1.0 || h < 1.0 {
            return Ok(None);
        }
        self.canvas.set_width(w as u32);
        self.canvas.set_height(h as u32);
        let context = self.canvas.get_context("2d").ok().flatten().ok_or(Problem::QrNone)?;
        context.unchecked_ref::<Context>().draw_image(source, 0.0, 0.0, w, h).map_err(|_| Problem::QrNone)?;
        match &self.how {
            How::Browser(detector) => {
                let found = detector.detect(&self.canvas).await.unwrap_or_default();
                let first = get(&found, "0");
                Ok(get(&first, "rawValue").as_string().filter(|text| !text.is_empty()))
            }
            How::Module(worker) => {
                let context: CanvasRenderingContext2d = context.unchecked_into();
                let pixels = context.get_image_data(0.0, 0.0, w, h).map_err(|_| Problem::QrNone)?;
                let message = Array::of3(&get(&pixels, "data"), &w.into(), &h.into());
                Ok(worker.ask(&message).await.map_err(|_| Problem::QrNone)?.as_string())
            }
        }
    }
}

/// The browser's own reader, if it knows QR codes (on some systems it exists and knows nothing).
async fn browser_detector() -> Option<BarcodeDetector> {
    if global("BarcodeDetector").is_undefined() {
        return None;
    }
    let formats = JsFuture::from(BarcodeDetector::get_supported_formats()).await.ok()?;
    Array::from(&formats).includes(&"qr_code".into(), 0).then_some(())?;
    BarcodeDetector::new(&object(&[("formats", Array::of1(&"qr_code".into()).into())])).ok()
}
