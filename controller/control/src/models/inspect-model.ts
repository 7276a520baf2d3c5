import { basename, join } from 'node:path';
import { isObject, parseBoundedJson } from './bounded-json.js';
import { withFile } from './byte-source.js';
import { chooseSourceFiles, nameFrom } from './choose-source-files.js';
import { examineModel } from './examine-model.js';
import { Findings, type Finding } from './findings.js';
import { listSource, type ImportSource, type SourceFile } from './import-source.js';
import { diskDirectory, reportedDirectory, type ModelDirectory } from './model-directory.js';
import type { ModelFacts } from './model-facts.js';
import { ModelFileError } from './model-file-error.js';
import type { NodePathReport } from './node-paths.js';

const CONFIG_LIMITS = { bytes: 2 ** 20, depth: 32 };

/** What lies at a path, judged. */
export interface Inspection {
  readonly root: string;
  readonly format: 'gguf' | 'safetensors' | null;
  readonly files: readonly SourceFile[];
  readonly skipped: readonly string[];
  readonly entry: string;
  readonly suggestedName: string;
  readonly findings: readonly Finding[];
  readonly facts: ModelFacts | null;
}

/** Looks at a path of the management node; changes nothing. @throws ImportSourceError when the path cannot be looked at */
export async function inspectPath(path: string, roots: readonly string[]): Promise<Inspection> {
  const source = await listSource(path, roots);
  const findings = new Findings();
  sayWhatIsOdd(source, findings);
  const places = new Map(source.files.map((file) => [file.path, file.linkTo ?? join(source.root, file.path)]));
  const disk = diskDirectory(source.root, source.files);
  // Links were followed when the directory was listed: what is read is where they led then.
  const directory: ModelDirectory = { files: source.files, read: (file, use) => (source.files.some((one) => one.path === file && one.linkTo) ? withFile(places.get(file) ?? '', use) : disk.read(file, use)) };
  return judge(directory, source, source.named, basename(source.named ?? source.root), findings);
}

/** Judges what a node told of one of its paths. */
export async function inspectReport(path: string, report: NodePathReport): Promise<Inspection> {
  const named = report.files.length === 1 && path.endsWith(`/${report.files[0]?.path ?? ''}`) ? report.files[0]?.path : undefined;
  return judge(reportedDirectory(report), { root: path, files: report.files }, named, basename(path), new Findings());
}

async function judge(directory: ModelDirectory, { root, files }: { root: string; files: readonly SourceFile[] }, named: string | undefined, name: string, findings: Findings): Promise<Inspection> {
  const choice = chooseSourceFiles(files, named, await asksForCode(directory), findings);
  const common = { root, files: choice.files, skipped: choice.skipped, entry: choice.entry, suggestedName: nameFrom(name), format: choice.format };
  if (choice.format === null) return { ...common, findings: findings.list, facts: null };
  const { facts, findings: inside } = await examineModel({ files: choice.files, read: (path, use) => directory.read(path, use) }, choice.format);
  const all = [...findings.list, ...inside];
  const failed = all.some(({ level }) => level === 'error');
  if (!failed) all.unshift({ level: 'ok', code: 'whole', file: null, message: `a whole ${choice.format} model: ${choice.files.length} files, ${facts?.architecture ?? 'unknown architecture'}` });
  return { ...common, findings: all, facts: failed ? null : facts };
}

function sayWhatIsOdd({ strayLinks, unreadable, tooMany }: ImportSource, findings: Findings): void {
  for (const link of strayLinks.slice(0, 20)) findings.warn('link-leaves-root', link, 'is a link that leads out of the directories that models may be imported from: it is left behind');
  for (const file of unreadable.slice(0, 20)) findings.fail('unreadable', file, 'cannot be read by the controller: change its owner or its permissions');
  if (tooMany) findings.fail('too-many-files', null, 'holds more than 5000 files: name the directory of one model');
}

/** Whether a configuration asks for Python of its own. A damaged one is judged later. */
async function asksForCode(directory: ModelDirectory): Promise<boolean> {
  for (const path of ['config.json', 'tokenizer_config.json']) {
    if (!directory.files.some((file) => file.path === path)) continue;
    try {
      const document = await directory.read(path, async (source) => (source.size > CONFIG_LIMITS.bytes ? undefined : parseBoundedJson(await source.read(0, source.size), CONFIG_LIMITS)));
      if (isObject(document) && isObject(document['auto_map'])) return true;
    } catch (error) {
      if (!(error instanceof ModelFileError)) throw error;
    }
  }
  return false;
}
