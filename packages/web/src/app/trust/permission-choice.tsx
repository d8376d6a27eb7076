/** Permissions as boxes to tick; what the person does not hold, nobody can give through him. */

import { Checkbox, Group } from '@mantine/core';
import type { Permission } from '@headgate/core';
import { useMayIn } from '../access/may.ts';

type Props = {
  readonly label: string;
  readonly of: readonly Permission[];
  readonly held: ReadonlySet<Permission>;
  readonly set: (held: ReadonlySet<Permission>) => void;
};

export const PermissionChoice = ({ label, of, held, set }: Props) => {
  const may = useMayIn();
  return (
    <Checkbox.Group
      label={label}
      value={[...held]}
      onChange={(list) => set(new Set(of.filter((one) => list.includes(one))))}
    >
      <Group gap="xs" mt={4}>
        {of.map((one) => (
          <Checkbox key={one} value={one} label={one} disabled={may(one) === false} w={180} />
        ))}
      </Group>
    </Checkbox.Group>
  );
};
