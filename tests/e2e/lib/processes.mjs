// What the tests start beside themselves: a free port for it, its answer, its end.

import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export async function freePort() {
  const server = createServer();
  await new Promise((go) => server.listen(0, "127.0.0.1", go));
  const { port } = server.address();
  await new Promise((go) => server.close(go));
  return port;
}

/** Until a program answers at an address that all is well. */
export async function answering(url, child, said = () => "") {
  for (let i = 0; i < 1200; i++) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}\n${said()}`);
    if (await fetch(url).then((r) => r.ok, () => false)) return;
    await sleep(50);
  }
  throw new Error(`no answer from ${url}\n${said()}`);
}

export function ended(child) {
  return new Promise((go) => (child.exitCode !== null || child.signalCode ? go() : child.once("exit", go)));
}
