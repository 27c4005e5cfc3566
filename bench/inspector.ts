/** A look inside a server that was started with `--inspect`: its memory after a collection, a profile of its work. */

export interface Inspector {
  /** Bytes in use after everything that can be collected was. */
  memory(): Promise<Memory>;
  /** Of the whole process since it began, to the microsecond. */
  processorSeconds(): Promise<number>;
  startProfile(): Promise<void>;
  /** The profile since `startProfile`, as Chrome's tools and VS Code read it. */
  stopProfile(): Promise<string>;
  close(): void;
}

export interface Memory {
  /** Objects of JavaScript and buffers beside them. */
  readonly inUse: number;
  /** Memory of the process, as the operating system sees it. */
  readonly resident: number;
}

interface Reply {
  readonly id?: number;
  readonly error?: { readonly message: string };
  readonly result?: Record<string, unknown>;
}

const sample_us = 200;

/** `address` is what Node prints after "Debugger listening on". */
export async function inspect(address: string): Promise<Inspector> {
  const socket = new WebSocket(address);
  const waiting = new Map<number, (reply: Reply) => void>();
  let asked = 0;
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  socket.addEventListener('message', ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply;
    if (reply.id === undefined) return;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });

  const call = (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    const id = ++asked;
    return new Promise((resolve, reject) => {
      waiting.set(id, ({ error, result }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  };

  return {
    memory: async () => {
      // What the first one finalises only the second one frees.
      for (let round = 0; round < 3; round++) await call('HeapProfiler.collectGarbage');
      const expression = 'JSON.stringify(process.memoryUsage())';
      const { result } = (await call('Runtime.evaluate', { expression })) as { result: { value: string } };
      const { heapUsed, external, rss } = JSON.parse(result.value) as NodeJS.MemoryUsage;
      return { inUse: heapUsed + external, resident: rss };
    },
    processorSeconds: async () => {
      const expression = 'JSON.stringify(process.cpuUsage())';
      const { result } = (await call('Runtime.evaluate', { expression })) as { result: { value: string } };
      const { user, system } = JSON.parse(result.value) as NodeJS.CpuUsage;
      return (user + system) / 1e6;
    },
    startProfile: async () => {
      await call('Profiler.enable');
      await call('Profiler.setSamplingInterval', { interval: sample_us });
      await call('Profiler.start');
    },
    stopProfile: async () => {
      const { profile } = await call('Profiler.stop');
      return JSON.stringify(profile);
    },
    close: () => socket.close(),
  };
}
