/** What an MCP endpoint offers, and what a call of it does. server.ts speaks the protocol for it. */

import type { Principal } from '@headgate/core';
import type { Called, Caller } from './call.ts';

/** A tool as MCP describes one (specification 2026-07-28, "Tools"). */
export type Described = {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly inputSchema: { readonly type: 'object'; readonly [key: string]: unknown };
  /** What `structuredContent` of its answers fits. */
  readonly outputSchema?: { readonly type: 'object'; readonly [key: string]: unknown };
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly openWorldHint: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
  };
};

/** A prompt as MCP describes one ("Prompts"). */
export type DescribedPrompt = {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly arguments: { readonly name: string; readonly description?: string; readonly required: boolean }[];
};

/** What a prompt says, message by message. */
export type PromptSaid = {
  readonly description?: string;
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
};

export type Prompts = {
  readonly list: (who: Principal) => Promise<readonly DescribedPrompt[]>;
  /** Null: there is no such prompt for this principal. A text: why there is none. */
  readonly get: (
    name: string,
    input: Readonly<Record<string, string>>,
    caller: Caller,
  ) => Promise<PromptSaid | string | null>;
};

/** A resource as MCP describes one ("Resources"). */
export type DescribedResource = {
  readonly uri: string;
  readonly name: string;
  readonly mimeType: string;
  readonly size: number;
};

export type Content = { readonly uri: string; readonly mimeType: string } & (
  | { readonly text: string }
  | { readonly blob: string }
);

export type Resources = {
  readonly list: (
    cursor: string | undefined,
  ) => Promise<{ readonly resources: readonly DescribedResource[]; readonly next?: string }>;
  /** Null: there is no such resource for this principal. A text: why it is not read. */
  readonly read: (uri: string) => Promise<Content | string | null>;
};

/** A property of the restricted schema by which a client makes a form ("Elicitation"). */
export type Property =
  | {
      readonly type: 'string';
      readonly title: string;
      readonly description?: string;
      readonly format?: 'date' | 'email';
      readonly enum?: string[];
      readonly minLength?: number;
      readonly maxLength?: number;
    }
  | {
      readonly type: 'number';
      readonly title: string;
      readonly description?: string;
      readonly minimum?: number;
      readonly maximum?: number;
    }
  | { readonly type: 'boolean'; readonly title: string; readonly description?: string }
  | {
      readonly type: 'array';
      readonly title: string;
      readonly description?: string;
      readonly items: { readonly type: 'string'; readonly enum: string[] };
    };
export type Schema = {
  readonly type: 'object';
  readonly properties: Record<string, Property>;
  readonly required?: string[];
};

/** A question to the caller, and what has to come back with the answer. */
export type Question = { readonly message: string; readonly schema: Schema; readonly state: string };

/** What the client of a call can be asked, and what it brings back. */
export type Client = {
  readonly takesQuestions: boolean;
  /** The state of the question that it answers. */
  readonly state?: string;
  /** Absent: it says nothing to it. */
  readonly said?: { readonly action: string; readonly content?: Readonly<Record<string, unknown>> };
};

export type Desk = {
  /** For the model: what these tools are for. */
  readonly instructions: string;
  readonly list: (who: Principal) => Promise<readonly Described[]>;
  /** Null: there is no such tool for this principal. */
  readonly call: (
    name: string,
    input: unknown,
    caller: Caller,
    client: Client,
  ) => Promise<Called | { readonly question: Question } | null>;
  readonly prompts?: Prompts;
  readonly resources?: Resources;
};
