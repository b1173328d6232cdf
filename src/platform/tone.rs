//! A short tone and a short vibration: what a count sounds and feels like where the device has no
//! voice.

use super::js;
use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AudioContext, OscillatorNode};

/// Sounds. To be made in a tap: browsers let no page sound before one.
pub struct Tones(Option<AudioContext>);

impl Tones {
    /// Silent where the browser knows no Web Audio.
    pub fn open() -> Self {
        if !js::global("AudioContext").is_function() {
            return Tones(None);
        }
        let context = AudioContext::new().ok();
        if let Some(context) = &context {
            // iOS begins suspended, also in a tap. A refusal leaves it silent.
            let _ = context.resume();
        }
        Tones(context)
    }

    /// A tone of so many hertz and milliseconds, beginning and ending softly.
    pub fn sound(&self, hertz: f32, ms: u32) {
        // Silence is no reason to stop the session.
        let _ = self.try_sound(hertz, ms);
    }

    fn try_sound(&self, hertz: f32, ms: u32) -> Result<(), JsValue> {
        const LOUD: f32 = 0.3;
        const EDGE_S: f64 = 0.01;
        let Some(context) = &self.0 else { return Ok(()) };
        let (now, length) = (context.current_time(), f64::from(ms) / 1000.0);
        let (source, volume): (OscillatorNode, _) = (context.create_oscillator()?, context.create_gain()?);
        source.frequency().set_value(hertz);
        volume.gain().set_value_at_time(0.0, now)?;
        volume.gain().linear_ramp_to_value_at_time(LOUD, now + EDGE_S)?;
        volume.gain().set_value_at_time(LOUD, now + length - EDGE_S)?;
        volume.gain().linear_ramp_to_value_at_time(0.0, now + length)?;
        source.connect_with_audio_node(&volume)?.connect_with_audio_node(&context.destination())?;
        source.start()?;
        source.stop_with_when(now + length)
    }
}

impl Drop for Tones {
    fn drop(&mut self) {
        if let Some(context) = &self.0 {
            // The browser closes it with the page otherwise.
            let _ = context.close();
        }
    }
}

/// Vibrates, where the device can.
pub fn vibrate(ms: u32) {
    let navigator = js::global("navigator");
    if let Ok(vibrate) = Reflect::get(&navigator, &"vibrate".into()).map(JsCast::dyn_into::<Function>)
        && let Ok(vibrate) = vibrate
    {
        let _ = vibrate.call1(&navigator, &ms.into());
    }
}
