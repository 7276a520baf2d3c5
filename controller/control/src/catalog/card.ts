import type { z } from 'zod';
import type { cardInput, familySchema, variantSchema } from './catalog.schema.js';

export type Variant = z.infer<typeof variantSchema>;
export type FamilyView = z.infer<typeof familySchema>;
export type CardInput = z.infer<typeof cardInput>;

/** A model family as written down, without how far its variants are here. */
export interface Card extends Omit<CardInput, 'variants'> {
  readonly id: string;
  readonly variants: readonly Variant[];
}
