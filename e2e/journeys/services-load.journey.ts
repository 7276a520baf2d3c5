import { describe } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import { ANSWERS, changedUnderLoad } from './scenarios/changed-under-load.js';

describe('a service that is changed while it is called', () => {
  changedUnderLoad(useCluster(() => ({ agents: 2, script: ANSWERS })), 2);
});
