// The namespace form is what a bundler can take apart: the other one keeps every language of zod in memory.
import * as z from 'zod';

const processEngine = z.strictObject({
  /** Program and leading arguments; the agent adds model, host, port and key. */
  command: z.array(z.string().min(1)).min(1),
  /** What a Node engine may read besides its model and key. */
  readPaths: z.array(z.string()).default([]),
  version: z.string().default(''),
});

const engine = z.strictObject({
  process: processEngine.optional(),
  /** Image that is used when an intent names none. */
  image: z.string().optional(),
  /** Further repositories whose images may be started, without tag: "vllm/vllm-openai". */
  repositories: z.array(z.string()).default([]),
  /** Engines named custom-… only: their command line may come from the controller, as a pattern that an administrator wrote there. */
  template: z.boolean().optional(),
});

/** What this node permits. Changed by the node's own administrator; the controller cannot write it. */
export const policySchema = z.strictObject({
  version: z.literal(1),
  engines: z.record(z.string(), engine),
  /** Environment variables an intent may set. */
  envNames: z.array(z.string()).default([]),
  portRange: z
    .tuple([z.number().int().min(1024).max(65535), z.number().int().min(1024).max(65535)])
    .refine(([first, last]) => first <= last, 'the first port must not be above the last')
    .default([41000, 41999]),
  maxInstances: z.number().int().min(0).default(64),
  maxShmBytes: z.number().int().min(0).default(64 * 1024 ** 3),
  /** Images are accepted only by digest (name@sha256:…). */
  requireDigest: z.boolean().default(false),
  /** Host networking, needed by engines that span nodes. */
  distributed: z.boolean().default(false),
  /** Only members of a group can send packets to this node's groupPortRange: no fence (nftables) is put up around it. */
  privateNetwork: z.boolean().default(false),
  /** Ports on which engines that span nodes meet. */
  groupPortRange: z
    .tuple([z.number().int().min(1024).max(65535), z.number().int().min(1024).max(65535)])
    .refine(([first, last]) => first <= last, 'the first port must not be above the last')
    .default([42000, 42999]),
  /** Engines may run code that ships inside a model (--trust-remote-code). */
  trustRemoteCode: z.boolean().default(false),
  modelRoots: z.array(z.string()).default([]),
});

export type NodePolicy = z.infer<typeof policySchema>;
export type EnginePolicy = NodePolicy['engines'][string];
