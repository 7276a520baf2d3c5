const GIB = 2 ** 30;

/** Values that differ from the sample; null takes a fact away. */
export type FactChanges = Readonly<Record<string, string | readonly string[] | null>>;

const common: FactChanges = {
  'facts.version': '1', arch: 'x86_64', hostname: 'server', uid: '0', 'machine.id': '0123456789abcdef0123456789abcdef', 'boot.id': '11111111-2222-3333-4444-555555555555', cpus: '16',
  'memory.total': String(64 * GIB), 'memory.available': String(60 * GIB), init: 'systemd', 'disk.docker.path': '/var/lib/docker', 'disk.docker.total': String(500 * GIB),
  'disk.docker.free': String(400 * GIB), 'disk.docker.mount': '/', 'disk.models.path': '/var/lib/openstation', 'disk.models.free': String(400 * GIB), 'disk.models.mount': '/',
  'gpu.pci': '0', 'ports.listening': '22 53', 'interface.eth0': ['10.0.0.7/24', '2001:db8::7/64'], 'packages.manager': 'apt-get', 'packages.engine': 'docker.io', 'packages.toolkit': '',
};

const docker = (version: string, api: string): FactChanges => ({ 'docker.client': `Docker version ${version}`, 'docker.version': version, 'docker.api': api, 'docker.running': '0', 'docker.live-restore': 'false' });
const twoA100: FactChanges = { 'gpu.pci': '2', 'gpu.count': '2', 'gpu.driver': '570.124.06', 'gpu.name': ' NVIDIA A100-SXM4-80GB', 'gpu.processes': '0', 'gpu.toolkit': 'NVIDIA Container Toolkit CLI version 1.17.4' };

/** Composed from what each system prints (os-release, getconf, docker version), in the form of `facts.sh`. */
const systems = {
  ubuntu1804: { ...docker('24.0.2', '1.43'), 'os.id': 'ubuntu', 'os.like': 'debian', 'os.version': '18.04', 'os.name': 'Ubuntu 18.04.6 LTS', kernel: '4.15.0-213-generic', libc: 'glibc 2.27' },
  ubuntu2004: { 'os.id': 'ubuntu', 'os.like': 'debian', 'os.version': '20.04', 'os.name': 'Ubuntu 20.04.6 LTS', kernel: '5.4.0-200-generic', libc: 'glibc 2.31' },
  ubuntu2204: { ...docker('26.1.3', '1.45'), ...twoA100, 'os.id': 'ubuntu', 'os.like': 'debian', 'os.version': '22.04', 'os.name': 'Ubuntu 22.04.5 LTS', kernel: '5.15.0-130-generic', libc: 'glibc 2.35' },
  ubuntu2404: { ...docker('28.5.2', '1.51'), ...twoA100, 'gpu.driver': '535.183.01', 'gpu.toolkit': null, 'docker.running': '3', 'packages.toolkit': 'nvidia-container-toolkit', 'os.id': 'ubuntu', 'os.like': 'debian', 'os.version': '24.04', 'os.name': 'Ubuntu 24.04.1 LTS', kernel: '6.8.0-51-generic', libc: 'glibc 2.39' },
  centos7: { ...docker('1.13.1', '1.26'), 'packages.manager': 'yum', 'os.id': 'centos', 'os.like': 'rhel fedora', 'os.version': '7', 'os.name': 'CentOS Linux 7 (Core)', kernel: '3.10.0-1160.el7.x86_64', libc: 'glibc 2.17' },
  rocky9: { 'packages.manager': 'dnf', 'packages.engine': '', 'os.id': 'rocky', 'os.like': 'rhel centos fedora', 'os.version': '9.4', 'os.name': 'Rocky Linux 9.4 (Blue Onyx)', kernel: '5.14.0-427.el9.x86_64', libc: 'glibc 2.34' },
  debian12: { 'os.id': 'debian', 'os.like': '', 'os.version': '12', 'os.name': 'Debian GNU/Linux 12 (bookworm)', kernel: '6.1.0-28-amd64', libc: 'glibc 2.36' },
  arm64: { ...docker('27.3.1', '1.47'), arch: 'aarch64', 'os.id': 'ubuntu', 'os.like': 'debian', 'os.version': '22.04', 'os.name': 'Ubuntu 22.04.5 LTS', kernel: '5.15.0-1063-raspi', libc: 'glibc 2.35' },
  alpine: { 'packages.manager': null, 'packages.engine': '', 'os.id': 'alpine', 'os.like': '', 'os.version': '3.20.3', 'os.name': 'Alpine Linux v3.20', kernel: '6.6.58-0-lts', libc: 'musl libc (x86_64)' },
} satisfies Record<string, FactChanges>;

export type SampleSystem = keyof typeof systems;

/** The output of `facts.sh` on a server of that kind. */
export function sampleFacts(system: SampleSystem, changes: FactChanges = {}): string {
  const facts = { ...common, 'clock.seconds': String(Math.floor(Date.now() / 1000)), ...systems[system], ...changes, 'facts.end': changes['facts.end'] === null ? null : '1' };
  const lines = Object.entries(facts).flatMap(([k, value]) => (value === null ? [] : [value].flat().map((v) => JSON.stringify({ k, v }))));
  return `${lines.join('\n')}\n`;
}
