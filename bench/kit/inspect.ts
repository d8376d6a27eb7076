/** A word with a running Node process over its inspector: collect what is garbage, tell what the heap holds. */

export type Inspector = {
  /** Collects garbage; the bytes that JavaScript still holds in the main thread. */
  readonly collect: () => Promise<number>;
  readonly close: () => void;
};

type Reply = { readonly id?: number; readonly result?: unknown; readonly error?: { readonly message: string } };

/** `port`: of `--inspect=127.0.0.1:PORT`. */
export const inspect = async (port: number): Promise<Inspector> => {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[]; // parse boundary: Node's inspector
  if (target === undefined) throw new Error('the process has no inspector');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  socket.onmessage = (event) => {
    const reply: Reply = JSON.parse(String(event.data));
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
  };
  let last = 0;
  const call = (method: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, (reply) =>
        reply.error === undefined ? resolve(reply.result) : reject(new Error(reply.error.message)),
      );
      socket.send(JSON.stringify({ id: last, method }));
    });
  return {
    collect: async () => {
      await call('HeapProfiler.collectGarbage');
      const usage = (await call('Runtime.getHeapUsage')) as { usedSize: number }; // parse boundary: Node's inspector
      return usage.usedSize;
    },
    close: () => socket.close(),
  };
};
