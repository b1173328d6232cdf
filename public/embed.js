// Bon Geste in a clinic's own page: <bon-geste src="https://portal…" show="quiz" lang="fr" theme="light">.
// Plain JavaScript, read as it is, without dependencies; no inline style or script, so that it works
// under a strict policy of the host: `script-src` and `frame-src` with the portal's origin, no more.
// What stands inside the element (a link) is on view without JavaScript and until the frame has come.
// Messages have the form {v: 1, type, …}: docs/embedding.md. They never carry anything of a patient.
(() => {
  "use strict";
  if (!window.customElements || customElements.get("bon-geste")) return;

  const VERSION = 1;
  // After this time without a word the link is joined by a sentence; the frame may still come.
  const LATE_MS = 10000;
  // How close to the window it comes before its bytes are asked for.
  const NEAR = "600px";
  const HIGHEST_PX = 30000;
  const WORDS = {
    fr: {
      quiz: "Quiz : cette vidéo est-elle fiable ?",
      check: "J’ai trouvé une vidéo : puis-je m’y fier ?",
      booklet: "Livret : comment choisir une vidéo d’exercice ?",
      "open-kit": "Ouvrir mon kit",
      skip: (what) => `Passer « ${what} »`,
      late: "Le contenu n’est pas encore arrivé. Le réseau est peut-être faible. Vous pouvez l’ouvrir ici : ",
    },
    en: {
      quiz: "Quiz: can you trust this video?",
      check: "I found a video: can I trust it?",
      booklet: "Booklet: how to choose an exercise video",
      "open-kit": "Open my kit",
      skip: (what) => `Skip “${what}”`,
      late: "This has not arrived yet. The network may be weak. You can open it here: ",
    },
  };
  // About as high as each is on a phone: the place is kept before the frame comes.
  const RESERVED_PX = { quiz: 640, check: 560, booklet: 900 };

  // Neither needs `style-src`: a sheet made by the script, and single properties.
  const STYLE = `
    :host { display: block } :host([hidden]) { display: none }
    .box { position: relative } iframe { display: block; width: 100%; border: 0; position: absolute; inset: 0; opacity: 0 }
    .box.here iframe { position: static; opacity: 1 } .box.here .wait { display: none }
    .skip:not(:focus) { position: absolute; width: 1px; height: 1px; margin: 0; padding: 0; border: 0; overflow: hidden; clip-path: inset(50%) }
    .skip { font: inherit; padding: .75rem 1rem }
    .wait { position: relative; z-index: 1 }
    .open { display: inline-flex; align-items: center; box-sizing: border-box; min-height: 3rem; padding: .5rem 1.25rem; border-radius: .875rem;
      background: #0c554d; color: #fff; font-weight: 600; text-decoration: none }
    .open:focus-visible { outline: 3px solid; outline-color: #231e18; outline-offset: 3px }
    .open.dark { background: #8bdac6; color: #05241e } .open.dark:focus-visible { outline-color: #f7f0e6 }
    @media (prefers-color-scheme: dark) { .open:not(.light) { background: #8bdac6; color: #05241e } .open:not(.light):focus-visible { outline-color: #f7f0e6 } }
    @media (forced-colors: active) { .open { border: 2px solid } }`;
  let sheet;
  try {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  } catch {
    sheet = null; // An old browser shows the same, plainer.
  }

  const names = new Map();
  const element = (tag, set, ...children) => {
    const it = Object.assign(document.createElement(tag), set);
    it.append(...children);
    return it;
  };

  class BonGeste extends HTMLElement {
    static observedAttributes = ["src", "show", "lang", "theme", "height"];

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      if (sheet && "adoptedStyleSheets" in root) root.adoptedStyleSheets = [sheet];
      root.append(document.createElement("slot"));
      this.hear = this.hear.bind(this);
    }

    connectedCallback() {
      this.build();
    }

    disconnectedCallback() {
      this.clear();
    }

    attributeChangedCallback(name, before, now) {
      if (before === now || !this.isConnected || this.again) return;
      // Several attributes that change together make one new frame.
      this.again = true;
      queueMicrotask(() => {
        this.again = false;
        if (this.isConnected) this.build();
      });
    }

    clear() {
      removeEventListener("message", this.hear);
      this.watch?.disconnect();
      clearTimeout(this.late);
      clearTimeout(this.greeting);
      this.frame = this.box = null;
      names.delete(this);
      this.shadowRoot.replaceChildren(document.createElement("slot"));
    }

    build() {
      this.clear();
      const show = this.getAttribute("show") || "quiz";
      const src = this.getAttribute("src");
      let portal;
      try {
        portal = new URL(src, location.href);
        portal.pathname = portal.pathname.replace(/\/*$/, "/");
        portal.search = portal.hash = "";
      } catch {
        return; // The link inside stays.
      }
      if (!src || !/^https?:$/.test(portal.protocol) || !Object.hasOwn(WORDS.fr, show) || show === "skip" || show === "late") return;
      const lang = /^en/i.test(this.closest("[lang]")?.lang) ? "en" : "fr";
      const theme = /^(light|dark)$/.exec(this.getAttribute("theme"))?.[0] || "";
      const words = WORDS[lang];
      if (show === "open-kit") {
        // The kit needs storage and the camera: browsers give a frame its own, empty ones.
        this.shadowRoot.replaceChildren(element("a", { href: portal.href, lang, className: `open ${theme}`, part: "link", rel: "noopener" }, words[show]));
        return;
      }
      const address = new URL(`embed/${show}`, portal);
      address.searchParams.set("lang", lang);
      if (theme) address.searchParams.set("theme", theme);
      // One that only looks different now keeps its height.
      const kept = this.shown === show ? this.height : 0;
      this.shown = show;
      this.origin = portal.origin;
      const asked = Number(/^\d+$/.exec(this.getAttribute("height"))?.[0] || RESERVED_PX[show]);
      this.reserved = Math.min(Math.max(asked, kept), HIGHEST_PX);
      this.height = 0;

      // In a tree of its own: Chromium goes on from a `tabindex=-1` at the beginning of its tree, not after it.
      const after = element("span");
      const end = element("span", { tabIndex: -1 });
      end.style.outline = "none";
      after.attachShadow({ mode: "open" }).append(end);
      const skip = element("button", { type: "button", className: "skip", lang, onclick: () => end.focus() }, words.skip(words[show]));
      this.frame = element("iframe", { referrerPolicy: "origin" });
      this.name(words[show]);
      this.frame.setAttribute("part", "frame");
      if (!sheet) Object.assign(this.frame.style, { display: "block", width: "100%", border: "0" });
      this.say = element("p", { lang, hidden: true }, words.late, element("a", { href: new URL(show, portal).href }, words[show]));
      const status = element("div", { role: "status" }, this.say);
      this.box = element("div", { className: "box" }, element("div", { className: "wait" }, document.createElement("slot"), status), this.frame);
      this.fit(0);
      this.shadowRoot.replaceChildren(skip, this.box, after);

      addEventListener("message", this.hear);
      const come = () => {
        this.watch?.disconnect();
        this.frame.addEventListener("load", () => this.greet(1000));
        this.frame.src = address.href;
        this.late = setTimeout(() => (this.say.hidden = false), LATE_MS);
      };
      if (!("IntersectionObserver" in window)) return come();
      this.watch = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && come(), { rootMargin: NEAR });
      this.watch.observe(this.box);
    }

    // Says who is around the frame, until it has answered: its program comes after its page.
    greet(wait) {
      clearTimeout(this.greeting);
      if (!this.frame) return;
      this.frame.contentWindow?.postMessage({ v: VERSION, type: "hello" }, this.origin);
      if (!this.height && wait < 64000) this.greeting = setTimeout(() => this.greet(wait * 2), wait);
    }

    hear({ source, origin, data }) {
      if (!this.frame || source !== this.frame.contentWindow || origin !== this.origin) return;
      if (!data || data.v !== VERSION) return;
      if (data.type === "height" && Number.isInteger(data.height) && data.height > 0) {
        if (!this.height) this.arrived();
        this.fit(Math.min(data.height, HIGHEST_PX), data.width);
      } else if ((data.type === "title" || data.type === "navigate") && typeof data.title === "string" && data.title) {
        this.name(data.title.slice(0, 200));
        if (data.type === "navigate") this.follow();
      }
    }

    // Each frame of a page has a name of its own.
    name(title) {
      const others = [...names].filter(([of]) => of !== this).map(([, name]) => name);
      let name = title;
      for (let n = 2; others.includes(name); n++) name = `${title} (${n})`;
      names.set(this, name);
      this.frame.title = name;
    }

    arrived() {
      clearTimeout(this.late);
      this.box.classList.add("here");
      if (!sheet) this.box.firstChild.hidden = true;
      this.greet(Infinity);
    }

    // Grows, and is lower again only where the frame had another width: a page that jumps with each question
    // cannot be read.
    fit(height, width) {
      this.height = width === this.width ? Math.max(this.height, height) : height;
      this.width = width;
      const px = `${Math.max(this.height, this.reserved)}px`;
      this.box.style.minHeight = this.frame.style.height = px;
    }

    // Another screen stands in the frame, for somebody who is in it: to its beginning, if that is out of view.
    follow() {
      const inside = this.shadowRoot.activeElement === this.frame;
      if (inside && this.box.getBoundingClientRect().top < 0) this.box.scrollIntoView({ block: "start" });
    }
  }

  customElements.define("bon-geste", BonGeste);
})();
