/**
 * One spelling for the addresses of tools (`00000000:81:00.0`) and of the kernel (`0000:81:00`): `0:81:00`, without
 * the function, because a card is one device. Empty when the text holds none.
 */
export function pciKey(text: string): string {
  const match = /(?:([0-9a-f]{1,8}):)?([0-9a-f]{2}):([0-9a-f]{2})/i.exec(text);
  if (!match) return '';
  return `${Number.parseInt(match[1] ?? '0', 16).toString(16)}:${match[2]}:${match[3]}`.toLowerCase();
}
