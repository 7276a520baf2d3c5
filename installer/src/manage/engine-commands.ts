import type { Command } from 'commander';
import { UserError } from '../install/index.js';
import type { CustomEngine, Engine, EngineImage } from '../rest/index.js';
import { managing, named, show, showFacts, type Desk, type OpenDesk } from './desk.js';
import { readYaml } from './yaml-file.js';

interface Common {
  readonly json?: boolean;
  readonly dataDir?: string;
}

const EX_DATAERR = 65;

/** Engines: what they take, where their images come from, and those of administrators. */
export function addEngineCommands(engine: Command, open: OpenDesk): void {
  managing(engine.command('list').alias('ls').description('all engines')).action(async (options: Common) => {
    const desk = await open(options);
    const [all, images, custom] = await Promise.all([desk.client.get<Engine[]>('/engines'), desk.client.get<EngineImage[]>('/engine-images'), desk.client.get<CustomEngine[]>('/custom-engines')]);
    const imageOf = (id: string) => images.find((one) => one.engine === id)?.image ?? custom.find((one) => one.id === id)?.image ?? '-';
    show(desk, options.json, all, ['ENGINE', 'NAME', 'RUNS ON', 'LOADS', 'IMAGE'], all.map(({ id, name, hardware, formats }) => [id, name, hardware, formats.join(','), imageOf(id)]));
  });

  managing(engine.command('parameters').description('the parameters that an engine takes').argument('<engine>')).action(async (wanted: string, options: Common) => {
    const desk = await open(options);
    const { parameters } = named('engine', await desk.client.get<Engine[]>('/engines'), wanted);
    show(desk, options.json, parameters, ['PARAMETER', 'TYPE', 'CHOICES', 'MEANING'], parameters.map(({ flag, type, choices, description }) => [flag, type, choices.join(','), description]));
  });

  managing(engine.command('image').description('another image for a shipped engine, or the shipped one through a mirror').argument('<engine>').argument('[image]', 'registry/path/name:tag').option('--mirror <registry>', 'fetch the shipped image through this registry').option('--shipped', 'the shipped image again'))
    .action(async (id: string, image: string | undefined, options: Common & { mirror?: string; shipped?: boolean }) => {
      if ([image, options.mirror, options.shipped].filter((one) => one !== undefined).length !== 1) throw new UserError('name an image, or --mirror <registry>, or --shipped', EX_DATAERR);
      const desk = await open(options);
      const changed = await desk.client.put<EngineImage>(`/engine-images/${encodeURIComponent(id)}`, { image: image ?? null, mirror: options.mirror ?? null });
      for (const { message, policy } of changed.refusedBy) desk.note(`  not on every node: ${message}${policy === '' ? '' : `; its policy file needs ${policy}`}\n`);
      showFacts(desk, options.json, changed, [['engine', changed.engine], ['image', changed.image], ['as shipped', changed.overridden ? 'no' : 'yes']]);
    });

  managing(engine.command('show').description('the template of an engine of your own').argument('<engine>')).action(async (wanted: string, options: Common) => {
    const desk = await open(options);
    const found = named('engine of your own', await desk.client.get<CustomEngine[]>('/custom-engines'), wanted);
    showFacts(desk, options.json, found, [['engine', found.id], ['name', found.name], ['image', found.image], ['command', [...found.entrypoint, ...found.argv].join(' ')], ['ready at', found.healthPath], ['metrics', found.metricsPath ?? 'none']]);
  });

  managing(engine.command('save').description('add or change an engine of your own').argument('<engine>', 'custom-name').requiredOption('-f, --file <engine.yaml>', 'image, entrypoint, argv with placeholders, and what else the REST API takes'))
    .action(async (id: string, options: Common & { file: string }) => {
      const desk = await open(options);
      const saved = await desk.client.put<CustomEngine>(`/custom-engines/${encodeURIComponent(id)}`, { env: {}, metricsPath: null, description: '', healthPath: '/health', ...(await template(desk, id, options.file)) });
      desk.note(`  nodes run it where their policy file has "engines": {"${saved.id}": {"image": "${saved.image}", "template": true}}\n`);
      showFacts(desk, options.json, saved, [['engine', saved.id], ['image', saved.image]]);
    });

  managing(engine.command('delete').description('delete an engine of your own that no service uses').argument('<engine>')).action(async (id: string, options: Common) => {
    const desk = await open(options);
    await desk.client.delete(`/custom-engines/${encodeURIComponent(id)}`);
    desk.note(`  ${id} is deleted\n`);
  });
}

/** The file may be what `show --json` printed. */
async function template(desk: Desk, id: string, file: string): Promise<object> {
  const { id: inFile, ...content } = await readYaml(desk, file, 'image: registry/name:tag" and "argv: [--model, "{model_path}"]');
  if (inFile !== undefined && inFile !== id) throw new UserError(`${file}: its id is not ${id}`, EX_DATAERR);
  return content;
}
