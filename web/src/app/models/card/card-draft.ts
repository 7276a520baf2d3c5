import type { ModelCardInput, ModelFamily, RepositoryLookup } from '../../api';

export type VariantInput = ModelCardInput['variants'][number];

/** A variant as the form holds it: numbers and patterns as typed. */
export interface VariantDraft {
  /** Counts rows of this form; never sent. */
  readonly key: number;
  readonly id: string | null;
  readonly label: string;
  readonly name: string;
  readonly modelscope: string;
  readonly huggingface: string;
  readonly revision: string;
  readonly include: string;
  readonly exclude: string;
  readonly format: VariantInput['format'];
  /** In billions. */
  readonly parameters: string;
  readonly activeParameters: string;
  readonly dataType: string;
  /** In GB of 1024³ bytes. */
  readonly size: string;
  readonly memory: string;
  readonly context: string;
  readonly licence: string;
  /** A line for each engine: `vllm: --reasoning-parser x`. */
  readonly engineParameters: string;
}

export interface CardDraft {
  readonly name: string;
  readonly provider: string;
  readonly kind: ModelCardInput['kind'];
  readonly context: string;
  readonly logo: string;
  readonly description: string;
  readonly descriptionZh: string;
  readonly variants: readonly VariantDraft[];
}

const GB = 1024 ** 3;
let keys = 0;

export function emptyVariant(): VariantDraft {
  keys += 1;
  return {
    key: keys, id: null, label: '', name: '', modelscope: '', huggingface: '', revision: '', include: '', exclude: '', format: 'safetensors', parameters: '', activeParameters: '', dataType: '', size: '',
    memory: '', context: '', licence: '', engineParameters: '',
  };
}

export function emptyCard(): CardDraft {
  return { name: '', provider: '', kind: 'llm', context: '', logo: '', description: '', descriptionZh: '', variants: [emptyVariant()] };
}

export function draftOf(family: ModelFamily): CardDraft {
  const { name, provider, kind, logo, description, descriptionZh } = family;
  return {
    name, provider, kind, logo, description, descriptionZh, context: typed(family.contextLength),
    variants: family.variants.map((variant) => ({
      ...emptyVariant(), id: variant.id, label: variant.label, name: variant.name, modelscope: variant.repositories.modelscope ?? '', huggingface: variant.repositories.huggingface ?? '', revision: variant.revision ?? '',
      include: variant.include.join('\n'), exclude: variant.exclude.join('\n'), format: variant.format, parameters: typed(variant.parameterCount, 1e9), activeParameters: typed(variant.activeParameterCount, 1e9),
      dataType: variant.dataType ?? '', size: typed(variant.bytes, GB), memory: typed(variant.memoryNeedBytes, GB), context: typed(variant.contextLength), licence: variant.licence ?? '',
      engineParameters: Object.entries(variant.engineParameters).map(([engine, text]) => `${engine}: ${text}`).join('\n'),
    })),
  };
}

/** Translation keys of what has to be mended, by field: `name`, `variants.0.label` … */
export function problemsOf(draft: CardDraft): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  const note = (field: string, wrong: boolean, key: string) => { if (wrong) problems[field] = `models.cardForm.problem.${key}`; };
  note('name', draft.name.trim() === '', 'required');
  note('contextLength', !isWhole(draft.context), 'whole');
  draft.variants.forEach((variant, at) => {
    const field = (name: string) => `variants.${at}.${name}`;
    note(field('label'), variant.label.trim() === '', 'required');
    note(field('name'), variant.name.trim() === '', 'required');
    const [modelscope, huggingface] = [variant.modelscope.trim(), variant.huggingface.trim()];
    note(field('repositories'), modelscope === '' && huggingface === '', 'repository');
    note(field('repositories.modelscope'), modelscope !== '' && !repository.test(modelscope), 'repositoryForm');
    note(field('repositories.huggingface'), huggingface !== '' && !repository.test(huggingface), 'repositoryForm');
    for (const [name, value] of [['parameterCount', variant.parameters], ['activeParameterCount', variant.activeParameters], ['bytes', variant.size], ['memoryNeedBytes', variant.memory]] as const) note(field(name), !isNumber(value), 'number');
    note(field('contextLength'), !isWhole(variant.context), 'whole');
    note(field('engineParameters'), linesOf(variant.engineParameters).some((line) => !engineLine.test(line)), 'engineLine');
  });
  return problems;
}

const repository = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const engineLine = /^([a-z][a-z0-9-]*):\s*(.+)$/;

export function toCard(draft: CardDraft): ModelCardInput {
  return {
    name: draft.name.trim(), provider: draft.provider.trim(), kind: draft.kind, contextLength: numberOf(draft.context), logo: draft.logo, description: draft.description.trim(), descriptionZh: draft.descriptionZh.trim(),
    variants: draft.variants.map((variant) => ({
      ...(variant.id === null ? {} : { id: variant.id }), label: variant.label.trim(), name: variant.name.trim(), repositories: { modelscope: orNull(variant.modelscope), huggingface: orNull(variant.huggingface) },
      revision: orNull(variant.revision), include: linesOf(variant.include), exclude: linesOf(variant.exclude), format: variant.format, parameterCount: numberOf(variant.parameters, 1e9), activeParameterCount: numberOf(variant.activeParameters, 1e9),
      dataType: orNull(variant.dataType), bytes: numberOf(variant.size, GB), memoryNeedBytes: numberOf(variant.memory, GB), contextLength: numberOf(variant.context), licence: orNull(variant.licence),
      engineParameters: Object.fromEntries(linesOf(variant.engineParameters).flatMap((line) => { const found = engineLine.exec(line); return found ? [[found[1] ?? '', found[2] ?? '']] : []; })),
    })),
  };
}

/** What a look at the repository found, put where nothing was typed yet; sizes and formats always. */
export function withLookup(variant: VariantDraft, found: RepositoryLookup): VariantDraft {
  const name = found.repository.split('/').at(-1) ?? '';
  return {
    ...variant, name: variant.name || name, label: variant.label || labelOf(found, name), format: found.format ?? variant.format, parameters: variant.parameters || typed(found.parameterCount, 1e9), dataType: variant.dataType || (found.dataType ?? ''),
    context: variant.context || typed(found.contextLength), licence: variant.licence || (found.licence ?? ''), size: typed(found.selectedBytes, GB), memory: variant.memory || typed(found.selectedBytes * 1.2 + 2 * GB, GB),
  };
}

function labelOf({ parameterCount }: RepositoryLookup, name: string): string {
  if (parameterCount !== null) return `${Number((parameterCount / 1e9).toPrecision(2))}B`;
  return /(?:^|[-_])(\d+(?:\.\d+)?B(?:-A\d+B)?)(?=$|[-_.])/i.exec(name)?.[1]?.toUpperCase() ?? name.slice(0, 32);
}

function typed(value: number | null | undefined, unit = 1): string {
  if (value === null || value === undefined) return '';
  return String(unit === 1 ? value : Number((value / unit).toPrecision(6)));
}

function numberOf(text: string, unit = 1): number | null {
  return text.trim() === '' ? null : Math.round(Number(text) * unit);
}

function isNumber(text: string): boolean {
  return /^(\d+(\.\d+)?)?$/.test(text.trim());
}

function isWhole(text: string): boolean {
  return /^\d*$/.test(text.trim());
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

/** Patterns, one a line. */
export function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean);
}
