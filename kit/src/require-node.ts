/**
 * Ends the process with a clear sentence on a Node that cannot carry the stack. Native modules built for
 * the pinned Node crash older ones without a message, so call this before importing any of them.
 */
export function requireNode(major: number): void {
  const running = Number(process.versions.node.split('.')[0]);
  if (running >= major) return;
  process.stderr.write(`OpenStation needs Node ${major} or newer, this is ${process.versions.node}: start it through ./openstation\n`);
  process.exit(78); // EX_CONFIG
}
