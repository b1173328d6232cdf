// The portal where the README sends a clinic: under a path of a site that nginx or Caddy serves,
// with the settings that the build wrote, and a patient's phone in front of it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { brotliDecompressSync } from "node:zlib";
import { Chromium } from "./lib/chromium.mjs";
import { Clinic, readLink, temporary } from "./lib/clinic.mjs";
import { portalDist, xtaskBin } from "./lib/env.mjs";
import {
  download, fetchRange, kitOf, kitState, mediaOf, noErrors, open, openLink, playAndSeek, screens, usable,
} from "./lib/portal.mjs";
import { freePort } from "./lib/processes.mjs";
import { Caddy, Nginx } from "./lib/webservers.mjs";

const UNDER = "/cabinet/mon-kit/";
const FOR_EVER = "public, max-age=31536000, immutable";
const ASK_AGAIN = "no-cache";
const sha256 = (text) => createHash("sha256").update(text).digest("base64");

let work, port, clinic, kit, media;

before(async () => {
  work = await temporary("hosting");
  // The server's workers are somebody else.
  await chmod(work, 0o755);
  port = await freePort();
  clinic = await Clinic.open({ portal: `http://127.0.0.1:${port}${UNDER}` });
  kit = await kitOf(clinic);
  media = [...mediaOf(kit).values()];
});

after(async () => {
  await clinic?.close();
  await rm(work, { recursive: true, force: true });
});

/**
 * A server, not started yet, for a site as the README makes it: the portal and the public folder
 * in one; and beside them what a hurried hand may have left there.
 */
async function host(Server, base) {
  const place = await temporary("site");
  await chmod(place, 0o755);
  const root = path.join(place, "root");
  const site = path.join(root, base);
  const portal = path.join(place, "portal");
  await promisify(execFile)(xtaskBin(), ["dist", "--base", base, "--from", portalDist(), "--out", portal]);
  await cp(portal, site, { recursive: true });
  await cp(clinic.public(), site, { recursive: true });
  await cp(path.join(clinic.folder, "desk"), path.join(site, "desk"), { recursive: true });
  await cp(path.join(clinic.folder, "clinic.toml"), path.join(site, "clinic.toml"));
  await mkdir(path.join(site, ".git"));
  for (const name of [".env", ".git/config", "m/.new-abc", "k/list.txt"]) await writeFile(path.join(site, name), "secret");
  const server = new Server({ root, work: path.join(place, "server"), base, port, deploy: path.join(portal, "deploy") });
  const close = async () => {
    await server.stop();
    await rm(place, { recursive: true, force: true });
  };
  return { server, site, portal, close };
}

/** What a server answers, byte for byte; `address` goes out as it is. */
const ask = ({ url }, address, headers = {}, method = "GET") =>
  new Promise((resolve, reject) => {
    const { port, pathname } = new URL(url);
    const request = http.request({ host: "127.0.0.1", port, path: pathname + address, headers, method, agent: false }, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
    });
    request.on("error", reject).end();
  });

/** Every kind of file that is served: address, file, type, how long it is kept. */
async function served(site) {
  const names = await readdir(site);
  const hashed = (form) => names.find((n) => form.test(n));
  const medium = (type, ending) => `m/${media.find((m) => m.type.startsWith(type)).sha256}.${ending}`;
  const film = medium("video/mp4", "mp4");
  return [
    ["", "text/html; charset=utf-8", ASK_AGAIN, "index.html"],
    ["index.html", "text/html; charset=utf-8", ASK_AGAIN],
    [`exercise/${kit.exercises[0].id}`, "text/html; charset=utf-8", ASK_AGAIN, "index.html"],
    ["sw.js", "text/javascript; charset=utf-8", ASK_AGAIN],
    ["verify_worker.js", "text/javascript; charset=utf-8", ASK_AGAIN],
    ["verify_worker_bg.wasm", "application/wasm", ASK_AGAIN],
    ["manifest.webmanifest", "application/manifest+json", ASK_AGAIN],
    ["icons/icon.svg", "image/svg+xml", ASK_AGAIN],
    ["icons/icon-192.png", "image/png", ASK_AGAIN],
    ["jwks.json", "application/json", ASK_AGAIN],
    [`k/${path.basename(new URL(readLink(clinic.link).url).pathname)}`, "application/jose", ASK_AGAIN],
    [hashed(/^bon-geste-.*\.js$/), "text/javascript; charset=utf-8", FOR_EVER],
    [hashed(/^bon-geste_bg-.*\.wasm$/), "application/wasm", FOR_EVER],
    [hashed(/^app-.*\.css$/), "text/css; charset=utf-8", FOR_EVER],
    [film, "video/mp4", FOR_EVER],
    [film.replace(".mp4", ".chunks"), "application/octet-stream", FOR_EVER],
    [medium("text/vtt", "vtt"), "text/vtt; charset=utf-8", FOR_EVER],
    [medium("text/plain", "txt"), "text/plain; charset=utf-8", FOR_EVER],
    [medium("image/jpeg", "jpg"), "image/jpeg", FOR_EVER],
  ];
}

/** Addresses of files that are there, and that nobody may have. */
const CLOSED = [
  "headers.json", "embed-headers.json", "deploy/nginx.conf", "deploy/Caddyfile", "deploy", "deploy/", "index.html.br", "clinic.toml",
  ".env", ".git/config", "m/.new-abc", "k/list.txt", "m", "m/", "k", "k/", "desk", "desk/",
];

/** The same, as somebody who means it would write them. */
const disguised = (name) => [
  name, `/${name}`, name.replace("/", "//"), `m/../${name}`, `m/%2e%2e/${name}`, `icons/..%2f${name}`,
  name.replace("desk", "%64esk"), `${name}/`, `${name}%00.js`, `./${name}`,
];

function checks(name, get) {
  test(`${name}: each file comes as what it is, is kept as long as it is right, and compressed where that helps`, async () => {
    const { server, site } = get();
    for (const [address, type, cache, file = address] of await served(site)) {
      const bytes = await readFile(path.join(site, file));
      const plain = await ask(server, address);
      const { headers } = plain;
      assert.deepEqual(
        [plain.status, headers["content-type"], headers["cache-control"], headers["x-content-type-options"]],
        [200, type, cache, "nosniff"],
        address,
      );
      assert.ok(plain.body.equals(bytes), `${address} is the file`);
      assert.match(headers.etag, /^"[^"]+"$/, address);
      const again = await ask(server, address, { "If-None-Match": headers.etag });
      assert.deepEqual([again.status, again.body.length, again.headers["cache-control"]], [304, 0, cache], address);
      const head = await ask(server, address, {}, "HEAD");
      assert.deepEqual([head.status, head.headers["content-length"], head.body.length], [200, String(bytes.length), 0], address);

      const small = await readFile(path.join(site, `${file}.br`)).catch(() => undefined);
      const answer = await ask(server, address, { "Accept-Encoding": "gzip, deflate, br, zstd" });
      if (small) {
        assert.deepEqual([answer.headers["content-encoding"], answer.body.length], ["br", small.length], address);
        assert.match(answer.headers.vary, /accept-encoding/i, address);
        assert.equal(answer.headers["content-type"], type, address);
        assert.ok(brotliDecompressSync(answer.body).equals(bytes), address);
        assert.notEqual(answer.headers.etag, headers.etag, `${address}: another form, another tag`);
      } else {
        assert.equal(answer.headers["content-encoding"], undefined, address);
      }
    }
  });

  test(`${name}: every file of the portal is given out, except what is for the server`, async () => {
    const { server, portal } = get();
    const all = (await readdir(portal, { recursive: true, withFileTypes: true })).filter((e) => e.isFile());
    const names = all.map((e) => path.relative(portal, path.join(e.parentPath ?? e.path, e.name)));
    for (const file of names.filter((n) => !/^deploy\/|headers\.json$|\.br$/.test(n))) {
      const { status, body } = await ask(server, file);
      assert.deepEqual([status, body.equals(await readFile(path.join(portal, file)))], [200, true], file);
    }
  });

  test(`${name}: pages and workers carry the policy of the build, which allows the page's own scripts and no other`, async () => {
    const { server, site } = get();
    const wanted = JSON.parse(await readFile(path.join(site, "headers.json"), "utf8"));
    for (const address of ["", "help", "exercise/x", "sw.js", "verify_worker.js", "404.html"]) {
      const { headers } = await ask(server, address);
      for (const [name, value] of Object.entries(wanted)) assert.equal(headers[name.toLowerCase()], value, `${address}: ${name}`);
    }
    const page = String((await ask(server, "")).body);
    assert.ok(page.includes(`<base href="${server.base}">`));
    const policy = wanted["Content-Security-Policy"];
    for (const tag of ["script", "style"]) {
      const inline = [...page.matchAll(new RegExp(`<${tag}[^>]*>([^]+?)</${tag}>`, "g"))].map(([, text]) => `'sha256-${sha256(text)}'`);
      const allowed = policy.split("; ").find((p) => p.startsWith(`${tag}-src`)).match(/'sha256-[^']+'/g);
      assert.deepEqual(allowed, inline, tag);
    }
    for (const [address, , cache] of await served(site)) {
      if (cache !== FOR_EVER && !address.startsWith("k/")) continue;
      assert.equal((await ask(server, address)).headers["content-security-policy"], "default-src 'none'", address);
    }
  });

  test(`${name}: the screens for the clinic's own website have a page of their own, which nobody frames until somebody is named`, async () => {
    const { server, site, portal } = get();
    const page = await readFile(path.join(site, "embed.html"));
    const policy = JSON.parse(await readFile(path.join(portal, "embed-headers.json"), "utf8"))["Content-Security-Policy"];
    assert.match(policy, /frame-ancestors 'none'$/);
    const inline = [...String(page).matchAll(/<(script|style)[^>]*>([^]+?)<\/\1>/g)].map(([, , text]) => `'sha256-${sha256(text)}'`);
    assert.deepEqual(new Set(policy.match(/'sha256-[^']+'/g)), new Set(inline));
    for (const address of ["embed/quiz", "embed/quiz/about?lang=en"]) {
      const { status, headers, body } = await ask(server, address);
      assert.deepEqual([status, headers["content-security-policy"], headers["cache-control"]], [200, policy, ASK_AGAIN], address);
      assert.deepEqual([headers["content-type"], headers["x-frame-options"]], ["text/html; charset=utf-8", undefined]);
      assert.ok(body.equals(page), address);
    }
    const script = await ask(server, "embed.js");
    assert.deepEqual([script.headers["content-type"], script.headers["cache-control"]], ["text/javascript; charset=utf-8", ASK_AGAIN]);
    assert.deepEqual(
      ["access-control-allow-origin", "cross-origin-resource-policy"].map((name) => script.headers[name]),
      ["*", "cross-origin"],
    );
    await server.stop();
    server.frames = "https://www.cabinet-exemple.fr http://localhost:8081";
    await server.start();
    const { headers } = await ask(server, "embed/check");
    assert.equal(headers["content-security-policy"], policy.replace("frame-ancestors 'none'", `frame-ancestors ${server.frames}`));
    assert.match((await ask(server, "quiz")).headers["content-security-policy"], /frame-ancestors 'none'$/, "nothing else may be framed");
  });

  test(`${name}: a film is given in ranges, as players and a cut download ask for them`, async () => {
    const { server, site } = get();
    const [address] = (await served(site)).find(([address]) => address.endsWith(".mp4"));
    const file = await readFile(path.join(site, address));
    const n = file.length;
    for (const [asked, first, last] of [
      ["bytes=0-1", 0, 1], ["bytes=131072-131079", 131072, 131079], [`bytes=${n - 1}-`, n - 1, n - 1],
      ["bytes=-5", n - 5, n - 1], [`bytes=${n - 10}-${n + 500}`, n - 10, n - 1], ["bytes=0-", 0, n - 1],
    ]) {
      const { status, headers, body } = await ask(server, address, { Range: asked });
      assert.deepEqual([status, headers["content-range"]], [206, `bytes ${first}-${last}/${n}`], asked);
      assert.ok(body.equals(file.subarray(first, last + 1)), asked);
      assert.equal(headers["content-type"], "video/mp4");
    }
    const past = await ask(server, address, { Range: `bytes=${n}-` });
    assert.deepEqual([past.status, past.headers["content-range"]], [416, `bytes */${n}`]);
    const whole = await ask(server, address);
    assert.equal(whole.headers["accept-ranges"], "bytes");
    const { etag } = whole.headers;
    assert.equal((await ask(server, address, { Range: "bytes=5-9", "If-Range": etag })).status, 206);
    const changed = await ask(server, address, { Range: "bytes=5-9", "If-Range": '"another"' });
    assert.deepEqual([changed.status, changed.body.length], [200, n]);
  });

  test(`${name}: kits are open to other health software, and nothing else is`, async () => {
    const { server, site } = get();
    for (const [address] of await served(site)) {
      const { headers } = await ask(server, `${address}?recipient=Test`, { Origin: "https://reader.example" });
      assert.equal(headers["access-control-allow-origin"], address.startsWith("k/") ? "*" : undefined, address);
    }
  });

  test(`${name}: nothing private, hidden or for the server is given out, and no folder is listed`, async () => {
    const { server, site } = get();
    const desk = (await readdir(path.join(site, "desk"), { recursive: true, withFileTypes: true }))
      .filter((e) => e.isFile())
      .map((e) => path.relative(site, path.join(e.parentPath ?? e.path, e.name)));
    assert.ok(desk.length > 2, "a desk with its keys");
    const page = await readFile(path.join(site, "index.html"));
    for (const name of [...CLOSED, ...desk]) {
      assert.equal((await ask(server, name)).status, 404, name);
      const file = await readFile(path.join(site, name)).catch(() => undefined);
      for (const address of disguised(name)) {
        const { status, body } = await ask(server, address);
        assert.ok(status >= 300 || body.equals(page), `${address}: ${status} ${String(body).slice(0, 80)}`);
        if (file?.length) assert.ok(!body.equals(file), address);
      }
    }
    assert.ok((await ask(server, "icons/")).body.equals(page), "a folder's address is the app's");
  });

  test(`${name}: what is missing is said to be, and not for ever`, async () => {
    const { server } = get();
    for (const address of [
      `m/${"0".repeat(64)}.mp4`, `k/${"A".repeat(43)}`, "app-0123456789abcdef.css", "bon-geste-0123456789abcdef.js", "old.js", "icons/none.png",
    ]) {
      const { status, headers } = await ask(server, address);
      assert.equal(status, 404, address);
      assert.doesNotMatch(headers["cache-control"] ?? "", /max-age|immutable/, address);
    }
  });
}

for (const [name, Server] of [["nginx", Nginx], ["Caddy", Caddy]]) {
  describe(`${name} under ${UNDER}`, () => {
    let hosted, browser, page, portal;
    const refused = [];

    before(async () => {
      hosted = await host(Server, UNDER);
      portal = hosted.server.url;
      await hosted.server.start();
      browser = await Chromium.start();
      page = browser.page;
      browser.context.on("console", (m) => m.type() === "error" && refused.push(m.text()));
    });

    after(async () => {
      await browser?.close();
      await hosted?.close();
    });

    checks(name, () => hosted);

    test(`${name}: the address without its last slash leads to the portal`, async () => {
      const bare = { url: portal.slice(0, -1) };
      const { status, headers } = await ask(bare, "");
      assert.deepEqual([status, headers.location], [301, UNDER]);
    });

    test(`${name}: the link opens the kit, and a screen's address opens and reloads`, async () => {
      await openLink(page, clinic.link);
      assert.ok(page.url().startsWith(portal), page.url());
      const address = `exercise/${kit.exercises[0].id}`;
      await open(page, portal, address);
      await page.reload();
      await usable(page);
      assert.equal(await page.locator("main h1").first().innerText(), kit.exercises[0].title.fr);
      assert.equal(page.url(), portal + address);
    });

    test(`${name}: the kit is downloaded to « Prêt sans Internet », in ranges where asked`, async () => {
      const [film] = media.filter((m) => m.type.startsWith("video/"));
      const part = await fetchRange(page, `${portal}m/${film.sha256}.mp4`, "bytes=10-19");
      assert.deepEqual([part.status, part.range, part.bytes], [206, `bytes 10-19/${film.bytes}`, 10]);
      await open(page, portal, "kit");
      await download(page);
      const scope = await page.evaluate(() => navigator.serviceWorker.ready.then((r) => r.scope));
      assert.equal(scope, portal);
    });

    test(`${name}: with the server stopped and the browser restarted, every screen opens and a film plays and seeks`, async () => {
      await hosted.server.stop();
      await assert.rejects(ask(hosted.server, ""), { code: "ECONNREFUSED" });
      page = await browser.restart();
      for (const address of screens(kit.exercises[0].id)) {
        await open(page, portal, address);
        assert.ok((await page.locator("main h1").first().innerText()).trim().length > 2, address);
        assert.equal(await page.locator("#crash:visible, #fail:visible").count(), 0, address);
      }
      await open(page, portal, "kit");
      await kitState(page, "ready");
      const { src } = await playAndSeek(page, portal, kit.exercises[0].id);
      assert.ok(src.startsWith(`${portal}m/`), src);
      assert.deepEqual(refused.filter((text) => /Content.Security.Policy/i.test(text)), []);
      noErrors(browser);
    });
  });
}

describe("nginx at the root of its site", () => {
  let hosted;

  before(async () => {
    hosted = await host(Nginx, "/");
    await hosted.server.start();
  });

  after(() => hosted?.close());

  checks("nginx at /", () => hosted);
});
