import type { EngineId } from './engine.js';
import { imageDigest, imageRepository } from './image-reference.js';

/** What a node's policy file says of the images of one engine, as its agent told. */
export interface NodeImagePolicy {
  readonly nodeId: string;
  readonly nodeName: string;
  /** As Node.js names it. */
  readonly arch: string;
  readonly engine: string;
  /** The image that it takes by itself; empty: none. */
  readonly image: string;
  /** Undefined: its agent is too old to tell. */
  readonly repositories: readonly string[] | undefined;
  readonly digestOnly: boolean;
}

export interface ImageRefusal {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly code: 'repository' | 'digest' | 'unknown';
  readonly message: string;
  /** What its administrator puts into the policy file; empty where nothing in it helps. */
  readonly policy: string;
}

/**
 * Nodes that would not start this image, with the words their agents use, and what their policy files need. The node has
 * the last word: this only tells before the next start what it will say.
 * @param imageFor the image by architecture
 */
export function imageRefusals(engine: EngineId, imageFor: (arch: string) => string, policies: readonly NodeImagePolicy[]): ImageRefusal[] {
  return policies.filter((one) => one.engine === engine).flatMap((permitted) => {
    const { nodeId, nodeName, arch } = permitted;
    const problem = imageProblemAt(permitted, imageFor(arch));
    return problem ? [{ nodeId, nodeName, code: problem.code, message: `${nodeName} ${problem.reason}`, policy: problem.policy }] : [];
  });
}

/** What one node has against an image. */
export interface ImageProblem extends Pick<ImageRefusal, 'code' | 'policy'> {
  /** As a continuation of the node's name. */
  readonly reason: string;
}

/** Undefined: the node would start it. */
export function imageProblemAt({ engine, image: own, repositories, digestOnly }: NodeImagePolicy, image: string): ImageProblem | undefined {
  if (image === own) return undefined;
  if (repositories === undefined) return { code: 'unknown', reason: 'runs an agent that does not tell which images its policy permits: upgrade it, or look there', policy: '' };
  const repository = imageRepository(image);
  if (!repositories.includes(repository)) {
    const policy = `"engines": { "${engine}": { "repositories": ${JSON.stringify([...repositories, repository])} } }`;
    return { code: 'repository', reason: `permits ${repositories.join(', ') || 'no repository'}, not ${repository} (engines.${engine}.repositories)`, policy };
  }
  if (!digestOnly || imageDigest(image) !== '') return undefined;
  return { code: 'digest', reason: `takes images by digest only (requireDigest): name this one as ${repository}@sha256:…`, policy: '' };
}
