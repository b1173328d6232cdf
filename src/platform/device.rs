//! What kind of device and browser this is, asked of the browser itself.

use super::js::{get, global, object, text, within};
use care::{kit::Choice, text::Lang};
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Marks that apps leave in the user agent of the browser inside them.
const IN_APP: [&str; 14] = [
    "FBAN",
    "FBAV",
    "FB_IAB",
    "Instagram",
    "TikTok",
    "BytedanceWebview",
    "musical_ly",
    "Snapchat",
    "Pinterest",
    "LinkedInApp",
    "Line/",
    "MicroMessenger",
    "GSA/",
    "; wv)",
];

/// So long may the browser think about a question.
const ANSWER_MS: i32 = 2_000;

fn user_agent() -> String {
    text(&global("navigator"), "userAgent")
}

fn is_in_app_agent(agent: &str) -> bool {
    let apple = agent.contains("iPhone") || agent.contains("iPad");
    // A web view on iOS names no Safari; a Home Screen app doesn't either, but is not asked.
    IN_APP.iter().any(|mark| agent.contains(mark)) || (apple && !agent.contains("Safari/"))
}

/// Inside another app (Facebook, TikTok …): nothing can be installed and little is kept.
pub fn is_in_app() -> bool {
    !is_standalone() && is_in_app_agent(&user_agent())
}

/// Started from the home screen.
pub fn is_standalone() -> bool {
    let shown = media_query("(display-mode: standalone)");
    shown.is_some_and(|query| query.matches()) || global("navigator.standalone").is_truthy()
}

/// An iPhone or an iPad, where every browser is Safari. iPads call themselves Macs, with fingers.
pub fn is_ios() -> bool {
    let agent = user_agent();
    ["iPhone", "iPad", "iPod"].iter().any(|mark| agent.contains(mark))
        || (agent.contains("Macintosh") && global("navigator.maxTouchPoints").as_f64() > Some(1.0))
}

/// Safari itself there: the other browsers of an iPhone have another way to the home screen, or none.
pub fn is_ios_safari() -> bool {
    let agent = user_agent();
    is_ios() && agent.contains("Version/") && !agent.contains("EdgiOS")
}

/// The browser's language, French unless it is English.
pub fn language() -> Lang {
    Lang::from_tag(&text(&global("navigator"), "language"))
}

/// The films that fit this connection: light when the patient saves data or the network is slow,
/// and where the browser does not say.
pub fn suggested_choice() -> Choice {
    let connection = global("navigator.connection");
    let fast = text(&connection, "effectiveType") == "4g" && !get(&connection, "saveData").is_truthy();
    if fast { Choice::Normal } else { Choice::Light }
}

/// Asks the browser to keep what is stored; the answer only matters to it.
pub fn ask_to_persist() {
    let storage = global("navigator.storage");
    call(&storage, "persist", &JsValue::UNDEFINED);
}

/// Whether 360p AV1 plays here without stutter and without emptying the battery at once.
pub async fn av1_smooth() -> bool {
    let video = object(&[
        ("contentType", "video/mp4; codecs=\"av01.0.01M.08\"".into()),
        ("width", 640.into()),
        ("height", 360.into()),
        ("bitrate", 100_000.into()),
        ("framerate", 25.into()),
    ]);
    let question = object(&[("type", "file".into()), ("video", video)]);
    let answer = call(&global("navigator.mediaCapabilities"), "decodingInfo", &question);
    let Some(answer) = answer.and_then(|answer| answer.dyn_into::<Promise>().ok()) else { return false };
    match within(answer, ANSWER_MS).await {
        Ok(Some(info)) => get(&info, "supported").is_truthy() && get(&info, "smooth").is_truthy(),
        _ => false,
    }
}

/// Shows a number on the portal's icon, or none for 0, where the browser can.
pub fn badge(number: usize) {
    let navigator = global("navigator");
    let asked = if number > 0 {
        call(&navigator, "setAppBadge", &(number as f64).into())
    } else {
        call(&navigator, "clearAppBadge", &JsValue::UNDEFINED)
    };
    if let Some(answer) = asked.and_then(|asked| asked.dyn_into::<Promise>().ok()) {
        // It is refused where nothing is installed.
        leptos::task::spawn_local(async move { drop(JsFuture::from(answer).await) });
    }
}

/// Calls a method that this browser may lack.
fn call(target: &JsValue, method: &str, argument: &JsValue) -> Option<JsValue> {
    get(target, method).dyn_into::<Function>().ok()?.call1(target, argument).ok()
}

fn media_query(query: &str) -> Option<web_sys::MediaQueryList> {
    web_sys::window()?.match_media(query).ok().flatten()
}

/// Whether the patient asked the device for less movement on its screens.
pub fn wants_less_movement() -> bool {
    media_query("(prefers-reduced-motion: reduce)").is_some_and(|query| query.matches())
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn browsers_inside_other_apps_are_told_from_real_ones() {
        for agent in [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/455.0]",
            "Mozilla/5.0 (Linux; Android 13; SM-A135F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/122.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Instagram 320.0.0.32.90",
            "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/119 Mobile Safari/537.36 TikTok 33.1.4 BytedanceWebview/d8a21c6",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        ] {
            assert!(is_in_app_agent(agent), "{agent}");
        }
        for agent in [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A136B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
        ] {
            assert!(!is_in_app_agent(agent), "{agent}");
        }
    }

    #[wasm_bindgen_test]
    async fn what_the_browser_is_asked_is_answered_without_failing() {
        assert!(!is_standalone() && !is_in_app());
        ask_to_persist();
        let (first, second) = (av1_smooth().await, av1_smooth().await);
        assert_eq!(first, second);
        language();
        suggested_choice();
    }
}
