import { refusal } from '../api-errors/index.js';
import type { ApiEndpoint } from './endpoints.js';
import { JsonDepthError, jsonMembers, type JsonMember } from './json-members.js';
import type { PreparedRequest } from './prepared-request.js';
import { refuseParameters } from './refused-parameters.js';
import { splice, type Edit } from './splice.js';

type Fields = Readonly<Record<string, unknown>>;

interface Layout {
  /** Position of the opening brace. */
  readonly open: number;
  readonly members: ReadonlyMap<string, JsonMember>;
}

/**
 * Checks a JSON body and finds where to splice it; everything but the model name and the usage option stays
 * byte for byte.
 * @throws Refusal
 */
export function prepareJson(endpoint: ApiEndpoint, body: Buffer): PreparedRequest {
  const fields = parseFields(body);
  const model = modelOf(fields);
  const stream = streamOf(fields);
  refuseParameters(fields);
  const layout = layoutOf(body);
  const usage = stream && endpoint.usageOption ? usageEdit(body, fields['stream_options'], layout) : undefined;
  const modelAt = layout.members.get('model');
  return {
    model,
    stream,
    usageInjected: usage !== undefined,
    body(engineModel) {
      const edits: Edit[] = usage ? [usage] : [];
      if (engineModel !== model && modelAt) edits.push({ start: modelAt.valueStart, end: modelAt.valueEnd, text: JSON.stringify(engineModel) });
      return { body: splice(body, edits) };
    },
  };
}

function parseFields(body: Buffer): Fields {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw refusal('invalid_json', 'The request body is not valid JSON.');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw refusal('invalid_json', 'The request body must be a JSON object.');
  return value as Fields;
}

function modelOf(fields: Fields): string {
  const model = fields['model'];
  if (model === undefined || model === null || model === '') throw refusal('missing_required_parameter', 'You must give the parameter "model".', 'model');
  if (typeof model !== 'string') throw refusal('invalid_type', 'The parameter "model" must be a string.', 'model');
  return model;
}

function streamOf(fields: Fields): boolean {
  const stream = fields['stream'] ?? false;
  if (typeof stream !== 'boolean') throw refusal('invalid_type', 'The parameter "stream" must be true or false.', 'stream');
  return stream;
}

/** Repeated names are refused: the gateway and the engine could each believe another one. */
function layoutOf(body: Buffer): Layout {
  try {
    const { open, members } = jsonMembers(body);
    const byName = new Map(members.map((member) => [member.name, member]));
    if (byName.size === members.length) return { open, members: byName };
    const twice = members.find((member) => byName.get(member.name) !== member)?.name ?? '';
    throw refusal('invalid_body', `The parameter "${twice}" is given more than once.`, twice);
  } catch (error) {
    if (error instanceof JsonDepthError) throw refusal('invalid_body', `The request body is ${error.message}.`);
    throw error;
  }
}

/** The smallest change that makes the engine send usage; undefined when the client asked for it itself. */
function usageEdit(body: Buffer, options: unknown, layout: Layout): Edit | undefined {
  const at = layout.members.get('stream_options');
  if (!at) return { start: layout.open + 1, end: layout.open + 1, text: '"stream_options":{"include_usage":true},' };
  if (options === null) return { start: at.valueStart, end: at.valueEnd, text: '{"include_usage":true}' };
  if (typeof options !== 'object') throw refusal('invalid_type', 'The parameter "stream_options" must be an object.', 'stream_options');
  if ((options as Fields)['include_usage'] === true) return undefined;
  const inner = jsonMembers(body, at.valueStart);
  const asked = inner.members.findLast((member) => member.name === 'include_usage');
  if (asked) return { start: asked.valueStart, end: asked.valueEnd, text: 'true' };
  const comma = inner.members.length > 0 ? ',' : '';
  return { start: inner.open + 1, end: inner.open + 1, text: `"include_usage":true${comma}` };
}
