// The peer of the comparison: node:http in front, node:https client with the same mutual TLS, pipe; no key check, no usage, no record.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, request as call } from 'node:https';

const { cert, key, ca, port } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const agent = new Agent({ keepAlive: true, maxSockets: Infinity, cert, key, ca, checkServerIdentity: () => undefined });
const server = createServer((request, response) => {
  const { authorization: _secret, host: _host, connection: _connection, ...headers } = request.headers;
  const upstream = call({ host: '127.0.0.1', port, method: 'POST', path: request.url, headers, agent }, (answer) => {
    const { connection: _c, 'transfer-encoding': _t, 'keep-alive': _k, ...passed } = answer.headers;
    response.writeHead(answer.statusCode, passed);
    answer.pipe(response);
  });
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
