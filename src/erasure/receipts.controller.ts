// /v1/receipts: what was erased, signed, and the keys to check it with.
import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/requires.js';
import { UuidPipe } from '../http/params.js';
import { SignedReceiptResponse } from './erasure.response.js';
import { ReceiptsService } from './receipts.service.js';

export class ReceiptKeyResponse {
  @ApiProperty({ enum: ['OKP'] }) kty!: string;
  @ApiProperty({ enum: ['Ed25519'] }) crv!: string;
  @ApiProperty({ description: 'The public key, base64url.' }) x!: string;
  @ApiProperty({ description: 'Its thumbprint (RFC 7638): `key_id` of a signature.' }) kid!: string;
}

export class ReceiptKeysResponse {
  @ApiProperty({ type: [ReceiptKeyResponse] }) keys!: ReceiptKeyResponse[];
}

@ApiTags('erasures')
@Controller('v1/receipts')
export class ReceiptsController {
  constructor(private readonly receipts: ReceiptsService) {}

  @Get('key')
  @Public()
  @ApiOperation({ summary: 'The public keys of all receipts, newest first, as a JSON Web Key Set.' })
  @ApiOkResponse({ type: ReceiptKeysResponse })
  async keys(): Promise<ReceiptKeysResponse> {
    return { keys: await this.receipts.keys() };
  }

  @Get(':receipt_id')
  @Public()
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({
    summary:
      'A receipt, also when the tenant is gone. The id is the credential: it is random, and the receipt names nobody.',
  })
  @ApiOkResponse({ type: SignedReceiptResponse })
  async get(@Param('receipt_id', UuidPipe) id: string): Promise<string> {
    return this.receipts.get(id);
  }
}
