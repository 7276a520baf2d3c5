import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the programs are, seen from the built installer (`<root>/installer/dist/openstation.js`). */
export interface Clone {
  readonly root: string;
  readonly controlMain: string;
  readonly gatewayMain: string;
  readonly agentMain: string;
  readonly webRoot: string;
  readonly engineDirectory: string;
  readonly bundledModel: string;
  /** Archives belong to the checkout they are made from; every data directory of it hands out the same. */
  readonly agentArchives: string;
}

export function cloneAt(root: string): Clone {
  return {
    root,
    controlMain: join(root, 'controller/control/dist/main.js'),
    gatewayMain: join(root, 'controller/gateway/dist/main.js'),
    agentMain: join(root, 'agent/dist/agent.cjs'),
    webRoot: join(root, 'web/dist'),
    engineDirectory: join(root, 'engines/llama-cpp'),
    bundledModel: join(root, 'models/tiny-chat/tiny-chat.gguf'),
    agentArchives: join(root, 'agent-archives'),
  };
}

/** `entry` is the URL of the running bundle. */
export function cloneOf(entry: string): Clone {
  return cloneAt(dirname(dirname(dirname(fileURLToPath(entry)))));
}
