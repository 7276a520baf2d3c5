/** Asks the same thing many times, one after another with a pause between, in a thread of its own: `{ times (ms), bytes }`. */
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const { port, path, token, count, pauseMs } = workerData;
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

function ask() {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, agent, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk) => (bytes += chunk.length));
      answer.on('end', () => (answer.statusCode === 200 ? resolve(bytes) : reject(new Error(`${path} answered ${answer.statusCode}`))));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}

const times = [];
let bytes = 0;
for (let index = 0; index < count; index += 1) {
  const since = performance.now();
  bytes = await ask();
  times.push(performance.now() - since);
  await sleep(pauseMs);
}
agent.destroy();
parentPort.postMessage({ times, bytes });
