import { Server, type ServerCredentials } from '@grpc/grpc-js';

const OPTIONS = {
  'grpc.max_receive_message_length': 4 * 2 ** 20,
  'grpc.max_send_message_length': 16 * 2 ** 20,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.max_concurrent_streams': 50,
};
const CLOSE_MS = 1_000;

export function newGrpcServer(): Server {
  return new Server(OPTIONS);
}

/** Listens. @returns the port. */
export function bind(server: Server, host: string, port: number, credentials: ServerCredentials): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error) reject(new Error(`cannot listen on ${address}: ${error.message}`, { cause: error }));
      else resolve(bound);
    });
  });
}

/** Lets calls end for a second, then cuts them. */
export async function closeServer(server: Server): Promise<void> {
  const graceful = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  const timer = setTimeout(() => server.forceShutdown(), CLOSE_MS);
  await graceful;
  clearTimeout(timer);
}
