import { makeDataDirectory, readSettings, settle, type Clone, type DataDirectory, type Wanted } from '../install/index.js';
import { Product } from '../product/index.js';
import { startSteps, startContext } from '../quickstart/index.js';
import { runSteps, type Stage } from '../steps/index.js';

/** What the background process tells the `up` that started it. */
export type Report =
  | { readonly kind: 'begin' | 'detail' | 'done' | 'failed'; readonly title: string; readonly what: string; readonly seconds: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly message: string; readonly exitCode: number };

/** Runs the product until the signal; `report` hears how the start goes. */
export async function supervise(data: DataDirectory, clone: Clone, wanted: Wanted, env: Readonly<Record<string, string | undefined>>, report: (what: Report) => void, signal: AbortSignal): Promise<void> {
  await makeDataDirectory(data);
  const settings = settle(wanted, await readSettings(data));
  const product = new Product(data, clone, settings, env);
  try {
    await product.begin();
    await runSteps(startSteps, startContext({ data, settings, product, clone }), reportingStage(report), signal);
    report({ kind: 'ready' });
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    if (product.claimed) await product.stop();
  }
}

function reportingStage(report: (what: Report) => void): Stage {
  return {
    begin: (title) => report({ kind: 'begin', title, what: '', seconds: 0 }),
    detail: (title, what) => report({ kind: 'detail', title, what, seconds: 0 }),
    done: (title, what, seconds) => report({ kind: 'done', title, what, seconds }),
    failed: (title, seconds) => report({ kind: 'failed', title, what: '', seconds }),
  };
}
