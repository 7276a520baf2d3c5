import type { CustomEngine } from '../../api';

/** What the node fills in, then what the plan does. */
export const placeholders = ['model_path', 'host', 'port', 'served_name', 'api_key_file', 'context_length', 'parallel', 'cards'] as const;
/** Without these an engine cannot know what to serve, and where. */
const needed = ['model_path', 'port'] as const;

export type EngineFormat = CustomEngine['formats'][number];

/** An engine of one's own as it is typed: lists have a word a line. */
export interface CustomEngineDraft {
  readonly id: string;
  readonly name: string;
  readonly hardware: CustomEngine['hardware'];
  readonly formats: readonly EngineFormat[];
  readonly image: string;
  readonly entrypoint: string;
  readonly argv: string;
  readonly env: string;
  readonly healthPath: string;
  readonly metricsPath: string;
  readonly description: string;
}

export const emptyEngine: CustomEngineDraft = {
  id: '', name: '', hardware: 'gpu', formats: ['safetensors'], image: '', entrypoint: '', argv: ['--model', '{model_path}', '--host', '{host}', '--port', '{port}'].join('\n'), env: '', healthPath: '/health', metricsPath: '', description: '',
};

export function engineDraftOf(engine: CustomEngine): CustomEngineDraft {
  const { id, name, hardware, formats, image, healthPath, metricsPath, description } = engine;
  return {
    id: id.replace(/^custom-/, ''), name, hardware, formats, image, entrypoint: engine.entrypoint.join('\n'), argv: engine.argv.join('\n'), env: Object.entries(engine.env).map(([key, value]) => `${key}=${value}`).join('\n'), healthPath, metricsPath: metricsPath ?? '',
    description,
  };
}

/** What is sent; call it only for a draft without problems. */
export function engineRequestOf(draft: CustomEngineDraft): Omit<CustomEngine, 'id'> {
  const { name, hardware, formats, image, healthPath, metricsPath, description } = draft;
  return {
    name: name.trim(), hardware, formats: [...formats], image: image.trim(), entrypoint: wordsOf(draft.entrypoint), argv: wordsOf(draft.argv), env: Object.fromEntries(linesOf(draft.env).map(variableOf)), healthPath: healthPath.trim(), metricsPath: metricsPath.trim() || null,
    description: description.trim(),
  };
}

export interface Problem {
  readonly key: string;
  readonly values?: Readonly<Record<string, string>>;
}

/** What is wrong, by field; the controller has the last word about images, flags and variables. */
export function engineProblems(draft: CustomEngineDraft, taken: readonly string[]): Readonly<Partial<Record<keyof CustomEngineDraft, Problem>>> {
  const missing = needed.find((name) => !draft.argv.includes(`{${name}}`));
  return {
    ...(!/^[a-z0-9][a-z0-9-]{0,23}$/.test(draft.id) ? { id: { key: 'idWrong' } } : taken.includes(`custom-${draft.id}`) ? { id: { key: 'idTaken' } } : {}),
    ...(draft.name.trim() === '' && { name: { key: 'nameWrong' } }),
    ...(draft.formats.length === 0 && { formats: { key: 'formatsWrong' } }),
    ...(draft.image.trim() === '' && { image: { key: 'imageWrong' } }),
    ...(wordsOf(draft.entrypoint).length === 0 && { entrypoint: { key: 'entrypointWrong' } }),
    ...(missing !== undefined && { argv: { key: 'argvWrong', values: { missing: `{${missing}}` } } }),
    ...(linesOf(draft.env).some((line) => !/^[A-Z_][A-Z0-9_]*=/.test(line)) && { env: { key: 'envWrong' } }),
    ...(!isPath(draft.healthPath.trim()) && { healthPath: { key: 'pathWrong' } }),
    ...(draft.metricsPath.trim() !== '' && !isPath(draft.metricsPath.trim()) && { metricsPath: { key: 'pathWrong' } }),
  };
}

function isPath(text: string): boolean {
  return /^\/[A-Za-z0-9/_.-]*$/.test(text);
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
}

const wordsOf = linesOf;

function variableOf(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
