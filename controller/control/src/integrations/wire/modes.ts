import { DeploymentMode } from '@openstation/proto';
import type { ServiceView } from '../../services/index.js';

export const modes: Readonly<Record<ServiceView['mode'], DeploymentMode>> = { single: DeploymentMode.SINGLE, distributed: DeploymentMode.DISTRIBUTED, cpu: DeploymentMode.CPU };
