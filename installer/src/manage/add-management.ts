import type { Command } from 'commander';
import { addBootstrapCommands } from './add-node-commands.js';
import type { OpenDesk } from './desk.js';
import { addEngineCommands } from './engine-commands.js';
import { addModelCommands } from './model-commands.js';
import { addNodeCommands } from './node-commands.js';
import { addOperationCommands } from './operation-commands.js';
import { addServiceChangeCommands } from './service-change-commands.js';
import { addServiceCommands } from './service-commands.js';
import { addServiceRunCommands } from './service-run-commands.js';

/** Adds `node`, `model`, `service`, `engine` and `operation` to the program: what the console does, for a terminal and for scripts. */
export function addManagement(program: Command, open: OpenDesk): void {
  const node = program.command('node').description('servers');
  addNodeCommands(node, open);
  addBootstrapCommands(node, open);
  addModelCommands(program.command('model').description('the model library'), open);
  const service = program.command('service').description('services and their instances');
  addServiceCommands(service, open);
  addServiceChangeCommands(service, open);
  addServiceRunCommands(service, open);
  addEngineCommands(program.command('engine').description('engines, their images, and engines of your own'), open);
  addOperationCommands(program.command('operation').description('long jobs'), open);
}
