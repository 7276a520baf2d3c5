import type { Engine } from './engine.js';
import type { CustomEngine } from './engines.store.js';
import { fillPlan } from './placeholders.js';

const GIB = 2 ** 30;

/** An administrator's engine as the planner sees it. Its command line is the template and nothing else: it takes no further parameters. */
export function customEngine({ id, name, description, hardware, formats, image, entrypoint, argv, env, healthPath, metricsPath }: CustomEngine): Engine {
  return {
    id, name, description, hardware, formats,
    parameters: [],
    codeFlag: null,
    template: { image, command: entrypoint, healthPath, metricsPath },
    overheadBytes: (weightsPerCard) => (hardware === 'cpu' ? GIB : Math.max(1.5 * GIB, weightsPerCard * 0.1)),
    argv: ({ contextLength, parallel, cards }) => argv.map((word) => fillPlan(word, { context_length: contextLength, parallel, cards })),
    env: () => ({ ...env }),
  };
}
