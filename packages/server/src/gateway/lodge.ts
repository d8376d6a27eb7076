/** What the parts of the gateway share: made once by build.ts, handed to each. */

import type { FastifyRequest } from 'fastify';
import type { Problem } from '@headgate/core';
import type { Contract, WebApp } from '@headgate/core/api';
import type { Desk } from './accounts/desk.ts';
import type { Audit } from './audit.ts';
import type { Bodies } from './bodies.ts';
import type { Gate } from './deps.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { HostCheck } from './hosts.ts';
import type { Identities } from './identity.ts';
import type { FlowRooms } from './flow-rooms.ts';
import type { Looks } from './looks.ts';
import type { Metrics } from './metrics.ts';
import type { Plain } from './outcome.ts';
import type { Pace } from './pace.ts';
import type { Places } from './places.ts';
import type { Proxies } from './proxies.ts';
import type { StreamTickets } from './stream-tickets.ts';
import type { Streams } from './streams.ts';
import type { Allowances } from './tokens/allowance.ts';
import type { Credentials } from './tokens/credentials.ts';
import type { EngineTokens } from './tokens/engine-token.ts';
import type { Traces } from './untraced.ts';
import type { Waiting } from './waiting.ts';
import type { Windows } from './windows.ts';

export type Lodge = {
  readonly gate: Gate;
  readonly audit: Audit;
  readonly bodies: Bodies;
  readonly identities: Identities;
  readonly tokens: EngineTokens;
  readonly credentials: Credentials;
  readonly places: Places;
  readonly tickets: StreamTickets;
  /** Where people sign in. */
  readonly desk: Desk;
  readonly allowances: Allowances;
  readonly guesses: Windows;
  readonly streams: Streams;
  readonly pace: Pace;
  readonly rooms: FlowRooms;
  readonly waiting: Waiting;
  readonly looks: Looks;
  readonly metrics: Metrics;
  readonly traces: Traces;
  readonly hosts: HostCheck;
  readonly elsewhere: Elsewhere;
  readonly addressOf: Proxies['addressOf'];
  readonly trusted: Proxies['trusted'];
  /** Headers of every answer but those of webhooks. */
  readonly safe: Readonly<Record<string, string>>;
  readonly closing: () => boolean;
  /** The operation id of a contract. */
  readonly nameOf: (contract: Contract) => string;
  /** The content security policy of pages: no script, one style sheet by its hash. */
  readonly pageCsp: string;
  /** A page as an answer. */
  readonly page: (status: number, text: string) => Plain;
  /** A page that carries the script for passkeys, as an answer. */
  readonly scripted: (text: string) => Plain;
  /** The page of a chat, which shows what answers carry from memory. `listens`: one may speak there. */
  readonly chatPage: (text: string, listens: boolean) => Plain;
  /** The page of the web app, with a nonce of its own. */
  readonly shell: (app: WebApp) => Plain;
  /** The page for a refusal on a route that a person looks at, or null where programs call. */
  readonly failurePage: (contract: Contract, request: FastifyRequest, problem: Problem) => string | null;
};
