/** The settings of a step that calls a tool of an MCP server: where it is, its tools to choose from, and then what is set of any kind. */

import { isObject, type Json, type Step, together } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import { announce } from '../../../ui/announce.ts';
import { useEditor } from '../../editor-context.ts';
import { AnyField } from '../form/any-field.tsx';
import type { Field } from '../form/model.ts';
import { setEdit } from '../settings/owner.ts';
import { Pinned } from './pinned.tsx';
import { type Tool, pinnedIn } from './told.ts';
import { Tools } from './tools.tsx';

type Props = { readonly thing: Step; readonly fields: readonly Field[] };

const OF_SERVER: ReadonlySet<string> = new Set(['url', 'secret']);

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

export const McpFields = ({ thing, fields }: Props) => {
  const { t } = useTranslation();
  const { commands } = useEditor();
  const given = thing.with ?? {};
  const { id } = thing;
  const [url, secret] = [text(given['url']), text(given['secret'])];
  const pinned = pinnedIn(given['pinned']);
  const field = (one: Field) => <AnyField key={one.name} {...one} path={['with', one.name]} value={given[one.name]} />;
  /** The name and what is said of it go in together: one without the other is a tool that nobody looked at. */
  const take = (tool: Tool): void => {
    const edits = [
      setEdit(id, true, ['with', 'tool'], tool.name),
      setEdit(id, true, ['with', 'pinned'], tool.pinned as unknown as Json),
      // What another tool was given is nothing that this one takes.
      ...(isObject(given['arguments']) && text(given['tool']) !== '' && given['tool'] !== tool.name
        ? [setEdit(id, true, ['with', 'arguments'], undefined)]
        : []),
    ];
    commands.change(together(t('mcpTools.edit', { tool: tool.name }), edits));
    announce(t('mcpTools.taken', { tool: tool.name }));
  };
  return (
    <>
      {fields.filter(({ name }) => OF_SERVER.has(name)).map(field)}
      <Tools key={`${url} ${secret}`} step={id} url={url} tool={text(given['tool'])} pinned={pinned} take={take} />
      {fields
        .filter(({ name }) => !OF_SERVER.has(name))
        .map((one) =>
          one.name === 'pinned' && pinned !== null ? (
            <Pinned key={one.name} tool={text(given['tool'])} pinned={pinned}>
              {field(one)}
            </Pinned>
          ) : (
            field(one)
          ),
        )}
    </>
  );
};
