/** One line of /proc/self/mountinfo. */
export interface Mount {
  readonly path: string;
  /** Directory of the file system that is mounted: "/" unless it is a bind mount. */
  readonly root: string;
  readonly device: string;
  readonly fileSystem: string;
  /** Two mounts of one device are one disk. */
  readonly deviceNumber: string;
}

const NETWORK = /^(nfs|nfs4|cifs|smb3|ceph|glusterfs|fuse\.glusterfs|lustre|beegfs|gpfs|9p|virtiofs|afs|fuse\.juicefs|fuse\.sshfs)$/;
const NOT_DISKS = /^(squashfs|iso9660|udf|erofs|overlay|tmpfs|ramfs|devtmpfs|fuse\.snapfuse)$/;
const OWN_STORAGE = /^(zfs|bcachefs)$/;

export function isNetworkFileSystem(fileSystem: string): boolean {
  return NETWORK.test(fileSystem);
}

/** Lines it cannot read are passed over: a new kernel may add kinds. */
export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , deviceNumber, root, path] = left.split(' ');
    const [fileSystem, device] = right.split(' ');
    if (deviceNumber === undefined || root === undefined || path === undefined || fileSystem === undefined || device === undefined) return [];
    return [{ path: unescape(path), root: unescape(root), device: unescape(device), fileSystem, deviceNumber }];
  });
}

/**
 * Mounts that are disks of this node, by path: what a person would call a disk, each once, and the one the data lies on
 * whatever it is. In a container that is all there is, often on an overlay.
 */
export function diskMounts(mounts: readonly Mount[], dataDir: string): Mount[] {
  const chosen = new Map<string, Mount>();
  for (const mount of mounts.filter(isDisk)) {
    const other = chosen.get(mount.deviceNumber);
    if (!other || better(mount, other)) chosen.set(mount.deviceNumber, mount);
  }
  const own = mountOf(mounts, dataDir);
  if (own && !chosen.has(own.deviceNumber)) chosen.set(own.deviceNumber, own);
  return [...chosen.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The mount a path lies on. Later mounts cover earlier ones of the same path. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    const covers = mount.path === '/' || path === mount.path || path.startsWith(`${mount.path}/`);
    if (covers && (found === undefined || mount.path.length >= found.path.length)) found = mount;
  }
  return found;
}

function isDisk({ device, fileSystem, path }: Mount): boolean {
  if (NOT_DISKS.test(fileSystem) || /^\/(proc|sys|dev|snap)(\/|$)/.test(path)) return false;
  if (/^\/etc\/(hosts|hostname|resolv\.conf)$/.test(path) || /^\/run\/netns(\/|$)/.test(path)) return false; // single files, bound there by container engines
  if (/^\/dev\/(loop|zram|ram|fd)\d/.test(device)) return false;
  return device.startsWith('/dev/') || NETWORK.test(fileSystem) || OWN_STORAGE.test(fileSystem);
}

/** The mount of the whole file system before a bind mount of a part, then the shorter path. */
function better(a: Mount, b: Mount): boolean {
  if ((a.root === '/') !== (b.root === '/')) return a.root === '/';
  return a.path.length < b.path.length;
}

/** Blanks and such in paths are octal: `\040`. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
