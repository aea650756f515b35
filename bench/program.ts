// A contender is a process of its own; the bench asks it to work over the process channel. Both ends are here.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

type Reply = { readonly id: number } & ({ readonly value: unknown } | { readonly problem: string });

/** In the contender: answers what the bench asks, and ends with the bench. */
export function answerQuestions(
  handlers: Readonly<Record<string, (input: never) => unknown>>,
  options: { readonly keepAlive: boolean } = { keepAlive: true },
): void {
  process.on('message', ({ id, name, input }: Question) => {
    const handle = handlers[name];
    Promise.resolve()
      .then(() => {
        if (!handle) throw new Error(`unknown question ${name}`);
        return handle(input as never);
      })
      .then(
        (value): Reply => ({ id, value }),
        (error: unknown): Reply => ({
          id,
          problem: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
      )
      .then((reply) => process.send?.(reply))
      .catch(() => process.exit(1));
  });
  process.once('disconnect', () => process.exit());
  if (!options.keepAlive) process.channel?.unref();
}

/** In the bench: a running contender. */
export class Program {
  private static readonly all = new Set<Program>();
  private static interrupted = false;

  private readonly waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >();
  private readonly output: string[] = [];
  private next = 0;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    child.on('message', (reply: Reply) => {
      const asked = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if ('problem' in reply) asked?.reject(new Error(`${name}: ${reply.problem}`));
      else asked?.resolve(reply.value as never);
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => void this.output.push(chunk.toString()));
    Program.all.add(this);
    child.once('exit', (code, signal) => {
      Program.all.delete(this);
      for (const { reject } of this.waiting.values())
        reject(new Error(`${name} ended (${code ?? signal}):\n${this.log}`));
    });
  }

  /** @param command Arguments of node. @param env The whole environment but PATH and HOME. */
  static start(
    name: string,
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
    cwd?: string,
  ): Program {
    if (Program.interrupted) throw new Error('interrupted');
    const child = spawn(process.execPath, [...command], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    return new Program(name, child);
  }

  /** Ends all programs and lets no other start: whoever waits for one fails, and cleans up. */
  static async interruptAll(): Promise<void> {
    Program.interrupted = true;
    await Promise.all([...Program.all].map((program) => program.stop()));
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** All that the program printed so far. */
  get log(): string {
    return this.output.join('');
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @throws Error with the contender's own words. */
  ask<Answer>(name: string, input: unknown = null): Promise<Answer> {
    if (!this.running) return Promise.reject(new Error(`${this.name} has ended:\n${this.log}`));
    const id = this.next++;
    return new Promise<Answer>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve, reject });
      this.child.send({ id, name, input } satisfies Question);
    });
  }

  /** Waits until the program has printed what `pattern` matches. */
  async printed(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.log);
      if (found) return found[1] ?? found[0];
      if (!this.running) throw new Error(`${this.name} ended early:\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it the polite way. */
  async stop(): Promise<void> {
    if (!this.running) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exit;
  }
}
