// Runs inside a network namespace: connections to the unix socket go to 127.0.0.1:<port> there.
// usage: node namespace-relay.mjs <socket> <port>
import { createConnection, createServer } from 'node:net';

const [path, port] = process.argv.slice(2);
createServer({ allowHalfOpen: true }, (client) => {
  const upstream = createConnection({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
  client.pipe(upstream).pipe(client);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
}).listen(path);
process.on('SIGTERM', () => process.exit(0));
