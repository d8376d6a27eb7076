/** The name of a model: chosen from those that are set up, or typed, since some providers list none. */

import { Autocomplete } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEditor } from '../../editor-context.ts';
import { useThing } from '../settings/thing.ts';

/** What a model has to do for the steps that do not talk. */
const TASKS: Readonly<Record<string, readonly string[]>> = {
  'model.embed': ['embed'],
  'model.rerank': ['rerank', 'embed'],
  'knowledge.search': ['rerank', 'embed'],
  'image.generate': ['image'],
  'speech.transcribe': ['transcribe'],
  'speech.say': ['say'],
};

type Props = {
  readonly input: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
    readonly 'aria-required': boolean;
  };
  readonly text: string;
  readonly change: (text: string) => void;
  readonly flush: () => void;
  readonly aim: () => void;
};

export const ModelInput = ({ input, text, change, flush, aim }: Props) => {
  const { client } = useEditor();
  const thing = useThing();
  const { data } = useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => client.call('listModels', {}, signal),
    staleTime: 60_000,
  });
  const tasks = TASKS[thing?.kind.replace(/@.*$/, '') ?? ''] ?? ['chat'];
  const fitting = (data?.models ?? []).filter(({ does = ['chat'] }) => does.some((one) => tasks.includes(one)));
  const names = [...fitting.filter(({ first }) => first), ...fitting.filter(({ first }) => !first)].map(
    ({ name }) => name,
  );
  return (
    <Autocomplete
      {...input}
      size="sm"
      data={[...new Set(names)]}
      limit={50}
      placeholder={names[0] ?? 'openai/gpt-5-mini'}
      value={text}
      onChange={change}
      onOptionSubmit={flush}
      onBlur={flush}
      onFocus={aim}
    />
  );
};
