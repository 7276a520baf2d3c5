/** An end that needs no line of a log to be named. */
export interface End {
  readonly code: string;
  readonly title: string;
  readonly advice: string;
  /** It says all; otherwise the log is asked first. */
  readonly decides?: boolean;
}

const killed: End = {
  code: 'killed', title: 'The engine was killed from outside', decides: true,
  advice: 'It was ended by force (signal 9): by a person or a program on the server, or by the kernel when the memory of the whole server was used up. The kernel log of the server tells which ("Out of memory: Killed process").',
};

/** By the reason that the node gives. */
export const ends: ReadonlyMap<string, End> = new Map([
  ['killed', killed],
  ['oom-killed', {
    code: 'host-memory', title: 'The server’s memory is not enough', decides: true,
    advice: 'The kernel killed the engine: the memory of the server, or what its container may take of it, was used up. Free memory on the node or raise the limit, take a smaller model or a shorter context, or another node.',
  }],
  ['engine-gone', {
    code: 'engine-gone', title: 'The engine was taken away', decides: true,
    advice: 'Its container or process was not there any more when the node looked: somebody removed it by hand, or the server was restarted. It is started again by itself.',
  }],
  ['policy-refused', {
    code: 'policy-refused', title: 'The policy of the node does not permit it', decides: true,
    advice: 'The evidence names the key of the policy file on that node. Who administers the node changes it there and restarts the agent; nobody can from here. Or choose another node.',
  }],
  ['load-timeout', {
    code: 'load-timeout', title: 'The start did not go on',
    advice: 'For a quarter of an hour it read nothing and wrote no new line. The last lines of its log tell what it waits for; a slow disk, a rank that is missing or a wrong health path are the usual causes.',
  }],
  ['hung', { code: 'hung', title: 'The engine hung', advice: 'It lived, but nothing moved any more, so it was ended and is replaced. If it happens again, its log around that time and other versions of its image are the places to look.' }],
  ['engine-dead', { code: 'engine-dead', title: 'The core of the engine ended', advice: 'Its door was open, but nobody behind it answered. The lines of its log before that tell more; it is replaced.' }],
  ['image-pull', { code: 'image-pull', title: 'The image of the engine could not be fetched', advice: 'The evidence holds Docker’s own words. Check image and mirror under Engines, and the way from the node to the registry.' }],
  ['start', { code: 'not-started', title: 'The engine could not be started', advice: 'The evidence holds the words of the node’s container engine or system. If they name no setting of the service, look at Docker on that node.' }],
  ['gpu-driver', { code: 'gpu-driver', title: 'Docker could not give the cards to the engine', advice: 'Check the NVIDIA Container Toolkit and the driver of the node: its page shows both.' }],
  ['model-fetch', { code: 'model-fetch', title: 'The model could not be brought to the node', advice: 'The evidence says what stood in the way. Look at the model’s page for its copies, and at the way between the node and those that have it.' }],
  ['disk-full', { code: 'disk-full', title: 'The disk of the node is full', advice: 'Free space there: caches of models that nobody uses can be emptied on the model’s page, images that nobody uses go with docker image prune.' }],
  ['group-network', { code: 'group-network', title: 'The nodes of the group do not reach one another', advice: 'The evidence names the node or interface. Choose another interface for the service, or open the way between the nodes.' }],
  ['group-fence', { code: 'group-fence', title: 'The ports of the group could not be closed to others', advice: 'Install nftables on the node, or, where only members can send packets to it, set privateNetwork in its policy file.' }],
]);

/** By the exit code: 128 + signal, or what a shell says of a program that it cannot start. */
export const exits: ReadonlyMap<number, End> = new Map([
  [132, { code: 'cpu-instructions', title: 'The processor lacks instructions that the engine needs', advice: 'Use a node with a newer processor, or llama.cpp.' }],
  [137, killed],
  [139, { code: 'crash', title: 'The engine crashed', advice: 'It accessed memory it does not own (segmentation fault). Try another version of its image; if it happens on one node only, suspect its hardware.' }],
  ...[126, 127].map((code): [number, End] => [code, { code: 'program-missing', title: 'The program of the engine cannot be started', advice: 'The image, or the command in the node’s policy or in the engine’s template, has no such program.' }]),
]);
