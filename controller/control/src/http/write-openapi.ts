import { writeFileSync } from 'node:fs';
import { buildOpenApi } from './openapi.js';

/** Writes the document to the path given: `node dist/http/write-openapi.js openapi.json`. */
const [, , target] = process.argv;
if (target === undefined) throw new Error('usage: write-openapi <file>');
writeFileSync(target, `${JSON.stringify(buildOpenApi('v1'), null, 2)}\n`);
