import type { Clone, DataDirectory, Settings } from '../install/index.js';
import type { Product } from '../product/index.js';
import { ControlClient } from '../rest/index.js';

/** What the steps of the quickstart know and find out. */
export interface QuickstartContext {
  readonly data: DataDirectory;
  readonly client: ControlClient;
  /** Absent when the product is running already and is only used. */
  readonly product: Product | undefined;
  settings: Settings;
  readonly modelPath: string;
  /** Asked at the end. */
  readonly question: string;
  modelId: string;
  modelName: string;
  serviceName: string;
  apiKey: string;
}

/** The context at the beginning of a story; `product` is absent when one is running already. */
export function startContext(known: { data: DataDirectory; settings: Settings; product: Product | undefined; clone: Clone; modelPath?: string }): QuickstartContext {
  const { data, settings, product, clone, modelPath = clone.bundledModel } = known;
  return {
    data, settings, product, modelPath, client: product?.client ?? ControlClient.of(data, settings),
    question: modelPath === clone.bundledModel ? 'What is OpenStation?' : 'Hello! Who are you?',
    modelId: '', modelName: '', serviceName: '', apiKey: '',
  };
}
