//! The kit as a FHIR R4 Bundle: one `Binary` that carries the signed kit, which alone the
//! portal reads, and the same content as resources for other software.

use crate::{
    json,
    kit::{Dosage, Exercise, Kit},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// Content type of the `Binary`.
pub const SIGNED_KIT: &str = "application/jose";

/// The Bundle that a link leads to. `jws` is the signed form of `kit`.
pub fn bundle(kit: &Kit, jws: &str) -> Value {
    let clinic = format!("urn:uuid:{}", entry_id(kit, "clinic"));
    let author = json!({ "reference": clinic, "display": kit.clinic.name });
    let mut entries = vec![
        entry(
            kit,
            "kit",
            json!({
                "resourceType": "Binary", "contentType": SIGNED_KIT, "data": STANDARD.encode(jws),
            }),
        ),
        entry(
            kit,
            "clinic",
            json!({
                "resourceType": "Organization", "name": kit.clinic.name,
                "telecom": [{ "system": "phone", "value": kit.clinic.phone }],
            }),
        ),
        entry(kit, "plan", care_plan(kit, &author)),
    ];
    entries.extend(kit.documents.iter().map(|d| {
        entry(
            kit,
            &d.id,
            json!({
                "resourceType": "DocumentReference", "status": "current", "description": d.title.fr,
                "content": [{ "attachment": {
                    "contentType": d.media.mime, "title": d.title.fr, "size": d.media.bytes,
                } }],
            }),
        )
    }));
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}

/// The signed kit inside a Bundle: the first `Binary` of the right type.
pub fn signed_kit(bundle: &[u8]) -> Option<String> {
    let bundle = json::Value::parse(bundle).ok()?;
    let is_kit = |r: &&json::Value| {
        r.get("resourceType").as_str() == Some("Binary") && r.get("contentType").as_str() == Some(SIGNED_KIT)
    };
    let binary = bundle.get("entry").items().iter().map(|e| e.get("resource")).find(is_kit)?;
    String::from_utf8(STANDARD.decode(binary.get("data").as_str()?).ok()?).ok()
}

fn entry(kit: &Kit, part: &str, resource: Value) -> Value {
    json!({ "fullUrl": format!("urn:uuid:{}", entry_id(kit, part)), "resource": resource })
}

/// A stable name for a part of a kit.
fn entry_id(kit: &Kit, part: &str) -> String {
    uuid_of(&kit.kit_id, part)
}

/// A stable UUID-shaped name (version 8, custom) for a part of something: FNV-1a, 128 bits.
pub(crate) fn uuid_of(whole: &str, part: &str) -> String {
    let mut h: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for b in whole.bytes().chain([0]).chain(part.bytes()) {
        h = (h ^ u128::from(b)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    uuid(h, 8)
}

/// Bits as a UUID of a version (RFC 9562).
pub(crate) fn uuid(bits: u128, version: u8) -> String {
    let h = (bits & !(0xf << 76) | (u128::from(version) << 76)) & !(0x3 << 62) | (0x2 << 62);
    let s = format!("{h:032x}");
    format!("{}-{}-{}-{}-{}", &s[..8], &s[8..12], &s[12..16], &s[16..20], &s[20..])
}

fn care_plan(kit: &Kit, author: &Value) -> Value {
    let mut period = json!({ "start": kit.issued.to_string() });
    if let Some(end) = kit.valid_until {
        period["end"] = end.to_string().into();
    }
    json!({
        "resourceType": "CarePlan", "status": "active", "intent": "plan", "title": kit.title.fr,
        // No name: the kit's own opaque id stands for the patient.
        "subject": { "identifier": { "system": "urn:bon-geste:kit", "value": kit.kit_id } },
        "period": period, "author": author,
        "activity": kit.exercises.iter().map(activity).collect::<Vec<_>>(),
    })
}

fn activity(exercise: &Exercise) -> Value {
    json!({ "detail": {
        "status": "scheduled",
        "code": { "text": exercise.title.fr },
        "description": exercise.steps.iter().map(|s| s.fr.as_str()).collect::<Vec<_>>().join("\n"),
        "scheduledTiming": timing(&exercise.dosage),
    } })
}

/// Sets, repetitions and load have no slot in FHIR R4; the timing has.
fn timing(dosage: &Dosage) -> Value {
    json!({ "repeat": {
        "frequency": dosage.per_day * dosage.days_per_week.max(1), "period": 1, "periodUnit": "wk",
    } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opening::tests::kit;

    #[test]
    fn the_signed_kit_is_found_again_in_its_bundle() {
        let bundle = bundle(&kit(1), "a.b.c");
        assert_eq!(signed_kit(bundle.to_string().as_bytes()).as_deref(), Some("a.b.c"));
        assert_eq!(signed_kit(b"{\"resourceType\":\"Bundle\"}"), None);
        assert_eq!(signed_kit(b"<html>"), None);
    }

    #[test]
    fn every_entry_has_its_own_uuid_and_the_patient_has_no_name() {
        let bundle = bundle(&kit(1), "a.b.c");
        let urls: std::collections::BTreeSet<_> =
            bundle["entry"].as_array().unwrap().iter().map(|e| e["fullUrl"].as_str().unwrap()).collect();
        assert_eq!(urls.len(), bundle["entry"].as_array().unwrap().len());
        assert!(urls.iter().all(|u| u.len() == 45 && u.as_bytes()[23] == b'8'), "{urls:?}");
        let plan = &bundle["entry"][2]["resource"];
        assert_eq!(plan["subject"]["identifier"]["value"], "kit-1");
        assert!(plan["subject"]["display"].is_null());
    }
}
