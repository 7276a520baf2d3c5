import { z } from 'zod';
import { hub, repositoryId } from '../catalog/catalog.schema.js';
import { displayName, id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { modelSchema } from '../models/models.schema.js';
import { operationSchema } from '../operations/operations.schema.js';

/** From the catalog, or any repository. */
const downloadWish = {
  variantId: z.string().max(128).optional(), hub: hub.optional(), repository: repositoryId.optional(), revision: z.string().max(128).nullable().default(null),
  include: z.array(z.string().min(1).max(200)).max(50).default([]), exclude: z.array(z.string().min(1).max(200)).max(50).default([]), name: displayName.optional(),
};

export const downloadSchema = z
  .object({
    id, modelId: id, name: z.string(), variantId: z.string().nullable(), hub, repository: z.string(), revision: z.string(),
    /** queued → active → done; active ⇄ paused; waiting: for space or for the hub, goes on by itself. */
    state: z.enum(['queued', 'active', 'waiting', 'paused', 'failed', 'done', 'cancelled']),
    /** Place in the queue, 1 is next; null when it is not queued. */
    place: z.number().int().nullable(),
    waitingFor: z.enum(['space', 'hub']).nullable(), message: z.string(),
    operation: operationSchema,
  })
  .meta({ id: 'Download' });

export const downloadFileSchema = z
  .object({ path: z.string(), bytes: z.number(), bytesDone: z.number(), state: z.enum(['pending', 'fetching', 'checking', 'done', 'failed']) })
  .meta({ id: 'DownloadFile' });

export const downloadPreviewSchema = z
  .object({
    hub, repository: z.string(), revision: z.string(), name: z.string(), bytes: z.number(), fileCount: z.number().int(), memoryNeedBytes: z.number(),
    freeBytes: z.number(), neededBytes: z.number(), fits: z.boolean(), licence: z.string().nullable(), gated: z.boolean(), storagePath: z.string(),
  })
  .meta({ id: 'DownloadPreview' });

export const hubSettingsSchema = z
  .object({
    activeDownloads: z.number().int(), primaryHub: hub, modelscopeAddress: z.string(), huggingfaceAddress: z.string(),
    modelscopeTokenSet: z.boolean(), huggingfaceTokenSet: z.boolean(),
    /** Of a download from a hub, and of all transfers to nodes together; null: none. */
    downloadBytesPerSecond: z.number().nullable(), distributionBytesPerSecond: z.number().nullable(),
  })
  .meta({ id: 'HubSettings' });

const address = z.url({ protocol: /^https?$/ }).max(253);
const rate = z.number().int().min(65_536, 'must be at least 64 KiB a second').nullable();

export const routes = defineRoutes({
  listDownloads: { method: 'GET', path: '/downloads', can: 'models.read', summary: 'Open downloads in the order in which they run, then recent ones', response: z.array(downloadSchema) },
  getDownload: {
    method: 'GET', path: '/downloads/:id', can: 'models.read', summary: 'One download with its files',
    response: z.object({ download: downloadSchema, files: z.array(downloadFileSchema), startedAt: instant.nullable() }).meta({ id: 'DownloadDetail' }),
  },
  previewDownload: {
    method: 'POST', path: '/downloads/preview', can: 'models.write', status: 200, summary: 'Size, space and name, before anything is fetched',
    body: z.object(downloadWish), response: downloadPreviewSchema,
  },
  startDownload: {
    method: 'POST', path: '/downloads', can: 'models.write', status: 202, summary: 'Queue a download',
    body: z.object(downloadWish), response: z.object({ download: downloadSchema, model: modelSchema }).meta({ id: 'DownloadStarted' }),
  },
  pauseDownload: { method: 'POST', path: '/downloads/:id/pause', can: 'models.write', status: 200, summary: 'Pause; progress stays', response: downloadSchema },
  resumeDownload: { method: 'POST', path: '/downloads/:id/resume', can: 'models.write', status: 200, summary: 'Go on, right behind the active one', response: downloadSchema },
  retryDownload: { method: 'POST', path: '/downloads/:id/retry', can: 'models.write', status: 200, summary: 'Try a failed one again from what is on disk', response: downloadSchema },
  cancelDownload: { method: 'POST', path: '/downloads/:id/cancel', can: 'models.write', status: 200, summary: 'End it and clear what was fetched', response: downloadSchema },
  getHubSettings: { method: 'GET', path: '/settings/hubs', can: 'settings.read', summary: 'Where models come from', response: hubSettingsSchema },
  updateHubSettings: {
    method: 'PATCH', path: '/settings/hubs', can: 'settings.write', summary: 'Change where models come from; a token is stored encrypted and never shown',
    body: z.object({
      activeDownloads: z.number().int().min(1).max(4).optional(), primaryHub: hub.optional(), modelscopeAddress: address.optional(), huggingfaceAddress: address.optional(),
      /** null removes it. */
      modelscopeToken: z.string().min(1).max(512).nullable().optional(), huggingfaceToken: z.string().min(1).max(512).nullable().optional(),
      downloadBytesPerSecond: rate.optional(), distributionBytesPerSecond: rate.optional(),
    }),
    response: hubSettingsSchema,
  },
});
