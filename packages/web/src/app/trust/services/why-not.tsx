/** Why a service cannot be deleted: the flows that use it, each a way to it. */

import { Alert, Anchor, Stack, Text } from '@mantine/core';
import type { Problem } from '@headgate/core';
import { Link } from '@tanstack/react-router';
import { FailureView } from '../../problem/problem-view.tsx';
import { paths } from '../../router/paths.ts';
import { Refusal } from '../../transport/client.ts';

const flowsIn = (value: unknown): readonly { readonly id: string; readonly text: string }[] =>
  (Array.isArray(value) ? (value as readonly Problem[]) : []).flatMap(({ at, text }) =>
    at?.flow === undefined ? [] : [{ id: at.flow, text }],
  );

export const WhyNot = ({ error }: { readonly error: unknown }) => {
  if (!(error instanceof Refusal) || error.problem.code !== 'service.used') return <FailureView error={error} />;
  const { text, fix } = error.problem;
  return (
    <Alert color="red" variant="outline" role="alert">
      <Stack gap={6}>
        <Text size="sm">{text}</Text>
        <Text size="sm" fw={600}>
          {fix}
        </Text>
        {flowsIn(error.more['problems']).map(({ id, text: uses }) => (
          <Anchor key={id} component={Link} to={paths.flow(id)} size="sm" underline="always">
            {uses}
          </Anchor>
        ))}
      </Stack>
    </Alert>
  );
};
