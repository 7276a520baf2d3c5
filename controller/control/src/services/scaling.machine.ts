import type { z } from 'zod';
import type { scalingSchema } from './services.schema.js';

/** How many instances are wanted when. */
export type Scaling = z.infer<typeof scalingSchema>;
