// Where the parts under test are. `cargo xtask test` sets these variables; by hand, the
// defaults are the places where a release build leaves them.

import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");

function place(variable, fallback, what) {
  const value = process.env[variable] ?? fallback;
  if (!existsSync(value)) {
    throw new Error(`${variable}: ${what} is not at ${value}. Run \`cargo xtask test\`, which builds it.`);
  }
  return value;
}

/** The `clinic` program. */
export const clinicBin = () => place("CLINIC_BIN", path.join(root, "target/release/clinic"), "the clinic program");

/** The built portal. */
export const portalDist = () => place("PORTAL_DIST", path.join(root, "dist"), "the built portal");

/** The project's own tool. */
export const xtaskBin = () => place("XTASK_BIN", path.join(root, "target/debug/xtask"), "the tool that builds the portal");

/** geckodriver, installed outside the checkout. */
export const geckodriver = () =>
  place(
    "BON_GESTE_GECKODRIVER",
    path.join(os.homedir(), ".cache/bon-geste/cargo-tools/bin/geckodriver"),
    "geckodriver",
  );

/** rustus, another tus server, installed outside the checkout. */
export const rustus = () =>
  place("BON_GESTE_RUSTUS", path.join(os.homedir(), ".cache/bon-geste/cargo-tools/bin/rustus"), "rustus");

/** Python with the packages of requirements.txt, installed outside the checkout. */
export const python = () =>
  place("BON_GESTE_PYTHON", path.join(os.homedir(), ".cache/bon-geste/python/bin/python"), "Python with fhir.resources");

export const chromium = () => place("BON_GESTE_CHROMIUM", "/usr/bin/chromium", "Chromium");
export const firefox = () => place("BON_GESTE_FIREFOX", "/usr/bin/firefox-esr", "Firefox");
export const webkitDriver = () => place("BON_GESTE_WEBKITDRIVER", "/usr/bin/WebKitWebDriver", "WebKitWebDriver");

export const nginx = () => place("BON_GESTE_NGINX", "/usr/sbin/nginx", "nginx");
export const nginxBrotli = () =>
  place("BON_GESTE_NGINX_BROTLI", "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so", "nginx's Brotli module");
export const caddy = () => place("BON_GESTE_CADDY", "/usr/bin/caddy", "Caddy");

/** Where pictures of the screens are written; ignored by git. */
export const screenshots = path.join(root, "screenshots");
