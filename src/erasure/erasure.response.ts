// An erasure as the API tells it.
import { ApiProperty } from '@nestjs/swagger';
import {
  ERASURE_KINDS,
  ERASURE_PHASES,
  type ErasureRecord,
} from '../database/repositories/erasure-record.js';

export class ReceiptSignatureResponse {
  @ApiProperty({ enum: ['Ed25519'] }) algorithm!: string;
  @ApiProperty({ description: 'Thumbprint of the public key (RFC 7638).' }) key_id!: string;
  @ApiProperty({ description: 'Over the canonical JSON (RFC 8785) of `receipt`, base64url.' }) value!: string;
}

export class SignedReceiptResponse {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Counts and times; tenant and subject by pseudonym.',
  })
  receipt!: Record<string, unknown>;
  @ApiProperty({ type: ReceiptSignatureResponse }) signature!: ReceiptSignatureResponse;
}

export class ErasureResponse {
  @ApiProperty({ format: 'uuid', description: 'Names the receipt as well. Who has it may read the receipt.' })
  id!: string;
  @ApiProperty({ enum: ERASURE_KINDS }) kind!: string;
  @ApiProperty({ enum: ERASURE_PHASES, description: 'What it does next; `done` is the end.' }) phase!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'What was erased so far: rows by table, files, messages.',
  })
  erased!: Record<string, number>;
  @ApiProperty({ format: 'date-time' }) requested_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) finished_at!: string | null;
  @ApiProperty({ type: SignedReceiptResponse, nullable: true, description: 'Given when done.' })
  receipt!: SignedReceiptResponse | null;
}

export class AcceptedErasureResponse extends ErasureResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Opens the pseudonyms of the receipt: keep it to prove later whom the receipt is about. Null when it was told before and forgotten.',
  })
  salt!: string | null;
}

export const presentErasure = (erasure: ErasureRecord): ErasureResponse => ({
  id: erasure.id,
  kind: erasure.kind,
  phase: erasure.phase,
  erased: { ...erasure.counts },
  requested_at: erasure.requestedAt.toISOString(),
  finished_at: erasure.finishedAt?.toISOString() ?? null,
  receipt: erasure.receipt === null ? null : (JSON.parse(erasure.receipt) as SignedReceiptResponse),
});

/** For whoever asked for it. @param salt Of the erasure as it was accepted. */
export const presentAccepted = (erasure: ErasureRecord, salt: string | null): AcceptedErasureResponse => ({
  ...presentErasure(erasure),
  salt,
});
