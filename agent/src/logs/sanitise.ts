const MAX_LINE_BYTES = 8 * 1024;
const CUT_MARK = ' … [cut]';
/** CSI, OSC/DCS/APC/PM/SOS strings with their end, and two-character escapes; the forms with C1 bytes too. */
 
const ESCAPES = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[PX\]^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
 
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;
/** Marks that reorder or hide text: bidi controls, zero width, byte order mark, line and paragraph separators, tags. */
const INVISIBLE = /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/**
 * Engine output is written by models and attackers: what leaves the node is plain text, one line, at most 8 KiB.
 * Of a line that was rewritten with carriage returns (progress bars) the last state remains.
 */
export function sanitiseLine(bytes: Buffer): string {
  const cut = bytes.length > MAX_LINE_BYTES * 4 ? bytes.subarray(-MAX_LINE_BYTES * 4) : bytes;
  const text = lastState(cut.toString('utf8')).replace(ESCAPES, '').replace(CONTROLS, '').replace(INVISIBLE, '');
  return clip(text);
}

function lastState(text: string): string {
  const states = text.replace(/\r+$/, '').split('\r');
  return states.findLast((state) => state.trim() !== '') ?? '';
}

function clip(text: string): string {
  if (Buffer.byteLength(text) <= MAX_LINE_BYTES) return text;
  const bytes = Buffer.from(text).subarray(0, MAX_LINE_BYTES - Buffer.byteLength(CUT_MARK));
  return bytes.toString('utf8').replace(/\ufffd+$/, '') + CUT_MARK;
}
