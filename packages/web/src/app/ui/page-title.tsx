/** The heading of a page: it has the focus when the page was come to, and names the tab. */

import { Title } from '@mantine/core';
import { useEffect, useRef } from 'react';

type Props = {
  readonly text: string;
  readonly hidden?: boolean;
  /** While it has the focus, the keys of this part of the page act: nothing else was gone to yet. */
  readonly keys?: 'graph';
};

export const PageTitle = ({ text, hidden = false, keys }: Props) => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${text} · Headgate`;
  }, [text]);
  useEffect(() => {
    // A link that was followed leaves the focus on nothing: who hears the page is told where it is now.
    if (document.activeElement === document.body || document.activeElement === null) heading.current?.focus();
  }, []);
  return (
    <Title
      order={1}
      size="h3"
      ref={heading}
      tabIndex={-1}
      className={hidden ? 'hg-hidden' : undefined}
      data-keys={keys}
    >
      {text}
    </Title>
  );
};
