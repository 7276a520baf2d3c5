import type { z } from 'zod';
import type { diagnosisSchema } from './instances.schema.js';

/** Why an instance failed, in words, and what may mend it. */
export type InstanceDiagnosis = z.infer<typeof diagnosisSchema>;
