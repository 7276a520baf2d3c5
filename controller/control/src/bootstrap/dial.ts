import { createConnection, type Socket } from 'node:net';
import { JobFault } from './job-fault.js';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: is sshd running, is this its port?',
  EHOSTUNREACH: 'there is no way to this address: check the address, the cable and the routing',
  ENETUNREACH: 'there is no way to this network: check the address and the routing',
  ETIMEDOUT: 'nothing answered: is the server on, does a firewall drop the port?',
};

/** A TCP connection. @throws JobFault "unreachable" with the likely cause */
export function dial(address: string, port: number, timeoutMs: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: address, port, noDelay: true });
    const finish = (error?: Error) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.removeAllListeners();
      if (!error) return resolve(socket);
      // A destroyed socket may still report the error it was destroyed for.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const abort = () => finish(new JobFault('cancelled', 'the job was stopped'));
    const fault = (code: string) => finish(new JobFault('unreachable', `${address} port ${port}: ${WORDS[code] ?? code}`));
    const timer = setTimeout(() => fault('ETIMEDOUT'), timeoutMs);
    socket.once('connect', () => finish());
    socket.once('error', (error: NodeJS.ErrnoException) => fault(error.code ?? error.message));
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
