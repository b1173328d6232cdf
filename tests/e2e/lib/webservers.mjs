// nginx and Caddy as a clinic would run them: serving the portal's files with the settings that its build
// wrote, or in front of `clinic serve` with those of docs/receiving.md. What differs is what must: the folder,
// the host and its port, plain http, and a place of its own for every file that the server writes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { caddy, nginx, nginxBrotli, root as checkout } from "./env.mjs";
import { answering, ended } from "./processes.mjs";

/** The folder that the settings name. */
const ROOT = "/srv/bon-geste";

/** The text with one thing in it replaced, which must be there. */
function replaced(text, what, by) {
  assert.ok(text.includes(what), `${what} in\n${text}`);
  return text.replaceAll(what, by);
}

class Server {
  /** Who may frame /embed/…, where the administrator says it; else nobody. */
  frames = "'none'";

  /** `root` stands for /srv/bon-geste, `work` is the server's own folder, `behind` the companion's port. */
  constructor({ root, work, base = "/", port, deploy, behind }) {
    Object.assign(this, { root, work, base, port, deploy, behind });
    this.url = `http://127.0.0.1:${port}${base}`;
  }

  async start() {
    await mkdir(this.work, { recursive: true });
    const [program, args, env] = await this.command();
    let said = "";
    this.process = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
    this.process.stderr.on("data", (d) => (said += d));
    await answering(this.url, this.process, () => said);
  }

  /** As its service would be stopped. */
  async stop() {
    if (!this.process) return;
    this.process.kill("SIGTERM");
    await ended(this.process);
    this.process = undefined;
  }
}

export class Nginx extends Server {
  /** `server` is what else stands in the clinic's own `server` block. */
  async command(server = "autoindex on; location ~* \\.(js|css|json|mp4)$ { return 418; }") {
    const written = replaced(await readFile(path.join(this.deploy, "nginx.conf"), "utf8"), ROOT, this.root);
    const settings = replaced(written, "set $bon_geste_frames \"'none'\"", `set $bon_geste_frames "${this.frames}"`);
    const own = (name) => path.join(this.work, name);
    await writeFile(own("portal.conf"), settings);
    return this.running(`${server} include ${own("portal.conf")};`, `load_module ${nginxBrotli()};`);
  }

  /** The command for a `server` block with this inside. */
  async running(inside, modules = "") {
    const own = (name) => path.join(this.work, name);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((t) => `${t}_temp_path ${own(t)};`);
    // Started by root, nginx reads the files as somebody else, as on a clinic's machine.
    const user = process.getuid() === 0 ? "user nobody nogroup;" : "";
    await writeFile(own("nginx.conf"), `
      ${modules}
      ${user} daemon off; pid ${own("pid")}; error_log stderr;
      events {}
      http {
        access_log off; ${temporary.join(" ")}
        include /etc/nginx/mime.types;
        server { listen 127.0.0.1:${this.port}; ${inside} }
      }`);
    return [nginx(), ["-p", this.work, "-e", "stderr", "-c", own("nginx.conf")]];
  }
}

export class Caddy extends Server {
  async command() {
    const written = await readFile(path.join(this.deploy, "Caddyfile"), "utf8");
    const settings = replaced(written, "vars bon_geste_frames `'none'`", `vars bon_geste_frames \`${this.frames}\``);
    return this.running(replaced(replaced(settings, ROOT, this.root), "kit.example.org", `http://127.0.0.1:${this.port}`));
  }

  /** The command for this site. */
  async running(site) {
    const file = path.join(this.work, "Caddyfile");
    await writeFile(file, `{\n\tadmin off\n\tauto_https off\n\tdefault_bind 127.0.0.1\n}\n${site}`);
    const env = { XDG_DATA_HOME: this.work, XDG_CONFIG_HOME: this.work };
    return [caddy(), ["run", "--config", file, "--adapter", "caddyfile"], env];
  }
}

/** What docs/receiving.md has an administrator write for a server, with the companion at another port. */
async function documented(language, port) {
  const text = await readFile(path.join(checkout, "docs/receiving.md"), "utf8");
  const [, settings] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(text);
  return replaced(settings, "127.0.0.1:8080", `127.0.0.1:${port}`);
}

/** nginx in front of the companion, which listens on `behind`. */
export class NginxBefore extends Nginx {
  async command() {
    return this.running(await documented("nginx", this.behind));
  }
}

/** Caddy in front of the companion, which listens on `behind`. */
export class CaddyBefore extends Caddy {
  async command() {
    return this.running(replaced(await documented("caddy", this.behind), "portail.example.org", `http://127.0.0.1:${this.port}`));
  }
}
