/** A power as one sentence that a person who writes no code can consent to. */

import type { Power } from './power.ts';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const VERBS: readonly (readonly [string, string])[] = [
  ['POST', 'send data to'],
  ['PUT', 'change data at'],
  ['PATCH', 'change data at'],
  ['DELETE', 'delete data at'],
];

/** E.g. "Read from api.github.com (GET, port 443)". The words `net`, scope and grant do not occur. */
export const sentence = (power: Power): string => {
  switch (power.power) {
    case 'net':
      return `${doing(power.method)} ${host(power.host)} (${power.method === '*' ? 'any method' : power.method.replaceAll(',', ', ')}, ${port(power.port)})`;
    case 'flow':
      return power.flow === '*' ? 'Start any flow of the project' : `Start the flow “${power.flow}”`;
    case 'secret':
      return `Use ${power.name === '*' ? 'any secret' : `the secret “${power.name}”`} at ${power.origin === '*' ? 'any address the secret is meant for' : power.origin}, without the flow seeing it`;
  }
};

const doing = (method: string): string => {
  if (method === '*') return 'Read, send, change or delete data at';
  const methods = method.split(',');
  const verbs = [
    ...(methods.some((m) => READS.has(m)) ? ['read from'] : []),
    ...VERBS.filter(([m]) => methods.includes(m)).map(([, verb]) => verb),
  ];
  const text = [...new Set(verbs)].join(' and ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

const host = (pattern: string): string => {
  if (pattern === '*') return 'any address on the internet';
  return pattern.startsWith('*.') ? `every address that ends in ${pattern.slice(1)}` : pattern;
};

const port = (number: number | '*'): string =>
  number === '*' ? 'any port' : number === 80 ? 'port 80, not encrypted' : `port ${number}`;
