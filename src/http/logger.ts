// The log: JSON lines without secrets and without bodies.
import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from '../config/config-schema.js';

/** Injection token of the service's logger. */
export const LOGGER = Symbol('Logger');

/** Members that must never be written, wherever a caller may have put them. */
const SECRETS = ['authorization', 'cookie', 'token', 'password', 'secret', 'key', 'embedding'];

/** @param destination Standard output when absent. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]),
      censor: '[secret]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Lets Nest write into the same log. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    // Nest tells every module and route at start: of interest to who looks for it.
    this.logger.debug(this.members(rest), String(message));
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(this.members(rest), String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    if (message instanceof Error) this.logger.error({ ...this.members(rest), err: message }, message.message);
    else this.logger.error(this.members(rest), String(message));
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.fatal(this.members(rest), String(message));
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(this.members(rest), String(message));
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.trace(this.members(rest), String(message));
  }

  /** Nest's last argument is the context; an error's stack may stand before it. */
  private members(rest: readonly unknown[]): { context?: string; stack?: string } {
    const texts = rest.filter((value) => typeof value === 'string');
    const context = texts.at(-1);
    const stack = texts.length > 1 ? texts[0] : undefined;
    return { ...(context === undefined ? {} : { context }), ...(stack === undefined ? {} : { stack }) };
  }
}
