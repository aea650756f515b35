// Parses and bounds what a request brings, once, against the class that the route names; every fault with its pointer.
import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { DomainError, type FieldFault } from '../domain/domain-error.js';
import { faultOfPlainValue, pointerStep } from './plain-values.js';
import { REQUEST_INVALID, requestFault } from './request-fault.js';

/** Faults told at once: a body of a megabyte must not be answered with a larger one. */
const FAULTS_MAX = 50;

class InvalidMembers extends Error {
  constructor(readonly errors: readonly ValidationError[]) {
    super('invalid members');
  }
}

const ROOTS: Readonly<Record<ArgumentMetadata['type'], string>> = {
  body: '#',
  query: '#/query',
  param: '#/path',
  custom: '#',
};

export class RequestValidationPipe extends ValidationPipe {
  /** @param unknown What happens to members that the class does not have. */
  constructor({ unknown = 'refuse' }: { readonly unknown?: 'refuse' | 'drop' } = {}) {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: unknown === 'refuse',
      stopAtFirstError: true,
      validationError: { target: false, value: false },
      exceptionFactory: (errors: ValidationError[]) => new InvalidMembers(errors),
    });
  }

  override async transform(given: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // No body and an empty one ask for the same.
    const value = metadata.type === 'body' ? (given ?? {}) : given;
    const root = ROOTS[metadata.type];
    if (metadata.type !== 'custom') {
      const named = metadata.data === undefined ? root : `${root}/${pointerStep(metadata.data)}`;
      const fault = faultOfPlainValue(value, named);
      if (fault) throw new DomainError('request.invalid', REQUEST_INVALID, { faults: [fault] });
      if (metadata.type === 'body' && (Array.isArray(value) || typeof value !== 'object')) {
        throw requestFault(named, 'must be a JSON object', 'object');
      }
    }
    try {
      return (await super.transform(value, metadata)) as unknown;
    } catch (error) {
      // Members are converted with Number() and its like, which throw on an object that calls its own `toString` something else.
      if (error instanceof TypeError)
        throw requestFault(root, 'holds a member of another type', 'type', error);
      if (!(error instanceof InvalidMembers)) throw error;
      const faults = error.errors.flatMap((inner) => faultsOf(inner, root)).slice(0, FAULTS_MAX);
      throw new DomainError('request.invalid', REQUEST_INVALID, { faults });
    }
  }
}

function faultsOf(error: ValidationError, above: string): FieldFault[] {
  const pointer = `${above}/${pointerStep(error.property)}`;
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({
    pointer,
    detail: constraint === 'whitelistValidation' ? 'is not known here' : withoutName(message, error.property),
    code: constraint === 'whitelistValidation' ? 'unknown' : snakeCase(constraint),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer))];
}

/** class-validator starts its texts with the name, which the pointer tells already. */
const withoutName = (message: string, property: string): string =>
  message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
