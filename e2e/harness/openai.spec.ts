import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Traffic, openaiClient, streamChat } from './openai.js';

let server: Server;

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** Answers the n-th request (from 0) with what `answer` says: a status and a body. */
async function gateway(answer: (request: number) => [number, string]): Promise<string> {
  let count = 0;
  server = createServer((request, response) => {
    request.resume();
    const [status, body] = answer(count++);
    response.writeHead(status, { 'content-type': body.startsWith('data:') ? 'text/event-stream' : 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const whole = JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }] });
const stream = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
const failed = JSON.stringify({ error: { message: 'broken', type: 'internal_error', param: null, code: 'oops' } });

test('traffic stops at its bound, counts, and keeps each failure with its reason', async () => {
  const traffic = new Traffic(openaiClient(await gateway((n) => (n === 2 ? [500, failed] : n % 2 === 0 ? [200, whole] : [200, stream])), 'k'), 'm', { workers: 1, maxRequests: 6 });
  await expect.poll(() => traffic.report.succeeded + traffic.report.failures.length, { timeout: 10_000 }).toBe(6);
  const counted = await traffic.stop();
  expect(counted).toMatchObject({ sent: 6, succeeded: 5 });
  expect(counted.failures.map((failure) => failure.reason)).toEqual([expect.stringMatching(/^500 oops .*broken/)]);
});

test('a stream without a finish reason is a failure, however politely it ended', async () => {
  const url = await gateway(() => [200, `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: null }] })}\n\n`]);
  await expect(streamChat(openaiClient(url, 'k'), 'm')).rejects.toThrow('without a finish reason');
});
