import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { UserError } from '../install/index.js';
import type { Desk } from './desk.js';

const EX_NOINPUT = 66;
const EX_DATAERR = 65;

/**
 * A YAML (or JSON) file that describes one thing.
 * @param example fields as they may stand there, for the message when it is something else
 * @throws UserError naming the file
 */
export async function readYaml({ cwd }: Pick<Desk, 'cwd'>, file: string, example: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new UserError(`--file: ${(error as Error).message}`, EX_NOINPUT);
  }
  try {
    const content: unknown = parse(text);
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content as Record<string, unknown>;
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`, EX_DATAERR);
  }
  throw new UserError(`${file}: must be a list of fields such as "${example}"`, EX_DATAERR);
}
