/** `headgate knowledge …`: knowledge bases, as commands. */

import { type Command, Option } from 'commander';
import { SITE_LIMITS as MOST } from '@headgate/core';
import { examples, number } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

type Of = Reach & { readonly project: string };

type SiteOptions = {
  prefix?: string;
  origin?: readonly string[];
  pages?: number;
  depth?: number;
  pageBytes?: number;
  bytes?: number;
  every?: number;
};

const BASE = 'name or id of the base';
const placed = (command: Command): Command => reach(command.option('--project <id>', 'the project', 'default'));

export const knowledgeCommands = (program: Command, at: At): void => {
  const knowledge = program
    .command('knowledge')
    .description('knowledge bases of a running server: list, search, index, sites');

  const list = knowledge
    .command('list')
    .description('List the knowledge bases, and how many documents of each are read.')
    .action(at(async (w, { project }: Of) => (await import('../remote/knowledge.ts')).listKnowledge(w, { project })));
  examples(placed(list), 'knowledge list --key-file key.txt');

  const search = knowledge
    .command('search')
    .description('Show what a question finds in a base, each piece under where it stands.')
    .argument('<base>', BASE)
    .argument('<question>', 'what is looked for, in words')
    .option('--top <number>', 'pieces at most', number(1, 50))
    .action(
      at(async (w, base: string, question: string, { project, top }: Of & { top?: number }) =>
        (await import('../remote/knowledge.ts')).searchKnowledge(w, base, question, {
          project,
          ...(top === undefined ? {} : { top }),
        }),
      ),
    );
  examples(placed(search), 'knowledge search handbook "How many days of holiday are there?" --key-file key.txt');

  const index = knowledge
    .command('index')
    .description('Look at the sources of a base now, read all of it anew, stop reading or go on.')
    .argument('<base>', BASE)
    .addOption(
      new Option('--do <what>', 'look: at its sources; again: read all anew; stop: read no more for now; go: go on')
        .choices(['look', 'again', 'stop', 'go'])
        .default('look'),
    )
    .action(
      at(async (w, base: string, { project, do: act }: Of & { do: string }) =>
        (await import('../remote/knowledge.ts')).indexKnowledge(w, base, act, { project }),
      ),
    );
  examples(placed(index), 'knowledge index handbook --do again --key-file key.txt');

  const site = knowledge.command('site').description('sites of the web that knowledge bases read: add, list, remove');

  const several = (one: string, before: readonly string[] = []): readonly string[] => [...before, one];
  const add = site
    .command('add')
    .description('Have a base read a site: pages are found by their links, as its robots.txt lets them be.')
    .argument('<base>', BASE)
    .argument('<url>', 'where it begins, as https://example.com/docs/')
    .option('--prefix <path>', 'only what lies below this path, as /docs/')
    .option('--origin <origin>', 'a further origin whose pages are read', several)
    .option('--pages <number>', 'addresses that are asked for at most', number(1, MOST.pages.most))
    .option('--depth <number>', 'links from where it begins at most', number(0, MOST.depth.most))
    .option('--page-bytes <number>', 'bytes of a page at most', number(1_000, MOST.pageBytes.most))
    .option('--bytes <number>', 'bytes of all pages together at most', number(1_000, MOST.bytes.most))
    .option('--every <minutes>', 'read it again so long after it was read', number(MOST.every.least, MOST.every.most))
    .action(
      at(async (w, base: string, url: string, { project, ...more }: Of & SiteOptions) =>
        (await import('../remote/knowledge.ts')).addSite(w, base, url, more, { project }),
      ),
    );
  examples(placed(add), 'knowledge site add handbook https://docs.example.com/ --pages 500 --key-file key.txt');

  const pages = site
    .command('pages')
    .description('List the pages of the sites of a base: what was read, what was passed over and why.')
    .argument('<base>', BASE)
    .addOption(
      new Option('--state <state>', 'only pages of which this became').choices([
        ...['waiting', 'read', 'same', 'skipped', 'gone', 'failed'],
      ]),
    )
    .action(
      at(async (w, base: string, { project, state }: Of & { state?: string }) =>
        (await import('../remote/knowledge.ts')).sitePages(w, base, state, { project }),
      ),
    );
  examples(placed(pages), 'knowledge site pages handbook --state skipped --key-file key.txt');

  const sites = site
    .command('list')
    .description('List the sites that a base reads, and how far each is.')
    .argument('<base>', BASE)
    .action(
      at(async (w, base: string, { project }: Of) =>
        (await import('../remote/knowledge.ts')).listSites(w, base, { project }),
      ),
    );
  examples(placed(sites), 'knowledge site list handbook --key-file key.txt');

  const remove = site
    .command('remove')
    .description('Take a site out of a base, with what was read of it.')
    .argument('<base>', BASE)
    .argument('<source>', 'its id, as the list shows it')
    .action(
      at(async (w, base: string, source: string, { project }: Of) =>
        (await import('../remote/knowledge.ts')).removeSite(w, base, source, { project }),
      ),
    );
  examples(placed(remove), 'knowledge site remove handbook kbs_0123 --key-file key.txt');
};
