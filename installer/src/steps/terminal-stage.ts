import type { Stage } from './step.js';

const TITLE_WIDTH = 14;

/** Progress on a terminal: the running step is rewritten in place; elsewhere only finished steps are printed. */
export class TerminalStage implements Stage {
  constructor(private readonly out: NodeJS.WriteStream) {}

  begin(title: string): void {
    this.#rewrite(line('·', title, '…'));
  }

  detail(title: string, what: string): void {
    this.#rewrite(line('·', title, what));
  }

  done(title: string, what: string, seconds: number): void {
    this.#finish(line('✓', title, `${what}  (${seconds.toFixed(1)} s)`));
  }

  failed(title: string, seconds: number): void {
    this.#finish(line('✗', title, `failed  (${seconds.toFixed(1)} s)`));
  }

  #rewrite(text: string): void {
    if (!this.out.isTTY) return;
    this.out.write(`\r\u001b[2K${text.slice(0, Math.max(20, this.out.columns - 1))}`);
  }

  #finish(text: string): void {
    this.out.write(this.out.isTTY ? `\r\u001b[2K${text}\n` : `${text}\n`);
  }
}

function line(mark: string, title: string, what: string): string {
  return `  ${mark} ${title.padEnd(TITLE_WIDTH)} ${what}`;
}
