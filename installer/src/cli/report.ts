import type { Stage } from '../steps/index.js';

/** What the background process tells the command that started it. */
export type Report =
  | { readonly kind: 'begin' | 'detail' | 'done' | 'failed'; readonly title: string; readonly what: string; readonly seconds: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly message: string; readonly exitCode: number };

export function reportingStage(report: (what: Report) => void): Stage {
  return {
    begin: (title) => report({ kind: 'begin', title, what: '', seconds: 0 }),
    detail: (title, what) => report({ kind: 'detail', title, what, seconds: 0 }),
    done: (title, what, seconds) => report({ kind: 'done', title, what, seconds }),
    failed: (title, seconds) => report({ kind: 'failed', title, what: '', seconds }),
  };
}
