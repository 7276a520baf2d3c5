import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerError, AnswerParser } from './answer-parser.js';

function parse(text: string, size: number) {
  const heads: number[] = [];
  const body: Buffer[] = [];
  const parser = new AnswerParser({ onHead: (head) => heads.push(head.status), onData: (chunk) => body.push(Buffer.from(chunk)) });
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size));
  return { heads, body: Buffer.concat(body).toString('latin1'), parser };
}

describe('answer parser', () => {
  const cases: [string, string, string][] = [
    ['content-length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'hello'],
    ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['empty body', 'HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n', ''],
    ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\ntrailer: x\r\n\r\n', 'hello'],
    ['interim answers', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\ncontent-length: 5\r\n\r\nhello', 'hello'],
  ];
  it.each(cases)('reads %s in any pieces', (_name, text, body) => {
    for (let size = 1; size <= text.length; size++) {
      const answer = parse(text, size);
      expect(answer.body).toBe(body);
      expect(answer.heads).toHaveLength(1);
      expect(answer.parser.done).toBe(true);
    }
  });

  it('finds any body again, chunked any way and cut any way', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 50 }), { maxLength: 10 }), fc.integer({ min: 1, max: 60 }), (parts, size) => {
        const chunks = parts.map((text) => Buffer.from(text).toString('latin1'));
        const text = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
        expect(parse(text, size).body).toBe(chunks.join(''));
      }),
    );
  });

  it.each([
    ['both framings', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n'],
    ['a signed length', 'HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n'],
    ['another encoding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
    ['bare line feeds', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\nhel\r\n'],
    ['a chunk longer than it says', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhello\r\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\nx: a\r\n b\r\n\r\n'],
    ['another protocol', 'HTTP/2 200\r\n\r\n'],
    ['bytes after the end', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab'],
  ])('refuses %s', (_name, text) => {
    expect(() => parse(text, text.length)).toThrow(AnswerError);
    expect(() => parse(text, 1)).toThrow(AnswerError);
  });

  it('knows a cut-off answer from a complete one', () => {
    expect(parse('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell', 100).parser.finish()).toBe(false);
    expect(parse('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n', 100).parser.finish()).toBe(false);
    expect(parse('HTTP/1.1 200 OK\r\n\r\nall', 100).parser.finish()).toBe(true);
  });
});
