import { Option } from 'commander';
import { type AddCommand, makeCommand } from '../command.js';
import { SaidFailure } from '../failure.js';
import { printJson } from '../json.js';
import { print } from '../terminal.js';
import { enginesSection } from './engines.js';
import type { Section } from './finding.js';
import { findLibraries } from './libraries.js';
import { probeOption, reportProbe, runProbe } from './probe.js';
import { report, summary } from './report.js';
import { systemSection } from './system.js';

interface Options {
  readonly json?: boolean;
  readonly probe?: boolean;
}

async function doctor({ json = false, probe: isProbe = false }: Options): Promise<void> {
  if (isProbe) return reportProbe();
  const system = systemSection();
  const libraries = findLibraries();
  const probe = runProbe(libraries.builtFor !== null && libraries.lookUp.libtorch !== null);
  const sections: Section[] = [system, libraries.section, enginesSection(probe)];
  const { healthy, lines } = summary(sections);
  if (json) {
    const { addon, builtFor, lookUp } = libraries;
    const found = probe !== null && 'probed' in probe ? probe.probed : null;
    printJson({ healthy, addon, builtFor, libtorch: lookUp.libtorch, ...found, sections });
  } else {
    print([...sections.flatMap(report), ...lines]);
  }
  if (!healthy) throw new SaidFailure();
}

export const addDoctor: AddCommand = (program) => {
  const command = makeCommand('doctor', 'Check LibTorch, devices, threads and what else matters', [
    'doctor',
    'LIBTORCH=/opt/libtorch libtorch-node doctor',
    'doctor --json',
  ])
    .option('--json', 'print the findings as JSON')
    .addOption(new Option(probeOption).hideHelp())
    .action(doctor);
  program.addCommand(command);
};
