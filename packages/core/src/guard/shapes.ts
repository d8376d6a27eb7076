/**
 * Key shapes: secrets recognisable by the form that their vendors gave them. A table; keys.ts is what looks.
 *
 * A shape has marks, texts that it begins with, and says what has to follow. How a mark is come upon depends on `by`:
 * `run`: mark and body are a run of at least fifteen letters, digits, `_` and `-` (a full stop may end the mark);
 * `word`: seven characters of it are known, the one after a mark of six included.
 */

/** The names under which a shape is shown (`[key github]`), and may be revealed. */
export type ShapeKind = (typeof SHAPES)[number]['kind'] | 'password';

/** Runs of characters that a body is made of. */
export type Class = keyof typeof CLASSES;

export const CLASSES = {
  word: '[A-Za-z0-9]*',
  token: '[A-Za-z0-9_-]*',
  name: '[A-Za-z0-9_]*',
  dash: '[A-Za-z0-9-]*',
  hex: '[A-Fa-f0-9]*',
  lowHex: '[a-f0-9]*',
  capital: '[A-Z2-7]*',
  age: '[0-9A-Z]*',
  base64: '[A-Za-z0-9+/=]*',
  path: '[A-Za-z0-9/]*',
  query: '[A-Za-z0-9%~_+/=.-]*',
  bearer: '[A-Za-z0-9._~+/=-]*',
  pem: '[A-Za-z0-9+/=:,.() \\t\\r\\n\\\\-]*',
} as const;

export type Shape = {
  readonly kind: string;
  readonly by: 'run' | 'word';
  readonly marks: readonly string[];
  /** What follows the mark: characters of this class, at least so many, and no more than `most` of them are taken. */
  readonly of: Class;
  readonly least: number;
  readonly most?: number;
  /** With `most`: nothing of letters and digits may follow. */
  readonly whole?: true;
  /** The mark is an ordinary piece of words: it must begin one, and the body must hold a digit. */
  readonly common?: true;
  /** Parts beyond one class; keys.ts knows them. */
  readonly form?: 'jwt' | 'sendgrid' | 'basic' | 'digit' | 'pem';
  /** The mark stays readable, only what follows is hidden. */
  readonly keep?: true;
};

type More = Omit<Partial<Shape>, 'kind' | 'by' | 'marks' | 'of' | 'least'>;
const by =
  <const B extends Shape['by']>(how: B) =>
  <const K extends string>(kind: K, marks: string, of: Class, least: number, more: More = {}) => ({
    kind,
    by: how,
    marks: marks.split('|'),
    of,
    least,
    ...more,
  });
const run = by('run');
const word = by('word');

export const SHAPES = [
  run('headgate', 'hg_', 'token', 24, { common: true }),
  run('anthropic', 'sk-ant-', 'token', 20, { common: true }),
  run('openrouter', 'sk-or-', 'token', 20, { common: true }),
  run('model', 'sk-', 'token', 20, { common: true }),
  run('groq', 'gsk_', 'word', 40),
  run('xai', 'xai-', 'word', 60),
  run('perplexity', 'pplx-', 'word', 40),
  run('replicate', 'r8_', 'word', 37, { most: 37, common: true }),
  run('huggingface', 'hf_', 'word', 30),
  run('stripe', 'sk_live_|rk_live_|sk_test_|rk_test_', 'word', 16),
  run('github', 'ghp_|gho_|ghu_|ghs_|ghr_', 'word', 36),
  run('github', 'github_pat_', 'name', 22),
  run('gitlab', 'glpat-|gldt-|glrt-|glcbt-|glptt-|glft-|glsoat-|glagent-|gloas-', 'token', 20),
  run('slack', 'xoxa-|xoxb-|xoxe-|xoxo-|xoxp-|xoxr-|xoxs-', 'dash', 10),
  run('slack', 'xapp-', 'dash', 10, { common: true }),
  run('aws', 'AKIA|ASIA|ABIA|ACCA', 'capital', 16, { most: 16, whole: true }),
  run('google', 'AIza', 'token', 35, { most: 35 }),
  run('google', 'ya29.', 'token', 20),
  run('google', 'GOCSPX-', 'token', 28, { most: 28 }),
  run('npm', 'npm_', 'word', 36, { most: 36 }),
  run('docker', 'dckr_pat_', 'token', 20),
  run('sendgrid', 'SG.', 'token', 16, { form: 'sendgrid' }),
  run('mailgun', 'key-', 'lowHex', 32, { most: 32, whole: true, common: true }),
  run('shopify', 'shpat_|shpca_|shppa_|shpss_', 'hex', 32, { most: 32 }),
  run('digitalocean', 'dop_v1_|doo_v1_|dor_v1_', 'lowHex', 64, { most: 64 }),
  run('linear', 'lin_api_|lin_oauth_', 'word', 32),
  run('notion', 'ntn_', 'word', 40),
  run('supabase', 'sba_|sbp_', 'lowHex', 40, { most: 40 }),
  run('age', 'AGE-SECRET-KEY-1', 'age', 50),
  run('vault', 'hvs.|hvb.', 'token', 24),
  run('grafana', 'glsa_|glc_', 'name', 30),
  run('databricks', 'dapi', 'lowHex', 32, { most: 32, whole: true, common: true }),
  run('figma', 'figd_', 'token', 40),
  run('onepassword', 'ops_eyJ', 'token', 80),
  run('atlassian', 'ATATT3x', 'token', 60),
  run('sentry', 'sntrys_|sntryu_', 'token', 40),
  run('tailscale', 'tskey-', 'token', 20),
  run('rubygems', 'rubygems_', 'lowHex', 48, { most: 48 }),
  run('jwt', 'eyJ', 'token', 12, { form: 'jwt' }),
  word('pypi', 'pypi-AgEIcHlwaS5vcmc', 'token', 50),
  word('webhook', 'whsec_', 'base64', 20),
  word('slack', 'hooks.slack.com/services/', 'path', 20),
  word('azure', 'AccountKey=|SharedAccessKey=', 'base64', 40, { keep: true }),
  word('presigned-url', 'X-Amz-Signature=|x-amz-signature=|X-Goog-Signature=', 'hex', 64, { keep: true }),
  word('presigned-url', '&Signature=|?Signature=', 'query', 24, { keep: true }),
  word('credential', 'Bearer |bearer ', 'bearer', 16, { keep: true, form: 'digit' }),
  word('credential', 'Basic |basic ', 'base64', 8, { keep: true, form: 'basic' }),
  word('pem', '-----BEGIN ', 'pem', 0, { form: 'pem' }),
] as const satisfies readonly Shape[];

/** All of them: who reveals them all hides known values alone. */
export const SHAPE_KINDS: readonly ShapeKind[] = [
  ...new Set<ShapeKind>(['password', ...SHAPES.map(({ kind }) => kind)]),
];
const KINDS: ReadonlySet<string> = new Set(SHAPE_KINDS);

/** Is this the name of a shape? For grants that name one. */
export const isShapeKind = (name: string): name is ShapeKind => KINDS.has(name);
