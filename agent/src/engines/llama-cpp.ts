import type { EngineProfile } from './engine-profile.js';

/** llama.cpp on processors, either its own server or the packaged one: both take these flags and read the key from a file. */
export const llamaCpp: EngineProfile = {
  name: 'llama-cpp',
  coreEndsWith503: false,
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
  stage: (line) => {
    const percent = /(?:loading|load)[^%]*?(\d{1,3})(?:\.\d+)?\s*%/i.exec(line)?.[1];
    if (percent !== undefined) return { phase: 'weights', progress: Math.min(1, Number(percent) / 100) };
    if (/llama_kv_cache|llama_context: /.test(line)) return { phase: 'kv-cache', progress: 0.9 };
    return /model loaded|server is listening on/.test(line) ? { phase: 'serving', progress: 0.98 } : undefined;
  },
};
