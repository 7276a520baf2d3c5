/** What a model is for. */
export type ModelKind = 'llm' | 'embedding' | 'reranker' | 'vision' | 'audio';
