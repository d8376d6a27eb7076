/**
 * A delivery as a text for a shell, signed where the webhook asks for it, as its sender would (engine/signature.ts has the
 * ways). The secret is read from the environment and never stands in the text.
 */

export type Signing = 'headgate' | 'github' | 'stripe' | 'slack' | 'standard-webhooks';

const SIGNINGS: readonly Signing[] = ['headgate', 'github', 'stripe', 'slack', 'standard-webhooks'];

/** How the trigger asks for a signature; null: it does not. */
export const signingOf = (settings: Readonly<Record<string, unknown>> | undefined): Signing | null => {
  const signature = Object(settings?.signature) as { readonly preset?: unknown };
  return SIGNINGS.find((one) => one === signature.preset) ?? null;
};

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const HMAC = `openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1`;

type Signed = { readonly before: readonly string[]; readonly headers: readonly string[] };

const SIGNED: Readonly<Record<Signing, Signed>> = {
  headgate: {
    before: ['time=$(date +%s)', `mac=$(printf '%s' "$time.$body" | ${HMAC})`],
    headers: ['x-headgate-signature: t=$time,v1=$mac'],
  },
  stripe: {
    before: ['time=$(date +%s)', `mac=$(printf '%s' "$time.$body" | ${HMAC})`],
    headers: ['stripe-signature: t=$time,v1=$mac'],
  },
  github: {
    before: [`mac=$(printf '%s' "$body" | ${HMAC})`],
    headers: ['x-hub-signature-256: sha256=$mac'],
  },
  slack: {
    before: ['time=$(date +%s)', `mac=$(printf '%s' "v0:$time:$body" | ${HMAC})`],
    headers: ['x-slack-request-timestamp: $time', 'x-slack-signature: v0=$mac'],
  },
  'standard-webhooks': {
    before: [
      'time=$(date +%s)',
      'id=msg_$time$RANDOM',
      `key=$(printf '%s' "\${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')`,
      `mac=$(printf '%s' "$id.$time.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)`,
    ],
    headers: ['webhook-id: $id', 'webhook-timestamp: $time', 'webhook-signature: v1,$mac'],
  },
};

/** `method`: what the webhook takes, where it says so. */
export const signedCurl = (url: string, body: unknown, signing: Signing | null, method = 'POST'): string => {
  const sends = !['GET', 'HEAD', 'DELETE'].includes(method);
  const text = sends ? quoted(JSON.stringify(body)) : "''";
  const curl = [
    `curl -sS ${quoted(url)}${method === 'POST' ? '' : ` -X ${method}`}`,
    ...(sends ? [`-H 'content-type: application/json'`] : []),
  ];
  if (signing === null) return [...curl, ...(sends ? [`-d ${text}`] : [])].join(' \\\n  ');
  const { before, headers } = SIGNED[signing];
  return [
    `body=${text}`,
    ...before,
    [...curl, ...headers.map((one) => `-H "${one}"`), ...(sends ? ['-d "$body"'] : [])].join(' \\\n  '),
  ].join('\n');
};
