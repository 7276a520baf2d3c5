import { engineImage, usableDocker } from '../engine-image/index.js';
import type { Clone } from '../install/index.js';
import type { Step } from '../steps/index.js';
import type { QuickstartContext } from './context.js';

/** How the engine will run: as a container where Docker can be used, from an image made here; else as a process. */
export function engineImageStep(clone: Clone, socket: string): Step<QuickstartContext> {
  let image: string | undefined;
  return {
    title: 'engine',
    check: async ({ product }) => (product ? undefined : 'as the running node has it'),
    apply: async ({ product }, tell, signal) => {
      const docker = await usableDocker(socket);
      image = docker && (await engineImage(docker, process.execPath, clone.engineDirectory, tell));
      await product?.useEngine(image === undefined ? 'process' : { image }, tell, signal);
    },
    verify: async () => (image === undefined ? 'llama.cpp as a process (no Docker that can be used here)' : `llama.cpp as a container, image ${image}`),
  };
}
