import { describe, expect, it } from 'vitest';
import { findFormField, formBoundary, prepareForm } from './form-request.js';

const part = (name: string, value: string, file = false) => `--b\r\nContent-Disposition: form-data; name="${name}"${file ? '; filename="f"' : ''}\r\n\r\n${value}\r\n`;

describe('a form', () => {
  it('names its boundary', () => {
    expect(formBoundary('multipart/form-data; boundary=abc')).toBe('abc');
    expect(formBoundary('multipart/form-data; charset=utf-8; boundary="a b"')).toBe('a b');
    expect(formBoundary('application/json')).toBeUndefined();
  });

  it('is read only as far as the model', () => {
    const whole = Buffer.from(`${part('language', 'de')}${part('model', 'whisper')}${part('file', 'xx', true)}--b--\r\n`);
    expect(findFormField(whole, 'b', 'model')).toMatchObject({ text: 'whisper' });
    const until = whole.indexOf('whisper');
    for (let cut = 0; cut < until + 'whisper\r\n--b'.length; cut++) expect(findFormField(whole.subarray(0, cut), 'b', 'model')).toBe('incomplete');
  });

  it('without a model, or with a file called model, has none', () => {
    expect(findFormField(Buffer.from(`${part('x', '1')}--b--\r\n`), 'b', 'model')).toBeUndefined();
    expect(findFormField(Buffer.from(`${part('model', 'evil', true)}--b--\r\n`), 'b', 'model')).toBeUndefined();
  });

  it('gets the engine\'s model name, and its length follows', () => {
    const bytes = Buffer.from(part('model', 'm') + part('file', 'xx', true));
    const prepared = prepareForm({ bytes, length: bytes.length + 100, rest: { } as never }, 'b');
    const { body, rest } = prepared.body('longer');
    expect(body.toString()).toContain('\r\n\r\nlonger\r\n');
    expect(rest?.length).toBe(bytes.length + 100 + 5);
  });
});
