import { requireNode } from '@openstation/kit';

requireNode(24);
// Imported only now: native modules of a wrong Node version would end the process without a word.
const { run } = await import('./run.js');
await run(process.argv.slice(2), process.env);
