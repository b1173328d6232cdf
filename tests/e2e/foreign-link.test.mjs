// The link is a SMART Health Link: a library that knows nothing of us opens it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SHLViewer } from "kill-the-clipboard";
import { Clinic } from "./lib/clinic.mjs";
import { kitOf } from "./lib/portal.mjs";

let clinic;
before(async () => {
  clinic = await Clinic.open();
});
after(() => clinic?.close());

test("kill-the-clipboard opens the patient's link and finds the plan in it", async () => {
  const viewer = new SHLViewer({ shlinkURI: clinic.link });
  const resolved = await viewer.resolveSHL({ recipient: "A doctor" });
  const bundle = resolved.fhirResources.find((r) => r.resourceType === "Bundle");
  assert.equal(bundle.type, "collection");
  const plan = bundle.entry.map((e) => e.resource).find((r) => r.resourceType === "CarePlan");
  const kit = await kitOf(clinic);
  assert.equal(plan.title, kit.title.fr);
  assert.deepEqual(
    plan.activity.map((a) => a.detail.code.text),
    kit.exercises.map((e) => e.title.fr),
  );
});

test("the link carries no name, and is short enough for an easy QR", () => {
  assert.ok(clinic.link.length < 400, `${clinic.link.length} characters`);
  assert.equal(new URL(clinic.link).search, "", "the key is in the fragment alone");
});

test("kill-the-clipboard opens a link with a spoken code, by manifest, and is told of a wrong one", async () => {
  const shlinkURI = await clinic.publish(clinic.kit, "--as", "with-a-code", "--passcode", "482913");
  const viewer = new SHLViewer({ shlinkURI });
  const open = (passcode) => viewer.resolveSHL({ recipient: "A doctor", passcode });
  await assert.rejects(open("000000"));
  await assert.rejects(viewer.resolveSHL({ recipient: "A doctor" }));
  const { fhirResources } = await open("482913");
  const bundle = fhirResources.find((r) => r.resourceType === "Bundle");
  assert.ok(bundle.entry.some((e) => e.resource.resourceType === "CarePlan"));
});
