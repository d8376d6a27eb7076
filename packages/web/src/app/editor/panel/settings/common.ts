/** The settings that every step has, as fields of a form; their names for people are the page's. */

import type { Json } from '@headgate/core';
import { type Form, labelOf } from '../form/model.ts';

const template = (long = false): Form => ({
  is: 'text',
  writing: 'template',
  long,
  pattern: null,
  least: 0,
  most: null,
});
const duration: Form = {
  is: 'text',
  writing: 'duration',
  long: false,
  pattern: '^(\\d{1,12})(ms|s|m|h|d)$',
  least: 0,
  most: null,
};
const whole = (least: number, most: number): Form => ({ is: 'number', whole: true, least, most });
const expression: Form = { is: 'text', writing: 'expression', long: false, pattern: null, least: 1, most: null };

const field = (name: string, form: Form, required = false) => ({
  name,
  label: labelOf(name),
  hint: '',
  required,
  form,
});

export const COMMON = [
  { name: 'join', required: false, form: { is: 'choice', options: ['all', 'any', 'first'] } },
  {
    name: 'each',
    required: false,
    begin: { over: '{{ [] }}' },
    form: {
      is: 'object',
      fields: [
        field('over', { is: 'any', expression: true }, true),
        field('concurrency', whole(1, 1000)),
        field('onItem', { is: 'choice', options: ['stop', 'collect'] }),
      ],
    },
  },
  {
    name: 'retry',
    required: false,
    begin: { max: 3 },
    form: {
      is: 'object',
      fields: [
        field('max', whole(0, 1000), true),
        field('delay', duration),
        field('factor', { is: 'number', whole: false, least: 1, most: 100 }),
        field('cap', duration),
        field('jitter', { is: 'boolean' }),
        field('when', expression),
      ],
    },
  },
  { name: 'onProblem', required: false, form: { is: 'choice', options: ['stop', 'continue', 'port'] } },
  { name: 'timeout', required: false, form: duration },
  { name: 'narrow', required: false, form: { is: 'list', item: template(), least: 0, most: 100 } },
  { name: 'note', required: false, form: template(true) },
] as const satisfies readonly {
  readonly name: string;
  readonly required: boolean;
  readonly form: Form;
  readonly begin?: Json;
}[];
