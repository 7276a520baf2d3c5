import { refusal } from '../api-errors/index.js';

/**
 * Engine extras that run code, load adapters or redirect the call: `chat_template` is a program in the engine's
 * template language, the rest name addresses or objects inside the engine.
 */
const REFUSED = ['api_base', 'base_url', 'chat_template', 'custom_logit_processor', 'lora_path', 'lora_request', 'vllm_xargs', 'kv_transfer_params'] as const;

const MEDIA = ['image_url', 'video_url', 'audio_url'] as const;

/**
 * Refuses what an engine must not get from a client: dangerous extras, and media by http(s) address, which would
 * make the engine fetch from inside the cluster's network.
 * @throws Refusal
 */
export function refuseParameters(fields: Readonly<Record<string, unknown>>): void {
  for (const name of REFUSED) {
    if (fields[name] !== undefined && fields[name] !== null) throw refusal('unsupported_parameter', `The parameter "${name}" is not allowed.`, name);
  }
  const messages = fields['messages'];
  if (Array.isArray(messages)) messages.forEach((message, i) => refuseRemoteMedia(message, i));
}

function refuseRemoteMedia(message: unknown, at: number): void {
  const content = (message as { content?: unknown } | null)?.content;
  if (!Array.isArray(content)) return;
  for (const part of content as unknown[]) {
    for (const kind of MEDIA) {
      const url = mediaUrl((part as Record<string, unknown> | null)?.[kind]);
      if (url !== undefined && !/^data:/i.test(url)) {
        throw refusal('unsupported_parameter', `Give media as a "data:" URL; the cluster does not fetch addresses.`, `messages[${at}].content`);
      }
    }
  }
}

function mediaUrl(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const url = (value as { url?: unknown } | null | undefined)?.url;
  return typeof url === 'string' ? url : undefined;
}
