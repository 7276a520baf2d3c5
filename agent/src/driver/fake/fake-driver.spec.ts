import { driverContract } from '../driver.contract.js';
import { FakeDriver } from './fake-driver.js';

driverContract('fake', async () => {
  const driver = new FakeDriver();
  driver.startLines = ['line 1', 'line 2', 'line 3'];
  const longRunning = async (instanceId: string, generation: number) =>
    Promise.resolve({
      instanceId, generation, engine: 'test', image: '', commandLine: ['engine'], env: {}, readPaths: [], gpuUuids: [], shmBytes: 0, memoryLimitBytes: 0, cpuCores: 0,
      place: { modelDir: '/model', keyFile: '/key', port: 1, distributed: false },
    });
  return Promise.resolve({ driver, again: () => driver, longRunning, close: () => Promise.resolve() });
});
