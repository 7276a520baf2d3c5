import { ModelFileError } from './model-file-error.js';

/** One thing that a look at model files found. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'error';
  readonly code: string;
  readonly file: string | null;
  readonly message: string;
}

/** A damaged file is one finding; thousands of them help nobody. */
const MOST = 100;

export class Findings {
  readonly #list: Finding[] = [];

  get list(): readonly Finding[] {
    return this.#list;
  }

  get failed(): boolean {
    return this.#list.some(({ level }) => level === 'error');
  }

  note(code: string, file: string | null, message: string): void {
    this.#add('ok', code, file, message);
  }

  warn(code: string, file: string | null, message: string): void {
    this.#add('warning', code, file, message);
  }

  fail(code: string, file: string | null, message: string): void {
    this.#add('error', code, file, message);
  }

  /** Runs what reads one file; a damaged file becomes a finding. */
  async guard<T>(file: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ModelFileError)) throw error;
      this.fail(error.code, file, error.message);
      return undefined;
    }
  }

  #add(level: Finding['level'], code: string, file: string | null, message: string): void {
    if (this.#list.length < MOST) this.#list.push({ level, code, file, message });
  }
}
