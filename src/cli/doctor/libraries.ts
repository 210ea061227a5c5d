import { createRequire } from 'node:module';
import type { Loader } from '../../native/addon.js';
import { findAddon, loaderOf, packageRoot } from '../../native/find-addon.js';
import { type LookUp, lookUpLibTorch, pinnedVersion, waysOut } from '../../native/libtorch.js';
import { explainLoadFailure } from '../../native/load-failure.js';
import { type Finding, failure, ok, remark, type Section } from './finding.js';

/** What the binary and the libraries are. */
export interface Libraries {
  readonly addon: string | null;
  /** The LibTorch that the addon needs; null where there is no addon. */
  readonly builtFor: string | null;
  readonly lookUp: LookUp;
  readonly section: Section;
}

function builtForOf(addon: string): string {
  const loader = createRequire(import.meta.url)(loaderOf(addon)) as Loader;
  return loader.builtFor;
}

function addonFindings(): {
  addon: string | null;
  builtFor: string | null;
  findings: Finding[];
} {
  let addon: string;
  try {
    addon = findAddon(packageRoot());
  } catch (error) {
    const { message } = error as Error;
    return { addon: null, builtFor: null, findings: [failure('addon', 'not found', message)] };
  }
  try {
    const builtFor = builtForOf(addon);
    const findings = [ok('addon', `built for LibTorch ${builtFor}: ${addon}`)];
    return { addon, builtFor, findings };
  } catch (error) {
    const findings = [failure('addon', addon, explainLoadFailure(loaderOf(addon), error))];
    return { addon, builtFor: null, findings };
  }
}

/** The places of the look-up, in its order. */
const places = [
  ['LIBTORCH', 'LIBTORCH'],
  ['package', 'npm package'],
  ['python', "Python's torch"],
  ['folder', 'filled folder'],
] as const;

/** Each place that was looked at, and those that no longer mattered. */
function placeFindings({ libtorch, misses }: LookUp, needed: string): Finding[] {
  const named = misses.map(({ place, problem, found }): Finding => {
    const about = places.find(([origin, name]) => {
      return found ? found.origin === origin : place.includes(name) || place.includes(origin);
    });
    const isWanted = place === 'LIBTORCH' || found !== undefined;
    const status = isWanted && libtorch === null ? 'warning' : 'note';
    return { about: about?.[1] ?? place, status, detail: problem };
  });
  if (!process.env.LIBTORCH) named.unshift(remark('LIBTORCH', 'not set'));
  if (libtorch === null) {
    const ways = `Ways to get one:\n${waysOut(needed)}`;
    return [...named, failure('LibTorch', `no LibTorch ${needed}`, ways)];
  }
  const at = places.findIndex(([origin]) => origin === libtorch.origin);
  const version = libtorch.version ?? 'of unknown version';
  const found = ok(places[at]?.[1] ?? libtorch.origin, `LibTorch ${version}: ${libtorch.folder}`);
  const rest = places.slice(at + 1).map(([, name]) => remark(name, 'not needed'));
  const before = libtorch.origin === 'LIBTORCH' ? [] : named;
  return [...before, found, ...rest];
}

/** Where the addon and LibTorch are; nothing of LibTorch is loaded for it. */
export function findLibraries(): Libraries {
  const { addon, builtFor, findings } = addonFindings();
  const lookUp = lookUpLibTorch({ root: packageRoot(), version: builtFor });
  const found = placeFindings(lookUp, builtFor ?? pinnedVersion);
  const section = { title: 'LibTorch', findings: [...findings, ...found] };
  return { addon, builtFor, lookUp, section };
}
