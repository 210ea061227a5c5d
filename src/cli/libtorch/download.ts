import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EnvHttpProxyAgent } from 'undici';
import { SaidFailure } from '../failure.js';
import { showProgress } from '../progress.js';
import { note } from '../terminal.js';

/** Attempts, each of which goes on where the one before ended. */
const ATTEMPTS = 5;
const MEGABYTE = 1e6;

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** An answer that no repetition will change. */
class Refusal extends Error {}

/** What is left of a file: the server may give only that, or all of it again. */
async function fetchRest(url: string, file: string, agent: EnvHttpProxyAgent): Promise<void> {
  const { fetch } = await import('undici');
  const begun = sizeOf(file);
  const headers = begun > 0 ? { range: `bytes=${begun}-` } : {};
  const response = await fetch(url, { dispatcher: agent, headers });
  // Nothing is left; the checksum tells whether that is so.
  if (response.status === 416) return response.body?.cancel();
  if (!response.ok || response.body === null) {
    const text = `${url}: the server says ${response.status} ${response.statusText}`;
    throw response.status >= 500 ? new Error(text) : new Refusal(text);
  }
  const isRest = response.status === 206;
  const length = Number(response.headers.get('content-length') ?? 0);
  const from = isRest ? begun : 0;
  const progress = showProgress('download, MB', Math.ceil((from + length) / MEGABYTE));
  const handle = await open(file, isRest ? 'a' : 'w');
  let done = from;
  let shown = 0;
  try {
    for await (const chunk of response.body) {
      await handle.write(chunk as Uint8Array);
      done += (chunk as Uint8Array).byteLength;
      for (; (shown + 1) * MEGABYTE <= done; shown++) progress.step();
    }
  } finally {
    progress.stop();
    await handle.close();
  }
  if (length > 0 && done < from + length) throw new Error(`${url}: the connection ended early`);
}

/**
 * Downloads a file, through the proxy of HTTPS_PROXY, HTTP_PROXY and NO_PROXY. What a broken connection or
 * an earlier run left in `file` is kept, and only the rest asked for.
 */
export async function download(url: string, file: string, sha256: string): Promise<void> {
  const { EnvHttpProxyAgent } = await import('undici');
  const agent = new EnvHttpProxyAgent();
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await fetchRest(url, file, agent);
        break;
      } catch (error) {
        const { message, cause } = error as Error & { cause?: Error };
        const reason = cause?.message ? `${message}: ${cause.message}` : message;
        if (error instanceof Refusal || attempt === ATTEMPTS) {
          const kept = sizeOf(file) > 0 ? ' What has come is kept: run it again to go on.' : '';
          throw new Error(`${reason}.${kept}`);
        }
        note(`${reason}; trying again`);
        await sleep(100 * 4 ** attempt);
      }
    }
  } finally {
    await agent.close();
  }
  const got = await sha256Of(file);
  if (got === sha256) return;
  await rm(file);
  note(`${url}: SHA-256 ${got}, expected ${sha256}: the archive is not the one that was pinned.`);
  note('It was removed. A proxy may have changed it, or an interrupted download: try again.');
  throw new SaidFailure();
}
