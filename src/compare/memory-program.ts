/** The whole life of the process that measures memory: what to do comes through standard input. */
const text = `
import { readFileSync, writeFileSync } from 'node:fs';
const task = JSON.parse(readFileSync(0, 'utf8'));
const report = (value) => process.stdout.write('\\nMARK' + JSON.stringify(value) + '\\n');
const kilobytes = (name) => {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp('^' + name + ':\\\\s+(\\\\d+)', 'm').exec(status)[1]);
};
const startOver = () => {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return kilobytes('VmRSS');
  } catch {
    // Where /proc may not be written, the mark that stands already is the base.
    return kilobytes('VmHWM');
  }
};
// Pages of code that a model is the first to touch are every model's.
const codeKilobytes = () => {
  let isCode = false;
  let sum = 0;
  for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\\n')) {
    if (/^[0-9a-f]+-/.test(line)) isCode = /(\\.so[.\\d]*|\\.node|\\/node)$/.test(line);
    else if (isCode && line.startsWith('Rss:')) sum += Number.parseInt(line.slice(4), 10);
  }
  return sum;
};
try {
  const torch = await import(task.bundle);
  torch.configure({ threads: 1, intraOpThreads: task.threads });
  torch.setWarningHandler(() => {});
  const args = await torch.load(task.inputs);
  // What every module needs is there before: a thread of the pool, the interpreter's tables.
  const tiny = 'def forward(self, x: Tensor) -> Tensor:\\n    return x.matmul(x).relu()';
  await torch.jit.compile(tiny).forward(torch.ones([64, 64]));
  const code = codeKilobytes();
  const before = startOver();
  const model = await torch.loadModule(task.file, { ...task.load, format: 'auto' });
  for (let run = 0; run < 2; run++) {
    await torch.tidyAsync(async (scope) => {
      scope.track(await model.run(task.method, args));
    });
  }
  const added = kilobytes('VmHWM') - before - (codeKilobytes() - code);
  report({ peak: Math.max(0, added) * 1024 });
} catch (error) {
  const detail = error.pythonClass ?? null;
  report({ code: error.code ?? null, message: String(error.message), detail });
}
process.exit(0);
`;

/** @internal The program, which puts `mark` before what it says. */
export function program(mark: string): string {
  return text.replace('MARK', mark);
}
