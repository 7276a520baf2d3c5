import { engineImage, usableDocker } from '../engine-image/index.js';
import type { Clone } from '../install/index.js';
import type { Step } from '../steps/index.js';
import type { QuickstartContext } from './context.js';

const SOCKET = '/var/run/docker.sock';

/** How the engine will run: as a container where Docker can be used, from an image made here; else as a process. */
export function engineImageStep(clone: Clone): Step<QuickstartContext> {
  let image = '';
  return {
    title: 'engine',
    check: async ({ product }) => {
      if (!product) return 'as the running node has it';
      return (await usableDocker(SOCKET)) ? undefined : 'llama.cpp as a process (no Docker that can be used here)';
    },
    apply: async ({ product }, tell, signal) => {
      const docker = await usableDocker(SOCKET);
      if (!docker || !product) return;
      image = await engineImage(docker, process.execPath, clone.engineDirectory, tell);
      await product.useEngineImage(image, tell, signal);
    },
    verify: async () => `llama.cpp as a container, image ${image}`,
  };
}
