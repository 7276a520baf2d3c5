import { fileURLToPath } from 'node:url';

/** Where the fake engine's one file lies. */
export const FAKE_ENGINE_FILE = fileURLToPath(new URL('./fake-engine.mjs', import.meta.url));

/** What a fake engine does; every key is optional. Times in milliseconds. README.md tells each key. */
export interface EngineScript {
  readonly loadMs?: number;
  readonly loadSteps?: number;
  readonly loadExitPercent?: number | null;
  readonly loadExitCode?: number;
  readonly lastWords?: readonly string[];
  readonly loadAllocateMb?: number;
  readonly loadHangPercent?: number | null;
  readonly loadLines?: readonly string[];
  readonly ansi?: boolean;
  readonly refuseFlags?: readonly string[];
  readonly ignoreTerm?: boolean;
  readonly health?: 'ok' | 'error' | 'hang';
  readonly modelName?: string | null;
  readonly ttftMs?: number;
  readonly tokensPerSecond?: number;
  readonly tokens?: number;
  readonly text?: string | null;
  readonly usage?: boolean;
  readonly fault?: 'status' | 'truncate' | 'stall' | 'endless' | 'hang' | 'reset' | null;
  readonly faultStatus?: number;
  readonly faultAfterTokens?: number;
  readonly faultTimes?: number | null;
  readonly chunkDelayMs?: number;
  readonly rankBlind?: boolean;
}

/** The control file: one script for every engine, and exceptions by model name (alias). */
export interface EngineControl extends EngineScript {
  readonly models?: Readonly<Record<string, EngineScript>>;
}
