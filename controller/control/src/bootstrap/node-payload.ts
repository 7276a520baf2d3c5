import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PayloadFile {
  readonly path: string;
  readonly text: string;
  readonly sha256: string;
}

/** Beside the bundle, beside the compiled rooms, or in the sources. */
const PLACES = ['node-payload', '../node-payload', '../../../../installer/node-payload'];

/** The scripts that run on a server: `facts` reads, `steps` changes. @throws Error when the build left them out */
export function nodePayload(): { readonly facts: PayloadFile; readonly steps: PayloadFile } {
  const directory = PLACES.map((place) => join(import.meta.dirname, place)).find((place) => existsSync(join(place, 'node.sh')));
  if (directory === undefined) throw new Error('the scripts for servers (node-payload) are missing beside the controller: build it again');
  return { facts: read(join(directory, 'facts.sh')), steps: read(join(directory, 'node.sh')) };
}

function read(path: string): PayloadFile {
  const text = readFileSync(path, 'utf8');
  return { path, text, sha256: createHash('sha256').update(text).digest('hex') };
}
