/**
 * Makes a GGUF file with a model of random weights, by the specification of the format (version 3): the architecture of llama, a
 * vocabulary of bytes and of the printable characters, 250 kB. What it says makes no sense, and it says it as a real one does:
 * it is read by the same code, takes tokens, and gives tokens.
 *
 * The same number gives the same file.
 */

const TYPES = { u32: 4, f32: 6, string: 8, array: 9, i32: 5 } as const;
/** Of tensors: 32 bits a number. */
const F32 = 0;
const ALIGNMENT = 32;
const WIDTH = 32;
const INNER = 64;
const HEADS = 4;
const BLOCKS = 2;
const [NORMAL, UNKNOWN, CONTROL, BYTE] = [1, 2, 3, 6];

const u32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
};
const u64 = (value: number | bigint): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
};
const f32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeFloatLE(value);
  return out;
};
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const pair = (key: string, type: number, value: Buffer): Buffer => Buffer.concat([text(key), u32(type), value]);
const list = (type: number, values: readonly Buffer[]): Buffer =>
  Buffer.concat([u32(type), u64(values.length), ...values]);

/** Numbers from -1 to 1, the same ones for the same seed (mulberry32). */
const numbers = (seed: number): (() => number) => {
  let at = seed;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
};

type Token = { readonly text: string; readonly type: number };

const vocabulary = (): readonly Token[] => [
  { text: '<unk>', type: UNKNOWN },
  { text: '<s>', type: CONTROL },
  { text: '</s>', type: CONTROL },
  ...Array.from({ length: 256 }, (_, byte) => ({
    text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    type: BYTE,
  })),
  { text: '\u2581', type: NORMAL },
  ...Array.from({ length: 94 }, (_, i) => ({ text: String.fromCharCode(33 + i), type: NORMAL })),
];

/** The value of a tensor at a place; its last side is the rows of what comes out. */
type Weight = (index: number) => number;

/** The bytes of such a file: random weights, which `seed` makes others of. */
export const tinyModel = (seed = 1): Buffer => {
  const next = numbers(seed);
  const tokens = vocabulary();
  const chance = (): number => next() * 0.3;
  // It ends by itself never, and of itself says characters alone: a single byte of one would be none.
  const output: Weight = (i) => (tokens[Math.floor(i / WIDTH)]?.type === NORMAL ? chance() : 0);
  return fileOf(tokens, 512, (name) => (name.endsWith('norm') ? () => 1 : name === 'output' ? output : chance));
};

/**
 * The bytes of a model that calls a tool, and ends with "Done." once a result stands in what it is told: nothing of it is
 * random. What it fills in is what the grammar leaves it: texts as short as may be.
 *
 * It tells the two apart by a head that looks at every place alike for the token "|r", which the library writes before results;
 * that it is to speak, by the token "] ", which the library writes at the end of what a model without a template is told.
 */
export const callingModel = (): Buffer => {
  const tokens = [
    ...vocabulary(),
    ...['||call:\u2581', 'Done.', '|r', ']\u2581'].map((one) => ({ text: one, type: NORMAL })),
  ];
  const at = (one: string): number => tokens.findIndex(({ text: is }) => is === one);
  const [call, done, result, quote, end] = [at('||call:\u2581'), at('Done.'), at('|r'), at('"'), at('</s>')];
  const begins = at(']\u2581');
  // Sides of what it thinks: every token, a result here, the end here, a result anywhere, its turn begins here.
  const [EVERY, HERE, ENDS, SEEN, BEGINS] = [0, 1, 2, 3, 4];
  const embedding: Weight = (i) => {
    const [token, side] = [Math.floor(i / WIDTH), i % WIDTH];
    const here = [token === result, token === done, token === begins];
    return side === EVERY || here[[HERE, ENDS, BEGINS].indexOf(side)] === true ? 1 : 0;
  };
  const says = (token: number, side: number): number => {
    if (token === call) return side === BEGINS ? 60 : side === EVERY ? -20 : side === SEEN ? -100 : 0;
    if (token === done) return side === SEEN ? 10 : side === ENDS ? -1_000 : 0;
    if (token === end) return side === ENDS ? 1_000 : side === EVERY ? -10 : 0;
    if (tokens[token]?.type !== NORMAL || token === result || token === begins) return side === EVERY ? -20 : 0;
    return side === EVERY ? (token === quote ? 10 : 1 + (token % 7) / 10) : 0;
  };
  return fileOf(tokens, 4_096, (name) => {
    if (name.endsWith('norm')) return () => 1;
    if (name === 'token_embd') return embedding;
    if (name === 'output') return (i) => says(Math.floor(i / WIDTH), i % WIDTH);
    // The first number of the first head: what it finds of HERE, on the average of all places, becomes SEEN.
    if (name === 'blk.0.attn_v') return (i) => (i === HERE ? 1_000 : 0);
    if (name === 'blk.0.attn_output') return (i) => (i === SEEN * WIDTH ? 1 : 0);
    return () => 0;
  });
};

const fileOf = (tokens: readonly Token[], context: number, weightOf: (name: string) => Weight): Buffer => {
  const tensors: { readonly name: string; readonly shape: readonly number[]; readonly values: Float32Array }[] = [];
  const tensor = (name: string, shape: readonly number[]): void => {
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
    const weight = weightOf(name);
    tensors.push({ name: `${name}.weight`, shape, values: values.map((_, i) => weight(i)) });
  };
  tensor('token_embd', [WIDTH, tokens.length]);
  for (let block = 0; block < BLOCKS; block += 1) {
    const named = (name: string): string => `blk.${block}.${name}`;
    tensor(named('attn_norm'), [WIDTH]);
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) tensor(named(name), [WIDTH, WIDTH]);
    tensor(named('ffn_norm'), [WIDTH]);
    tensor(named('ffn_gate'), [WIDTH, INNER]);
    tensor(named('ffn_up'), [WIDTH, INNER]);
    tensor(named('ffn_down'), [INNER, WIDTH]);
  }
  tensor('output_norm', [WIDTH]);
  tensor('output', [WIDTH, tokens.length]);
  const pairs = [
    pair('general.architecture', TYPES.string, text('llama')),
    pair('general.name', TYPES.string, text('tiny')),
    pair('general.alignment', TYPES.u32, u32(ALIGNMENT)),
    pair('llama.context_length', TYPES.u32, u32(context)),
    pair('llama.embedding_length', TYPES.u32, u32(WIDTH)),
    pair('llama.block_count', TYPES.u32, u32(BLOCKS)),
    pair('llama.feed_forward_length', TYPES.u32, u32(INNER)),
    pair('llama.attention.head_count', TYPES.u32, u32(HEADS)),
    pair('llama.attention.head_count_kv', TYPES.u32, u32(HEADS)),
    pair('llama.attention.layer_norm_rms_epsilon', TYPES.f32, f32(1e-5)),
    pair('llama.rope.dimension_count', TYPES.u32, u32(WIDTH / HEADS)),
    pair('llama.vocab_size', TYPES.u32, u32(tokens.length)),
    pair('tokenizer.ggml.model', TYPES.string, text('llama')),
    pair(
      'tokenizer.ggml.tokens',
      TYPES.array,
      list(
        TYPES.string,
        tokens.map((token) => text(token.text)),
      ),
    ),
    pair(
      'tokenizer.ggml.scores',
      TYPES.array,
      list(
        TYPES.f32,
        tokens.map((_, i) => f32(-i)),
      ),
    ),
    pair(
      'tokenizer.ggml.token_type',
      TYPES.array,
      list(
        TYPES.i32,
        tokens.map(({ type }) => u32(type)),
      ),
    ),
    pair('tokenizer.ggml.unknown_token_id', TYPES.u32, u32(0)),
    pair('tokenizer.ggml.bos_token_id', TYPES.u32, u32(1)),
    pair('tokenizer.ggml.eos_token_id', TYPES.u32, u32(2)),
  ];
  let offset = 0;
  const infos = tensors.map(({ name, shape, values }) => {
    const info = Buffer.concat([
      text(name),
      u32(shape.length),
      ...shape.map((side) => u64(side)),
      u32(F32),
      u64(offset),
    ]);
    offset += padded(values.byteLength);
    return info;
  });
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(pairs.length), ...pairs, ...infos]);
  const aligned = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(padded(bytes.length) - bytes.length)]);
  return Buffer.concat([
    aligned(head),
    ...tensors.map(({ values }) => aligned(Buffer.from(values.buffer, values.byteOffset, values.byteLength))),
  ]);
};

const padded = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

/** The first 24 bytes of a file that says it has so many tensors and pairs, and nothing after them. */
export const hollowModel = (tensors: bigint, pairs: bigint): Buffer =>
  Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors), u64(pairs)]);
