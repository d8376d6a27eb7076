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
const CONTEXT = 512;
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

/** The bytes of such a file. */
export const tinyModel = (seed = 1): Buffer => {
  const next = numbers(seed);
  const tokens = vocabulary();
  const tensors: { readonly name: string; readonly shape: readonly number[]; readonly values: Float32Array }[] = [];
  const tensor = (name: string, shape: readonly number[], value: (index: number) => number): void => {
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
    tensors.push({ name: `${name}.weight`, shape, values: values.map((_, i) => value(i)) });
  };
  const chance = (): number => next() * 0.3;
  const one = (): number => 1;
  tensor('token_embd', [WIDTH, tokens.length], chance);
  for (let block = 0; block < BLOCKS; block += 1) {
    const named = (name: string): string => `blk.${block}.${name}`;
    tensor(named('attn_norm'), [WIDTH], one);
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) tensor(named(name), [WIDTH, WIDTH], chance);
    tensor(named('ffn_norm'), [WIDTH], one);
    tensor(named('ffn_gate'), [WIDTH, INNER], chance);
    tensor(named('ffn_up'), [WIDTH, INNER], chance);
    tensor(named('ffn_down'), [INNER, WIDTH], chance);
  }
  tensor('output_norm', [WIDTH], one);
  // It ends by itself never, and of itself says characters alone: a single byte of one would be none.
  tensor('output', [WIDTH, tokens.length], (i) => (tokens[Math.floor(i / WIDTH)]?.type === NORMAL ? chance() : 0));
  const pairs = [
    pair('general.architecture', TYPES.string, text('llama')),
    pair('general.name', TYPES.string, text('tiny')),
    pair('general.alignment', TYPES.u32, u32(ALIGNMENT)),
    pair('llama.context_length', TYPES.u32, u32(CONTEXT)),
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
