import type { Engine } from '../engines/index.js';

/** Words that follow from model and cards, before what a person typed. Code runs only where an administrator approved it and the node's policy permits it too. */
export function extraArguments({ codeFlag }: Pick<Engine, 'codeFlag'>, { runsCode, halved }: { readonly runsCode: boolean; readonly halved: boolean }, typed: readonly string[]): string[] {
  return [...(runsCode && codeFlag !== null ? [codeFlag] : []), ...(halved ? ['--dtype', 'half'] : []), ...typed];
}
