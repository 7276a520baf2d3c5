import type { EngineProfile } from './engine-profile.js';

/** llama.cpp, either its own server or the packaged one: both take these flags and read the key from a file. */
export const llamaCpp: EngineProfile = {
  name: 'llama-cpp',
  imageCommand: ['/app/llama-server'],
  env: {},
  commandLine: (launch) => [
    ...launch.command,
    '--model', launch.modelPath,
    '--host', launch.host,
    '--port', String(launch.port),
    '--api-key-file', launch.keyFile,
    '--alias', launch.alias,
    ...launch.argv,
  ],
  loadProgress: (line) => {
    const percent = /(?:loading|load)[^%]*?(\d{1,3})(?:\.\d+)?\s*%/i.exec(line)?.[1];
    return percent === undefined ? undefined : Math.min(1, Number(percent) / 100);
  },
};
