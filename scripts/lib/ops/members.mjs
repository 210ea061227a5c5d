/** The members of Tensor that are written by hand: they win over operators of the same name. */
import { existsSync, readFileSync } from 'node:fs';
import { inRoot } from '../paths.mjs';

/** Where Tensor's members are written. */
export function memberFiles() {
  return [
    inRoot('src', 'autograd', 'tensor-autograd.ts'),
    inRoot('src', 'tensor', 'tensor.ts'),
    inRoot('src', 'tensor', 'tensor-operators.ts'),
    inRoot('src', 'tensor', 'tensor-properties.ts'),
    inRoot('src', 'ops', 'tensor-members.ts'),
  ].filter((file) => existsSync(file));
}

/** Their names. */
export async function handWrittenMembers() {
  const { default: ts } = await import('typescript');
  const names = new Set();
  for (const file of memberFiles()) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023);
    for (const statement of source.statements) {
      if (!ts.isClassDeclaration(statement)) continue;
      for (const member of statement.members) {
        if (member.name && ts.isIdentifier(member.name)) names.add(member.name.text);
      }
    }
  }
  return names;
}
