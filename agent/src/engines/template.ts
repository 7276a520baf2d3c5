import type { EngineLaunch, EngineProfile } from './engine-profile.js';

/** Names of engines that administrators describe begin so. */
export const TEMPLATE_PREFIX = 'custom-';

/** What this node fills into an administrator's pattern, and from where. */
const FILLED = {
  model_path: ({ modelPath }: EngineLaunch) => modelPath,
  host: ({ host }: EngineLaunch) => host,
  port: ({ port }: EngineLaunch) => String(port),
  served_name: ({ alias }: EngineLaunch) => alias,
  api_key_file: ({ keyFile }: EngineLaunch) => keyFile,
};
const PLACEHOLDER = new RegExp(`\\{(${Object.keys(FILLED).join('|')})\\}`, 'g');

/** The words of a pattern with this node's paths and address in them. What was filled in is not looked at again. */
export function fillTemplate(launch: EngineLaunch): string[] {
  return launch.argv.map((word) => word.replace(PLACEHOLDER, (_, name: string) => FILLED[name as keyof typeof FILLED](launch)));
}

/** An engine that an administrator described: its command line is the pattern, and its log says nothing we know. */
export function templateProfile(name: string): EngineProfile {
  return {
    name,
    coreEndsWith503: false,
    imageCommand: [],
    env: { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' },
    commandLine: (launch) => [...launch.command, ...fillTemplate(launch)],
    stage: () => undefined,
  };
}
