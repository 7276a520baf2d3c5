import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rememberSettings } from '../install/index.js';
import { planPorts } from '../ports/index.js';
import type { Step } from '../steps/index.js';
import type { QuickstartContext } from './context.js';

/** Bringing the product up. When it runs already, each of these only looks. */
export const startSteps: readonly Step<QuickstartContext>[] = [
  {
    title: 'ports',
    check: async ({ product, settings }) => (product ? undefined : `${portsText(settings.ports)}, in use by this installation`),
    apply: async (context) => {
      context.settings = await planPorts(context.settings);
      await rememberSettings(context.data, context.settings);
      await context.product?.settle(context.settings);
    },
    verify: async ({ settings }) => `${portsText(settings.ports)} on ${settings.host}`,
  },
  {
    title: 'control',
    check: async ({ product }) => (product ? undefined : 'running'),
    apply: async ({ product }, tell, signal) => product?.startControl(tell, signal),
    verify: async ({ settings }) => `https://${shownHost(settings.host)}:${settings.ports.console}`,
  },
  {
    title: 'agent, gateway',
    check: async ({ product }) => (product ? undefined : 'running'),
    apply: async (context, tell, signal) => {
      const { product, data } = context;
      if (!product) return;
      const known = (['agent', 'gateway'] as const).filter((member) => existsSync(join(data[member], 'member.json')));
      tell(known.length === 2 ? 'starting' : 'joining');
      await Promise.all([product.startAgent(tell, signal), product.startGateway(tell, signal)]);
    },
    verify: async ({ client, settings }) => {
      const nodes = await client.nodes();
      return `node ${nodes.map(({ name, state }) => `${name} ${state}`).join(', ')}; gateway http://${shownHost(settings.host)}:${settings.ports.gateway}`;
    },
  },
];

function portsText(ports: QuickstartContext['settings']['ports']): string {
  return `console ${ports.console}, gateway ${ports.gateway}, agents ${ports.agents}, grpc ${ports.grpc}`;
}

/** An address people can paste: a listener on every address is reached through loopback here. */
export function shownHost(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}
