/** What a model says, as elements made of its parts (marks.ts): nothing of it is markup, and nothing loads by itself. */

import { Fragment, memo } from 'react';
import { type Block, blocksOf, type Mark } from './marks.ts';
import classes from './said-text.module.css';

const Marked = ({ mark }: { readonly mark: Mark }) => {
  switch (mark.is) {
    case 'code':
      return <code>{mark.text}</code>;
    case 'strong':
      return <strong>{mark.text}</strong>;
    case 'soft':
      return <em>{mark.text}</em>;
    case 'link':
      return (
        <a href={mark.href} target="_blank" rel="noopener noreferrer nofollow" referrerPolicy="no-referrer">
          {mark.text}
        </a>
      );
    default:
      return <>{mark.text}</>;
  }
};

const Marks = ({ marks }: { readonly marks: readonly Mark[] }) =>
  marks.map((mark, i) => (
    <Fragment key={i}>
      <Marked mark={mark} />
    </Fragment>
  ));

const One = ({ block }: { readonly block: Block }) => {
  switch (block.is) {
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'list': {
      const items = block.items.map((marks, i) => (
        <li key={i}>
          <Marks marks={marks} />
        </li>
      ));
      return block.first === null ? <ul>{items}</ul> : <ol start={block.first}>{items}</ol>;
    }
    default:
      return (
        <p data-head={block.is === 'head' || undefined}>
          <Marks marks={block.marks} />
        </p>
      );
  }
};

export const SaidText = memo(({ text }: { readonly text: string }) => (
  <div className={classes.said}>
    {blocksOf(text).map((block, i) => (
      <One key={i} block={block} />
    ))}
  </div>
));
SaidText.displayName = 'SaidText';
