import { engineImage, usableDocker } from '../engine-image/index.js';
import { makeAgentDirectory, memberOf, type Clone, type DataDirectory, type Joining } from '../install/index.js';
import { requireDataPort } from '../ports/index.js';
import { JoinedAgent } from '../product/index.js';
import { runSteps, type Step } from '../steps/index.js';
import { reportingStage, type Report } from './report.js';

interface AgentContext {
  readonly data: DataDirectory;
  readonly clone: Clone;
  readonly agent: JoinedAgent;
  readonly dockerSocket: string;
  engine: string;
  /** Why there is no session yet; undefined when there is one. */
  waitsFor: string | undefined;
}

/** Runs only the agent until the signal; `report` hears how the start goes. */
export async function superviseAgent(data: DataDirectory, clone: Clone, joining: Joining, env: Readonly<Record<string, string | undefined>>, report: (what: Report) => void, signal: AbortSignal): Promise<void> {
  await makeAgentDirectory(data);
  const agent = new JoinedAgent(data, clone, joining, env);
  const joins = (await memberOf(data)) === undefined;
  const context: AgentContext = { data, clone, agent, dockerSocket: env['OPENSTATION_DOCKER_SOCKET'] ?? '/var/run/docker.sock', engine: '', waitsFor: undefined };
  try {
    await agent.begin();
    await runSteps(joins ? [portStep, agentStep, engineStep] : [portStep, agentStep], context, reportingStage(report), signal);
    report({ kind: 'ready' });
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    if (agent.claimed) await agent.stop();
  }
}

const portStep: Step<AgentContext> = {
  title: 'port',
  check: async () => undefined,
  apply: async ({ agent: { joining } }) => requireDataPort(joining.dataHost, joining.dataPort),
  verify: async ({ agent: { joining } }) => `data ${joining.dataPort} on ${joining.dataHost}`,
};

const agentStep: Step<AgentContext> = {
  title: 'agent',
  check: async () => undefined,
  apply: async (context, tell, signal) => {
    context.waitsFor = await context.agent.start(tell, signal);
  },
  verify: async ({ data, waitsFor, agent: { joining } }) => {
    const node = `node ${(await memberOf(data))?.name ?? '?'}`;
    const where = `with the controller at ${joining.control}`;
    return waitsFor === undefined ? `${node} has its session ${where}` : `${node} runs, but has no session ${where} yet (${waitsFor}): it goes on trying`;
  },
};

/** How the engine runs here is settled once, when the machine joins; its policy file belongs to its administrator then. */
const engineStep: Step<AgentContext> = {
  title: 'engine',
  check: async () => undefined,
  apply: async (context, tell, signal) => {
    const image = await builtImage(context, tell);
    context.engine = image.words;
    await context.agent.useEngine(image.reference === undefined ? 'process' : { image: image.reference }, tell, signal);
  },
  verify: async ({ engine }) => engine,
};

/** The machine has joined: an image that cannot be made is no reason to give that up. */
async function builtImage({ clone, dockerSocket }: AgentContext, tell: (what: string) => void): Promise<{ reference?: string; words: string }> {
  const docker = await usableDocker(dockerSocket);
  if (!docker) return { words: 'llama.cpp as a process (no Docker that can be used here)' };
  try {
    const reference = await engineImage(docker, process.execPath, clone.engineDirectory, tell);
    return { reference, words: `llama.cpp as a container, image ${reference}` };
  } catch (error) {
    return { words: `llama.cpp as a process (its image could not be made: ${(error as Error).message})` };
  }
}
