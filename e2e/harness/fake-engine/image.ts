import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { pack, type Pack } from 'tar-stream';
import { run } from '../run.js';
import { FAKE_ENGINE_FILE, type EngineControl } from './script.js';

const BALLAST_BYTES = 6 * 1024 * 1024;
/** Of Debian's busybox-static: the command line of vLLM needs a shell that reads a file. */
const SHELL = '/bin/busybox';

/**
 * The fake engine as an image: the Node that runs us, the libraries it is linked against, and the one file. Each
 * part is a layer, and two more hold random bytes, so that a pull has layers to show progress of. It plays llama.cpp's
 * own server, `vllm serve`, SGLang behind a real Python and an engine nobody knows, by the script. Needs no other image and runs nothing while building.
 */
export async function buildEngineImage(docker: Docker, tag: string, script: EngineControl = {}): Promise<void> {
  const context = pack();
  const stream = await Promise.all([docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: tag }), fill(context, script)]).then(([answer]) => answer);
  await finished(docker, stream);
}

/** Builds it, pushes it to its registry and forgets it here: the next use must pull it. @returns the reference */
export async function publishEngineImage(docker: Docker, reference: string, script: EngineControl): Promise<string> {
  await buildEngineImage(docker, reference, script);
  const image = docker.getImage(reference);
  await finished(docker, await image.push({ authconfig: { username: '', password: '' } }));
  await image.remove({ force: true });
  await docker.pruneImages({ filters: { dangling: { false: true } } });
  return reference;
}

/** Follows a build, push or pull to its end. @throws Error with the first error the engine reports in the stream */
export async function finished(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null, events: { error?: string }[]) => {
      const failure = error?.message ?? events.find((event) => event.error !== undefined)?.error;
      if (failure === undefined) resolve();
      else reject(new Error(failure));
    });
  });
}

async function fill(context: Pack, script: EngineControl): Promise<void> {
  context.entry({ name: 'Dockerfile' }, DOCKERFILE);
  const python = await pythonWithSglang();
  for (const library of new Set([...(await sharedLibraries(process.execPath)), ...(await sharedLibraries(python.program))])) context.entry({ name: `libraries${library}`, mode: 0o755 }, await readFile(library));
  context.entry({ name: 'node', mode: 0o755 }, await readFile(process.execPath));
  // Under the names of llama.cpp's own server and of vLLM, which is what agents start in images of these engines.
  const engine = (await readFile(FAKE_ENGINE_FILE, 'utf8')).replace(/^#!.*/, '#!/usr/local/bin/node');
  for (const name of ['app/llama-server', 'usr/local/bin/vllm', 'opt/own/server']) context.entry({ name: `engines/${name}`, mode: 0o755 }, engine);
  for (const [file, content] of python.files) context.entry({ name: `python${file}`, mode: 0o755 }, content);
  for (const applet of ['sh', 'cat']) context.entry({ name: `shell/${applet}`, mode: 0o755 }, await readFile(SHELL));
  context.entry({ name: 'system/etc/fake-engine.json' }, JSON.stringify(script));
  context.entry({ name: 'system/etc/passwd' }, 'root:x:0:0:root:/:/none\nnobody:x:65534:65534:nobody:/:/none\n');
  context.entry({ name: 'system/tmp/.keep', mode: 0o644 }, '');
  for (const number of [1, 2]) context.entry({ name: `ballast-${number}` }, randomBytes(BALLAST_BYTES));
  context.finalize();
}

const DOCKERFILE = `FROM scratch
COPY libraries /
COPY system /
COPY ballast-1 /opt/
COPY ballast-2 /opt/
COPY node /usr/local/bin/node
COPY shell /bin/
COPY python /
COPY engines /
ENV PATH=/usr/local/bin:/usr/bin:/bin FAKE_ENGINE_CONTROL=/etc/fake-engine.json
ENTRYPOINT ["/app/llama-server"]
`;

/** Paths as the loader looks them up, the loader itself included. */
async function sharedLibraries(program: string): Promise<string[]> {
  const lines = (await run(['ldd', program])).split('\n');
  return lines.map((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1]).filter((path) => path !== undefined);
}

/** Plays the module that SGLang is started by: it gets its key as an argument and passes it on where nobody sees it. */
const LAUNCH_SERVER = `import os, sys
words = sys.argv[1:]
at = words.index("--api-key")
os.environ["VLLM_API_KEY"] = words[at + 1]
os.execv("/app/llama-server", ["/app/llama-server", *words[:at], *words[at + 2:]])
`;

/** As much of this machine's Python as it takes to run a module, and that module; `program` is what it is linked as. */
async function pythonWithSglang(): Promise<{ program: string; files: Map<string, Buffer | string> }> {
  const code = 'import json,os,runpy,sys;print(json.dumps([os.path.realpath(sys.executable),os.path.dirname(os.__file__),[m.__file__ for m in list(sys.modules.values()) if getattr(m,"__file__",None)]]))';
  const [program, packages, modules] = JSON.parse(await run(['/usr/bin/python3', '-I', '-S', '-c', code])) as [string, string, string[]];
  const files = new Map<string, Buffer | string>([[`${packages}/sglang/__init__.py`, ''], [`${packages}/sglang/launch_server.py`, LAUNCH_SERVER], ['/usr/bin/python3', await readFile(program)]]);
  for (const file of modules.filter((name) => name.endsWith('.py'))) files.set(file, await readFile(file));
  return { program, files };
}
