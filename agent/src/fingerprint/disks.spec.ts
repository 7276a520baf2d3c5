import { describe, expect, it } from 'vitest';
import { DiskSpaces, spaceOf } from './disk-space.js';
import { diskMounts, mountOf, parseMounts } from './mounts.js';

const SERVER = [
  '22 27 0:21 / /proc rw,relatime - proc proc rw',
  '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
  '28 27 254:16 / /data rw - xfs /dev/vdb rw',
  '29 28 254:16 /models /srv/my\\040models rw - xfs /dev/vdb rw',
  '30 27 0:25 / /run rw - tmpfs tmpfs rw',
  '31 27 0:30 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw',
  '32 27 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro',
  '33 27 0:50 / /mnt/nas rw - nfs4 nas:/export rw',
  '34 27 254:0 /run/netns /run/netns rw shared:1 - ext4 /dev/vda rw',
].join('\n');
const CONTAINER = [
  '500 400 0:60 / / rw - overlay overlay rw,lowerdir=x',
  '501 500 254:0 /var/lib/docker/containers/1/hosts /etc/hosts rw - ext4 /dev/vda rw',
  '502 500 254:0 /var/lib/docker/volumes/1/_data /var/lib/openstation-agent rw - ext4 /dev/vda rw',
].join('\n');
const paths = (mountinfo: string, dataDir: string) => diskMounts(parseMounts(mountinfo), dataDir).map((mount) => mount.path);

describe('disks', () => {
  it('are what a person would call so, each once', () => {
    expect(paths(SERVER, '/var/lib/openstation-agent')).toEqual(['/', '/data', '/mnt/nas']);
  });

  it('in a container: the volume, or what the data lies on', () => {
    expect(paths(CONTAINER, '/var/lib/openstation-agent')).toEqual(['/var/lib/openstation-agent']);
    expect(paths(CONTAINER, '/tmp/data')).toEqual(['/', '/var/lib/openstation-agent']);
  });

  it('a path lies on its longest mount, by whole names', () => {
    const mounts = parseMounts(SERVER);
    expect(mountOf(mounts, '/data/x')?.path).toBe('/data');
    expect(mountOf(mounts, '/database')?.path).toBe('/');
    expect(mountOf(mounts, '/srv/my models/y')?.path).toBe('/srv/my models');
  });

  it.each(['', '\0', 'half a line', '27 1 254:0 / / rw', '27 1 254:0 / / rw - ext4', ' - - - '])('%j holds no mount', (text) => {
    expect(parseMounts(text)).toEqual([]);
    expect(diskMounts(parseMounts(text), '/data')).toEqual([]);
  });
});

describe('space', () => {
  it('what only root may use counts as used', () => {
    expect(spaceOf({ bsize: 4096, blocks: 100, bfree: 30, bavail: 10 })).toEqual({ totalBytes: 409_600, usedBytes: 70 * 4096, usedRatio: 0.875 });
    expect(spaceOf({ bsize: 4096, blocks: 100, bfree: 0, bavail: 0 })?.usedRatio).toBe(1);
  });

  it.each([
    { bsize: 0, blocks: 0, bfree: 0, bavail: 0 },
    { bsize: 4096, blocks: NaN, bfree: 1, bavail: 1 },
    { bsize: 4096, blocks: 10, bfree: 20, bavail: 20 },
    { bsize: 4096, blocks: -1, bfree: 0, bavail: 0 },
  ])('%j is unknown', (figures) => {
    expect(spaceOf(figures)).toBeUndefined();
  });

  it('network file systems that hang are unknown, and only one of them is waited for', async () => {
    const asked: string[] = [];
    const hang = Promise.withResolvers<never>();
    const spaces = new DiskSpaces((path) => {
      asked.push(path);
      return path === '/' ? Promise.resolve({ bsize: 1, blocks: 4, bfree: 2, bavail: 2 }) : hang.promise;
    });
    const mount = (path: string, fileSystem: string) => ({ path, root: '/', device: 'd', fileSystem, deviceNumber: path });
    const [nas, other, root] = await Promise.all([spaces.of(mount('/nas', 'nfs4')), spaces.of(mount('/other', 'cifs')), spaces.of(mount('/', 'ext4'))]);
    expect([nas, other, root?.usedBytes]).toEqual([undefined, undefined, 2]);
    expect(asked).toEqual(['/nas', '/']);
  });
});
