import type { Socket } from 'node:net';
import type { UpstreamRequest } from './upstream.js';

const SMALL = 64 * 1024;
const CRLF = Buffer.from('\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/**
 * Writes head and body; a small body travels in the same write as the head. Calls `onSent` when the last byte
 * was handed over. Returns a function that stops reading from a streamed body.
 */
export function sendBody(socket: Socket, head: string, request: UpstreamRequest, onSent: () => void): () => void {
  const first = Buffer.from(head, 'latin1');
  if (!request.rest) {
    writeTogether(socket, first, request.body);
    onSent();
    return () => undefined;
  }
  const { stream, length } = request.rest;
  const write = length === undefined ? (chunk: Buffer) => writeChunk(socket, chunk) : (chunk: Buffer) => socket.write(chunk);
  socket.write(first);
  if (request.body.length > 0) write(request.body);

  const onData = (chunk: Buffer) => {
    if (!write(chunk)) stream.pause();
  };
  const onDrain = () => stream.resume();
  const onEnd = () => {
    if (length === undefined) socket.write(LAST_CHUNK);
    stop();
    onSent();
  };
  const stop = () => {
    stream.off('data', onData).off('end', onEnd);
    socket.off('drain', onDrain);
  };
  stream.on('data', onData).once('end', onEnd);
  socket.on('drain', onDrain);
  stream.resume();
  return stop;
}

function writeTogether(socket: Socket, head: Buffer, body: Buffer): void {
  if (body.length <= SMALL) {
    socket.write(Buffer.concat([head, body]));
    return;
  }
  socket.write(head);
  socket.write(body);
}

function writeChunk(socket: Socket, chunk: Buffer): boolean {
  return socket.write(Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`, 'latin1'), chunk, CRLF]));
}
