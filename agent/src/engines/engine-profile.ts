/** What an engine's command line is made from. Paths and address are as the engine sees them. */
export interface EngineLaunch {
  /** Program and leading arguments: from the policy (process) or the profile (image). */
  readonly command: readonly string[];
  readonly modelPath: string;
  readonly host: string;
  readonly port: number;
  /** File holding the instance's own key. The key itself never stands in a command line. */
  readonly keyFile: string;
  readonly alias: string;
  readonly argv: readonly string[];
  readonly group?: GroupLaunch | undefined;
}

/** This node's part of an engine that spans nodes. */
export interface GroupLaunch {
  readonly rank: number;
  readonly size: number;
  readonly ownAddress: string;
  readonly headAddress: string;
  /** The rendezvous; the ports after it are the engine's to listen on. */
  readonly firstPort: number;
  readonly interfaceName: string;
}

/** A stage of a start, in order, and the part of the start (0..1) that is done when it begins. */
export interface Stage {
  readonly phase: 'engine' | 'group' | 'weights' | 'compile' | 'kv-cache' | 'warm-up' | 'graphs' | 'serving';
  readonly progress: number;
}

/** One engine: how it is started and how its loading is read. Profiles are data and pure functions. */
export interface EngineProfile {
  readonly name: string;
  /** Command of the engine's image. */
  readonly imageCommand: readonly string[];
  /** Variables it always gets; the intent's permitted ones win. */
  readonly env: Readonly<Record<string, string>>;
  commandLine(launch: EngineLaunch): string[];
  /** Variables of one member of a group; undefined: the engine cannot span nodes. */
  groupEnv?(group: GroupLaunch): Readonly<Record<string, string>>;
  /** Its health check answers 503 when its core has ended, and only then once it was ready. */
  readonly coreEndsWith503: boolean;
  /** Where the start stands, when this log line tells it. */
  stage(line: string): Stage | undefined;
}
