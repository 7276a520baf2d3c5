import { readJoining, readSettings, settle, makeDataDirectory, UserError, type Clone, type DataDirectory, type Settings, type Wanted, differences } from '../install/index.js';
import { Product } from '../product/index.js';
import { runSteps, TerminalStage } from '../steps/index.js';
import { liveSupervisor } from '../supervisor/index.js';
import { chat } from './chat.js';
import { closingWords } from './closing-words.js';
import { startContext, type QuickstartContext } from './context.js';
import { engineImageStep } from './engine-image-step.js';
import { keyStep } from './key-step.js';
import { modelStep } from './model-step.js';
import { serviceStep } from './service-step.js';
import { shownHost, startSteps } from './start-steps.js';

export interface QuickstartWish {
  readonly data: DataDirectory;
  readonly clone: Clone;
  readonly wanted: Wanted;
  readonly modelPath: string;
  readonly once: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This program, to be started again for work beside. */
  readonly program: string;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * From nothing to an answer. Runs the product itself and stays until Ctrl-C; where it runs already (after `up`),
 * it is used and left running. With `once` everything that was started is stopped again.
 */
export async function quickstart(wish: QuickstartWish): Promise<void> {
  const { data, clone } = wish;
  if (await readJoining(data)) throw new UserError(`only an agent of another cluster lives in ${data.root}: choose another --data-dir`, 75); // EX_TEMPFAIL
  await makeDataDirectory(data);
  const live = liveSupervisor(data);
  const settings = live?.settings ? keepingTo(live.settings, wish.wanted) : settle(wish.wanted, await readSettings(data));
  const product = live ? undefined : new Product(data, clone, settings, wish.env);
  const print = (text: string) => void process.stdout.write(text);
  const context = startContext({ data, settings, product, clone, modelPath: wish.modelPath });
  try {
    const left = await product?.begin();
    if (left && left.length > 0) print(`  · ended what an earlier start had left running: ${left.join(', ')}\n`);
    await runSteps([...startSteps, engineImageStep(clone, wish.env['OPENSTATION_DOCKER_SOCKET'] ?? '/var/run/docker.sock'), modelStep, serviceStep, keyStep], context, new TerminalStage(process.stdout), wish.signal);
    await askOnce(context, wish.signal);
    print(await closingWords(context));
    if (wish.once) print(product ? '' : '\n  It was running before and is left running.\n');
    else if (product) {
      if (!wish.signal.aborted) product.refreshArchive(wish.program);
      await untilStopped(print, wish.signal);
    }
  } finally {
    await stop(product, print);
  }
}

function keepingTo(running: Settings, wanted: Wanted): Settings {
  const changed = differences(running, settle(wanted, running));
  if (changed.length > 0) throw new UserError(`it is running with other settings (${changed.join(', ')}): ./openstation down first`);
  return running;
}

async function askOnce(context: QuickstartContext, signal: AbortSignal): Promise<void> {
  const { settings, apiKey, serviceName, question } = context;
  const print = (text: string) => void process.stdout.write(text);
  print(`\n  > ${question}\n\n  `);
  const figures = await chat({
    baseUrl: `http://${shownHost(settings.host)}:${settings.ports.gateway}`, apiKey, model: serviceName, question, signal, onText: (text) => print(text.replaceAll('\n', '\n  ')),
  });
  print(`\n\n  first token after ${figures.ttftMs.toFixed(0)} ms, ${figures.completionTokens} tokens at ${figures.tokensPerSecond.toFixed(0)} tokens/s\n`);
}

async function untilStopped(print: (text: string) => void, signal: AbortSignal): Promise<void> {
  print('\n  Running. Ctrl-C stops everything; ./openstation status in another terminal shows it.\n');
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

async function stop(product: Product | undefined, print: (text: string) => void): Promise<void> {
  if (!product?.claimed) return;
  if (product.idle) return product.stop();
  const started = performance.now();
  print('\n  · stopping\n');
  await product.stop();
  print(`  ✓ everything is stopped  (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);
}
