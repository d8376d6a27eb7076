/**
 * The rows of a table that were fetched, a page at a time in the order of the engine, and what is changed in them here.
 *
 * RW1 A row that was changed stays where it is until the list is asked for anew: nothing jumps away under a hand.
 */

import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useEngine } from '../engine.tsx';
import type { Answer, Given } from '../transport/client.ts';

type Page = Answer<'findRows'>;
export type TableRow = Page['rows'][number];
export type Asked = Pick<NonNullable<Given<'findRows'>['body']>, 'where' | 'match' | 'sort'>;
type Pages = InfiniteData<Page, string>;

/** Rows that one call brings. */
const PAGE = 200;

export type Rows = ReturnType<typeof useRows>;

export const useRows = (project: string, table: string, asked: Asked) => {
  const engine = useEngine();
  const queries = useQueryClient();
  const key = ['rows', project, table, asked];
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      engine.call(
        'findRows',
        {
          params: { id: table },
          query: { project },
          body: { ...asked, limit: PAGE, ...(pageParam === '' ? {} : { cursor: pageParam }) },
        },
        signal,
      ),
    initialPageParam: '',
    // What is shown stays until the other order is there: the grid, and the focus in it, do not go.
    placeholderData: (was) => was,
    getNextPageParam: ({ next }) => next,
    // Many pages, and edits in them: they are asked for anew when somebody wants that, and whenever the table is come to.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const rows = useMemo(() => {
    const seen = new Set<string>();
    return (list.data?.pages ?? []).flatMap((page) =>
      page.rows.filter(({ id }) => (seen.has(id) ? false : seen.add(id))),
    );
  }, [list.data]);

  const change = (work: (pages: readonly Page[]) => Page[]): void =>
    void queries.setQueryData<Pages>(key, (was) => (was === undefined ? was : { ...was, pages: work(was.pages) }));
  return {
    list,
    rows,
    /** As it is now, whatever was drawn. */
    now: (id: string): TableRow | undefined =>
      queries
        .getQueryData<Pages>(key)
        ?.pages.flatMap((page) => page.rows)
        .find((row) => row.id === id),
    put: (row: TableRow): void =>
      change((pages) =>
        pages.map((page) => ({ ...page, rows: page.rows.map((one) => (one.id === row.id ? row : one)) })),
      ),
    /** Where all are there, at the end; else first, where they are seen. */
    add: (more: readonly TableRow[]): void =>
      change((pages) => {
        const last = pages.at(-1);
        if (last === undefined) return [];
        if (last.next === undefined) return [...pages.slice(0, -1), { ...last, rows: [...last.rows, ...more] }];
        const [first = last, ...others] = pages;
        return [{ ...first, rows: [...more, ...first.rows] }, ...others];
      }),
    drop: (ids: ReadonlySet<string>): void =>
      change((pages) => pages.map((page) => ({ ...page, rows: page.rows.filter(({ id }) => !ids.has(id)) }))),
  };
};
