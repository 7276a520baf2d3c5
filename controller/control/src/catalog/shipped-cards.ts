import type { Card } from './card.js';
import { catalogFileSchema, type FileFamily } from './catalog-file.js';
import deepseek from './data/deepseek.json' with { type: 'json' };
import others from './data/others.json' with { type: 'json' };
import qwen from './data/qwen.json' with { type: 'json' };
import smallGguf from './data/small-gguf.json' with { type: 'json' };

/** The cards that come with the product, in the order in which they are shown. */
export const shippedCards: readonly Card[] = [deepseek, qwen, others, smallGguf].flatMap((file) => catalogFileSchema.parse(file).families.map(cardOf));

function cardOf({ id, name, provider, logo, kind, contextLength, licence, description, descriptionZh, engineParameters, variants }: FileFamily): Card {
  return {
    id, name, provider, logo, kind, contextLength, description, descriptionZh,
    variants: variants.map(({ slug, ...variant }) => ({
      ...variant, id: `${id}/${slug}`, revision: null, contextLength: variant.contextLength ?? contextLength, licence: variant.licence ?? licence,
      engineParameters: variant.engineParameters ?? engineParameters,
    })),
  };
}
