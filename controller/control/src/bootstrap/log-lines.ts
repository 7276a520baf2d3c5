const LINE_BYTES = 8 * 1024;
/** Room for the longest secret beside the cap, so that one that lies across the cut is whole when it is looked for. */
const HELD_BYTES = LINE_BYTES + 2 * 1024;

// CSI, OSC/DCS/APC/PM/SOS up to their end, and other escapes; then C0 but TAB, DEL, C1, bidirectional controls, zero-width.
const ESCAPES = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;

/** Text of another machine made safe to show: no escape sequences, no invisible or direction-changing characters. */
export function plainText(text: string): string {
  return text.replace(ESCAPES, '').replace(CONTROLS, '');
}

/** Takes secrets out by value: the second net, for what a server echoes. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => (secret.length < 4 ? clean : clean.replaceAll(secret, '[secret]')), text);
}

/**
 * Cuts a byte stream into clean lines. Carriage returns separate as line feeds do (progress bars). A line beyond 8 KiB
 * is cut and says so; memory is bounded whatever comes.
 */
export class LogLines {
  #held = Buffer.alloc(0);
  #dropped = 0;

  constructor(
    private readonly take: (line: string) => void,
    private readonly secrets: () => readonly string[],
  ) {}

  push(chunk: Buffer): void {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (chunk[at] !== 0x0a && chunk[at] !== 0x0d) continue;
      this.#hold(chunk.subarray(from, at));
      this.#flush();
      from = at + 1;
    }
    this.#hold(chunk.subarray(from));
  }

  /** The last line may have no end. */
  end(): void {
    this.#flush();
  }

  #hold(piece: Buffer): void {
    const room = Math.max(0, HELD_BYTES - this.#held.length);
    if (room > 0 && piece.length > 0) this.#held = Buffer.concat([this.#held, piece.subarray(0, room)]);
    this.#dropped += Math.max(0, piece.length - room);
  }

  #flush(): void {
    const text = redact(plainText(this.#held.toString('utf8')), this.secrets());
    const cut = this.#dropped > 0 || text.length > LINE_BYTES;
    this.#held = Buffer.alloc(0);
    this.#dropped = 0;
    if (text.trim() !== '') this.take(cut ? `${text.slice(0, LINE_BYTES)} … (line cut)` : text);
  }
}
