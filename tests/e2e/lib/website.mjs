// A clinic's own website, on an origin and a site of its own (localhost, where the portal is at
// 127.0.0.1), under the strict policy that docs/embedding.md gives; and others that mean no good.

import http from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { root } from "./env.mjs";

const FOLDER = path.join(root, "content/demo/website");
const TYPES = { html: "text/html; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml" };

/** What a host must allow, and no more. */
export const policy = (portal) => {
  const origin = new URL(portal).origin;
  return [
    "default-src 'none'", `script-src ${origin}`, `frame-src ${origin}`, "style-src 'self'", "img-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
  ].join("; ");
};

export class Website {
  /** Its pages: path → { body, policy? }. */
  pages = new Map();

  static async start() {
    const site = new Website();
    site.server = http.createServer((request, response) => site.#answer(request, response));
    await new Promise((go) => site.server.listen(0, "127.0.0.1", go));
    site.origin = `http://localhost:${site.server.address().port}`;
    return site;
  }

  /** A page with this in its body, under the strict policy; its address. */
  page(name, portal, body, { script = `<script src="${portal}embed.js" async></script>`, free = false } = {}) {
    const head = `<meta charset="utf-8"><title>${name}</title><meta name="viewport" content="width=device-width"><link rel="icon" href="/leaf.svg"><link rel="stylesheet" href="/style.css">`;
    this.pages.set(`/${name}`, {
      body: `<!doctype html><html lang="fr"><head>${head}${script}</head><body><main><h1>${name}</h1>${body}</main></body></html>`,
      policy: free ? undefined : policy(portal),
    });
    return `${this.origin}/${name}`;
  }

  /** The demonstration's own pages, for this portal; the address of the first. */
  async demo(portal) {
    const body = await readFile(path.join(FOLDER, "index.html"), "utf8");
    this.pages.set("/", { body: body.replaceAll("@PORTAL@", portal), policy: policy(portal) });
    return `${this.origin}/`;
  }

  async #answer({ url }, response) {
    const page = this.pages.get(new URL(url, this.origin).pathname);
    if (page) {
      const headers = page.policy ? { "Content-Security-Policy": page.policy } : {};
      return response.writeHead(200, { "Content-Type": TYPES.html, ...headers }).end(page.body);
    }
    const name = path.basename(url);
    const file = await readFile(path.join(FOLDER, name)).catch(() => undefined);
    if (!file) return response.writeHead(404).end();
    return response.writeHead(200, { "Content-Type": TYPES[path.extname(name).slice(1)] }).end(file);
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((go) => this.server.close(go));
  }
}
