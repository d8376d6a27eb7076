import { QueryObserver } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { queries } from './queries.ts';

const asked = () => {
  const answers: ((value: string) => void)[] = [];
  const client = queries();
  const observer = new QueryObserver(client, {
    queryKey: ['files', 'list'],
    queryFn: () => new Promise<string>((answer) => answers.push(answer)),
  });
  const end = observer.subscribe(() => undefined);
  const settled = async () => await expect.poll(() => client.isFetching()).toBe(0);
  return { answers, client, observer, settled, end };
};

test('what changed while the first answer was on its way is asked for once more', async () => {
  const { answers, client, observer, settled, end } = asked();
  void client.invalidateQueries({ queryKey: ['files'] });
  answers[0]?.('before the change');
  await expect.poll(() => answers.length).toBe(2);
  answers[1]?.('after the change');
  await settled();
  expect(observer.getCurrentResult().data).toBe('after the change');
  expect(answers).toHaveLength(2);
  end();
});

test('what changed while a later answer was on its way is asked for at once, and only once', async () => {
  const { answers, client, observer, settled, end } = asked();
  answers[0]?.('first');
  await settled();
  void client.invalidateQueries({ queryKey: ['files'] });
  void client.invalidateQueries({ queryKey: ['files'] });
  expect(answers).toHaveLength(3);
  answers[1]?.('of before');
  answers[2]?.('last');
  await settled();
  expect(observer.getCurrentResult().data).toBe('last');
  expect(answers).toHaveLength(3);
  end();
});

test('what others asked is left alone', async () => {
  const { answers, client, settled, end } = asked();
  void client.invalidateQueries({ queryKey: ['runs'] });
  answers[0]?.('first');
  await settled();
  expect(answers).toHaveLength(1);
  end();
});
