import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_ENDPOINTS, type ApiEndpoint } from './endpoints.js';
import { jsonMembers } from './json-members.js';
import { prepareJson } from './json-request.js';
import { ENGINE_PATHS } from '@openstation/proto';

const chat = API_ENDPOINTS.get('/v1/chat/completions') as ApiEndpoint;
const sent = (body: string, engineModel = 'm') => prepareJson(chat, Buffer.from(body)).body(engineModel).body.toString();

describe('endpoints', () => {
  it('are exactly those an agent passes on', () => {
    expect([...API_ENDPOINTS.keys()].sort()).toEqual([...ENGINE_PATHS].sort());
  });
});

describe('members of a JSON object', () => {
  it('are where JSON.parse sees them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (object, indent) => {
        const text = Buffer.from(JSON.stringify(object, null, indent));
        const found = jsonMembers(text).members.map((member) => [member.name, JSON.parse(text.toString('utf8', member.valueStart, member.valueEnd)) as unknown]);
        expect(found).toEqual(Object.entries(JSON.parse(text.toString()) as object));
      }),
    );
  });
});

describe('what is sent to the engine', () => {
  it('is the very same bytes when nothing must change', () => {
    const body = '{ "model" : "m", "seed": 9007199254740993 }';
    expect(sent(body)).toBe(body);
  });

  it.each([
    ['absent', '{"model":"m","stream":true}', '{"stream_options":{"include_usage":true},"model":"m","stream":true}'],
    ['null', '{"model":"m","stream":true,"stream_options":null}', '{"model":"m","stream":true,"stream_options":{"include_usage":true}}'],
    ['empty', '{"model":"m","stream":true,"stream_options":{}}', '{"model":"m","stream":true,"stream_options":{"include_usage":true}}'],
    ['others', '{"model":"m","stream":true,"stream_options":{ "x":1 }}', '{"model":"m","stream":true,"stream_options":{"include_usage":true, "x":1 }}'],
    ['false', '{"model":"m","stream":true,"stream_options":{"include_usage": false}}', '{"model":"m","stream":true,"stream_options":{"include_usage": true}}'],
  ])('asks for usage when stream_options is %s', (_name, body, expected) => {
    expect(sent(body)).toBe(expected);
    expect(prepareJson(chat, Buffer.from(body)).usageInjected).toBe(true);
  });

  it('leaves a client that asked itself alone, and whole answers', () => {
    const asked = '{"model":"m","stream":true,"stream_options":{"include_usage":true}}';
    expect(sent(asked)).toBe(asked);
    expect(prepareJson(chat, Buffer.from(asked)).usageInjected).toBe(false);
    expect(sent('{"model":"m","stream":false}')).toBe('{"model":"m","stream":false}');
  });

  it('has the engine\'s name for the model, for any other content', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string().filter((name) => name !== 'model' && name !== '__proto__'), fc.jsonValue()), fc.string({ minLength: 1 }), (rest, name) => {
        const { stream: _stream, messages: _messages, ...others } = rest;
        const answer = JSON.parse(sent(JSON.stringify({ ...others, model: 'm' }), name)) as unknown;
        expect(answer).toEqual(JSON.parse(JSON.stringify({ ...others, model: name })));
      }),
    );
  });
});
