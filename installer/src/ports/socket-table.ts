/** One listening socket of the kernel's tables. */
export interface ListeningSocket {
  readonly port: number;
  /** As written in the table: hexadecimal, of every kind of address. */
  readonly address: string;
  readonly inode: string;
  readonly uid: number;
}

const LISTEN = '0A';

/** Reads the text of /proc/net/tcp or tcp6; lines that are not sockets are left out. */
export function parseSocketTable(text: string): ListeningSocket[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , uid = '', , inode = ''] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    if (state !== LISTEN || !/^[0-9A-F]{4}$/.test(port)) return [];
    return [{ port: Number.parseInt(port, 16), address, inode, uid: Number(uid) }];
  });
}
