import { ParameterError, engines, readParameters } from '../engines/index.js';
import { ApiError } from '../http/index.js';
import type { Card, CardInput } from './card.js';
import { isGlob } from './glob.js';

/**
 * What a schema cannot say of a card: names that are unique in the catalog, somewhere to download from, parameters that
 * the engines take.
 * @throws ApiError naming the field
 */
export function checkCard(input: CardInput, id: string | undefined, others: readonly Card[]): void {
  const rest = others.filter((card) => card.id !== id);
  if (rest.some(({ name }) => same(name, input.name))) throw new ApiError('conflict', `name: a card named ${input.name} is there already`, { field: 'name' });
  const taken = new Map(rest.flatMap((card) => card.variants.map(({ name }) => [name.toLowerCase(), card.name] as const)));
  const labels = new Set<string>();
  input.variants.forEach((variant, index) => {
    const field = `variants.${index}`;
    const owner = taken.get(variant.name.toLowerCase());
    if (owner !== undefined) throw new ApiError('conflict', `${field}.name: ${variant.name} is on the card ${owner} already: model names are unique`, { field: `${field}.name` });
    taken.set(variant.name.toLowerCase(), input.name);
    if (labels.has(variant.label)) throw new ApiError('conflict', `${field}.label: the card has two variants labelled ${variant.label}`, { field: `${field}.label` });
    labels.add(variant.label);
    checkVariant(variant, field);
  });
}

function checkVariant({ repositories, include, exclude, engineParameters }: CardInput['variants'][number], field: string): void {
  if (repositories.modelscope === null && repositories.huggingface === null) {
    throw new ApiError('invalid', `${field}.repositories: name a repository of at least one hub`, { field: `${field}.repositories` });
  }
  for (const [part, patterns] of [['include', include], ['exclude', exclude]] as const) {
    const wrong = patterns.find((pattern) => !isGlob(pattern));
    if (wrong !== undefined) throw new ApiError('invalid', `${field}.${part}: ${wrong} is not a pattern of file names, such as *.gguf`, { field: `${field}.${part}` });
  }
  for (const [engineId, text] of Object.entries(engineParameters)) {
    const engine = engines.find(({ id }) => id === engineId);
    if (!engine) throw new ApiError('invalid', `${field}.engineParameters: no engine is called ${engineId}`, { field: `${field}.engineParameters` });
    checkParameters(engine, text, `${field}.engineParameters.${engineId}`);
  }
}

function checkParameters(engine: (typeof engines)[number], text: string, field: string): void {
  try {
    readParameters(engine, text);
  } catch (error) {
    if (error instanceof ParameterError) throw new ApiError('invalid', `${field}: ${error.message}`, { field });
    throw error;
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
