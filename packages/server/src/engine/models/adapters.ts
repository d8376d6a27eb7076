/**
 * The libraries that speak to providers of models, each loaded when it is first needed: a server that asks no model holds
 * none of them in memory. They get our `fetch` and a key that is none; the real one is filled in behind them.
 */

import type { EmbeddingModelV4, LanguageModelV4 } from '@ai-sdk/provider';
import type { ModelAt } from '@headgate/core';
import type { Fetch } from './fetch.ts';

/** Stands where a library insists on a key; never sent (fetch.ts MF2). */
const NO_KEY = 'none';

type Spoken = { readonly chat: (id: string) => LanguageModelV4; readonly embed: (id: string) => EmbeddingModelV4 };

/** What speaks to the provider of a model, through this `fetch`. */
export const speak = async (
  { provider, baseUrl }: Pick<ModelAt, 'provider' | 'baseUrl'>,
  through: Fetch,
): Promise<Spoken> => {
  // What the server runs itself has no address; the library wants one, and nothing is ever sent there.
  const address = provider.kind.adapter === 'local' ? 'http://local.invalid/v1' : baseUrl;
  const settings = { baseURL: address.replace(/\/+$/, ''), apiKey: NO_KEY, fetch: through };
  const { adapter } = provider.kind;
  switch (adapter) {
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      const made = createOpenAI(settings);
      return { chat: (id) => made.chat(id), embed: (id) => made.embeddingModel(id) };
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      const made = createAnthropic(settings);
      return { chat: (id) => made.languageModel(id), embed: (id) => made.embeddingModel(id) };
    }
    case 'google': {
      const { createGoogle } = await import('@ai-sdk/google');
      const made = createGoogle(settings);
      return { chat: (id) => made.languageModel(id), embed: (id) => made.embeddingModel(id) };
    }
    case 'openai-compatible':
    case 'offline':
    case 'local': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const made = createOpenAICompatible({
        ...settings,
        name: 'model',
        includeUsage: true,
        supportsStructuredOutputs: true,
      });
      return { chat: (id) => made.chatModel(id), embed: (id) => made.embeddingModel(id) };
    }
  }
};
