import { makeDataDirectory, readJoining, readSettings, settle, type Clone, type DataDirectory, type Wanted } from '../install/index.js';
import { Product } from '../product/index.js';
import { startSteps, startContext } from '../quickstart/index.js';
import { runSteps } from '../steps/index.js';
import { reportingStage, type Report } from './report.js';
import { superviseAgent } from './supervise-agent.js';

export interface Supervision {
  readonly data: DataDirectory;
  readonly clone: Clone;
  readonly wanted: Wanted;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This program, to be started again for work beside. */
  readonly program: string;
}

/** Runs what lives in the data directory until the signal; `report` hears how the start goes. */
export async function supervise({ data, clone, wanted, env, program }: Supervision, report: (what: Report) => void, signal: AbortSignal): Promise<void> {
  const joining = await readJoining(data);
  if (joining) return superviseAgent(data, clone, joining, env, report, signal);
  await makeDataDirectory(data);
  const settings = settle(wanted, await readSettings(data));
  const product = new Product(data, clone, settings, env);
  try {
    await product.begin();
    await runSteps(startSteps, startContext({ data, settings, product, clone }), reportingStage(report), signal);
    report({ kind: 'ready' });
    if (signal.aborted) return;
    product.refreshArchive(program);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    if (product.claimed) await product.stop();
  }
}
