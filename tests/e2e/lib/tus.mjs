// tus-js-client, which knows nothing of us, at a clinic that receives.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { Upload } from "tus-js-client";

/** A name for what is sent, as the portal makes them: 22 characters, never with `-` in front, which begins an option. */
export function newItem() {
  const random = randomBytes(16);
  random[0] &= 0x7f;
  return random.toString("base64url");
}

/** Sends for a kit through the clinic's proxy. `clinic` is asked anew each time: it may be served from elsewhere by then. */
export class TusClient {
  constructor(clinic, kit) {
    Object.assign(this, { clinic, kit });
  }

  /** What an upload needs: where to, with which right, under which name. */
  options(item) {
    return {
      endpoint: new URL(this.kit.upload.url, this.clinic.proxy.url).href,
      headers: { Authorization: `Bearer ${this.kit.upload.token}` },
      metadata: { item },
    };
  }

  /** Sends bytes and gives the upload when tus-js-client believes that all is there. */
  send(bytes, item, more = {}) {
    return new Promise((resolve, reject) => {
      const upload = new Upload(bytes, {
        ...this.options(item), retryDelays: Array(40).fill(50), onError: reject, onSuccess: () => resolve(upload), ...more,
      });
      upload.start();
    });
  }

  /** What of it is at the clinic. */
  arrived(item) {
    return readFile(path.join(this.clinic.folder, "server/items", this.kit.kit_id, `${item}.age`));
  }
}
