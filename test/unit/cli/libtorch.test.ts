import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../../../src/cli/libtorch/unpack.js';
import { pinnedVersion, userFolder } from '../../../src/native/libtorch.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { makeZip } from '../../fixtures/zip.js';
import { cli } from './cli.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Random bytes do not compress: the size of the archive is that of its contents. */
const library = randomBytes(300_000);
let archive: Buffer;
let sha256: string;
let servers: Server[] = [];

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function wheel(version: string): Buffer {
  return makeZip({
    'torch/lib/libtorch_cpu.so': library,
    'torch/lib/libc10.so': Buffer.from('c10'),
    'torch/lib/libtorch_python.so': Buffer.from('python'),
    'torch/version.py': Buffer.from(`__version__ = '${version}+cpu'\n`),
    'torch/nn/modules.py': Buffer.from('pass\n'),
    'torch-1.dist-info/licenses/LICENSE': Buffer.from('BSD'),
  });
}

beforeAll(() => {
  archive = wheel(pinnedVersion);
  sha256 = digest(archive);
});
afterEach(() => {
  for (const server of servers) server.close().closeAllConnections();
  servers = [];
});

/** A server on this machine; gives its address. */
function serve(answer: Answer): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

/** Serves ranges, as every server of archives does. */
const serveArchive: Answer = (request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from >= archive.length) return void response.writeHead(416).end();
  const rest = archive.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length }).end(rest);
};

const noProxy = { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '', NO_PROXY: '' };

function install(url: string, folder: string, ...more: string[]) {
  const args = ['libtorch', 'install', '--to', folder, '--url', `${url}/torch.whl`];
  return cli([...args, '--sha256', sha256, ...more], { env: noProxy });
}

describe('libtorch install', () => {
  it('downloads, checks and unpacks the libraries and licences alone', async () => {
    const folder = path.join(scratchFolder(), 'libtorch');
    const outcome = await install(await serve(serveArchive), folder);
    expect(outcome).toMatchObject({ code: 0 });
    expect(outcome.stdout).toContain(`LibTorch ${pinnedVersion} (cpu): ${folder}`);
    expect(outcome.stdout).toContain(`export LIBTORCH='${folder}'`);
    expect(readdirSync(path.join(folder, 'lib')).sort()).toEqual(['libc10.so', 'libtorch_cpu.so']);
    expect(readFileSync(path.join(folder, 'lib', 'libtorch_cpu.so')).equals(library)).toBe(true);
    expect(existsSync(path.join(folder, 'licenses', 'LICENSE'))).toBe(true);
    expect(readdirSync(path.dirname(folder))).toEqual(['libtorch']);
    const again = await install('http://127.0.0.1:1', folder);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stderr).toContain('already');
  });

  it('uses the folder that the look-up knows unless told otherwise', async () => {
    const cache = scratchFolder();
    const url = `${await serve(serveArchive)}/torch.whl`;
    const env = { ...noProxy, XDG_CACHE_HOME: cache };
    const args = ['libtorch', 'install', '--url', url, '--sha256', sha256];
    const outcome = await cli(args, { env });
    expect(outcome.stdout).toContain(userFolder(pinnedVersion, 'cpu', env));
    expect(outcome.stdout).toContain('finds it there');
  });

  it('goes on where a broken connection ended', async () => {
    const ranges: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      ranges.push(request.headers.range);
      if (ranges.length > 1) return serveArchive(request, response);
      response.writeHead(200, { 'content-length': archive.length });
      response.write(archive.subarray(0, 100_000), () => response.destroy());
    });
    const folder = path.join(scratchFolder(), 'libtorch');
    const outcome = await install(url, folder);
    expect(outcome).toMatchObject({ code: 0 });
    expect(outcome.stderr).toContain('trying again');
    expect(ranges[0]).toBeUndefined();
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('goes on where an earlier run ended, and starts over with a server that knows no ranges', async () => {
    const folder = path.join(scratchFolder(), 'libtorch');
    const partial = `${folder}.${sha256.slice(0, 16)}.partial`;
    writeFileSync(partial, archive.subarray(0, 50_000));
    const ranges: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      ranges.push(request.headers.range);
      response.end(archive);
    });
    expect(await install(url, folder)).toMatchObject({ code: 0 });
    expect(ranges).toEqual(['bytes=50000-']);
  });

  it('refuses and removes an archive with another checksum', async () => {
    const folder = path.join(scratchFolder(), 'libtorch');
    const url = await serve((_, response) => response.end('something else'));
    const outcome = await install(url, folder);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain(`expected ${sha256}`);
    expect(readdirSync(path.dirname(folder))).toEqual([]);
  });

  it('refuses another version, also with the right checksum', async () => {
    const old = wheel('2.5.1');
    const url = await serve((_, response) => response.end(old));
    const folder = path.join(scratchFolder(), 'libtorch');
    const args = ['libtorch', 'install', '--to', folder, '--url', url, '--sha256', digest(old)];
    const outcome = await cli(args, { env: noProxy });
    expect(outcome.stderr).toContain(`LibTorch 2.5.1, expected ${pinnedVersion}`);
    expect(existsSync(folder)).toBe(false);
  });

  it('goes through the proxy that the environment names', async () => {
    const seen: (string | undefined)[] = [];
    const proxy = await serve((request, response) => {
      seen.push(request.url);
      serveArchive(request, response);
    });
    // It may be asked for a tunnel, also for http.
    const target = new URL(await serve(serveArchive));
    servers[0]?.on('connect', (request: IncomingMessage, socket: Socket) => {
      seen.push(request.url);
      const through = connect(Number(target.port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
    });
    const folder = path.join(scratchFolder(), 'libtorch');
    const args = ['libtorch', 'install', '--to', folder, '--sha256', sha256];
    const outcome = await cli([...args, '--url', 'http://mirror.invalid/torch.whl'], {
      env: { ...noProxy, HTTP_PROXY: proxy, http_proxy: proxy },
    });
    expect(outcome).toMatchObject({ code: 0 });
    expect(seen.join()).toContain('mirror.invalid');
  });

  it('says what the server said, and tries no more where that cannot help', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.writeHead(404).end();
    });
    const outcome = await install(url, path.join(scratchFolder(), 'libtorch'));
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain('the server says 404');
    expect(requests).toBe(1);
  });

  it('has the checksum of CUDA 13.0, and says what CUDA archives leave out', async () => {
    const folder = path.join(scratchFolder(), 'libtorch');
    const url = await serve(serveArchive);
    const args = ['libtorch', 'install', '--cuda', 'cu130', '--to', folder, '--url', `${url}/x`];
    const wrong = await cli(args, { env: noProxy });
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toContain(`SHA-256 ${sha256}, expected 945c5a3d946a28b3`);
    const given = await cli([...args, '--sha256', sha256], { env: noProxy });
    expect(given).toMatchObject({ code: 0 });
    expect(given.stdout).toContain(`LibTorch ${pinnedVersion} (cu130): ${folder}`);
    expect(given.stderr).toMatch(/none of NVIDIA's libraries.*--pip/s);
  });

  it('refuses a CUDA build without a checksum, odd versions and folders in use', async () => {
    const to = path.join(scratchFolder(), 'libtorch');
    const cuda = await cli(['libtorch', 'install', '--cuda', 'cu118', '--to', to]);
    expect(cuda).toMatchObject({ code: 2 });
    expect(cuda.stderr).toMatch(/No checksum is pinned for cu118.*--sha256.*--pip/s);
    const odd = await cli(['libtorch', 'install', '--cuda', '13.0']);
    expect(odd).toMatchObject({ code: 2 });
    expect(odd.stderr).toContain('cu130');
    const folder = scratchFolder();
    writeFileSync(path.join(folder, 'mine.txt'), '');
    const used = await cli(['libtorch', 'install', '--to', folder]);
    expect(used.stderr).toContain('is not empty');
  });
});

describe('targetOf', () => {
  it('takes libraries, version and licences, and nothing that leaves the folder', () => {
    expect(targetOf('libtorch/lib/libcudart-1.so.13')).toBe('lib/libcudart-1.so.13');
    expect(targetOf('libtorch/build-version')).toBe('build-version');
    expect(targetOf('torch/lib/libtorch_python.so')).toBeNull();
    expect(targetOf('torch/include/ATen/ATen.h')).toBeNull();
    expect(targetOf('x.dist-info/licenses/../../../../etc/passwd')).toBeNull();
    expect(targetOf('torch/lib/../../lib/libx.so')).toBeNull();
  });
});
