// What routes that erase take and answer beside the erasure itself.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';

export class DryRunQuery {
  @ApiPropertyOptional({ type: Boolean, default: false, description: 'true: only say what would be erased.' })
  @IsOptional()
  @IsIn(['true', 'false', true, false])
  @Transform(({ value }: { value: unknown }) => value === true || value === 'true')
  @IsBoolean()
  dry_run?: boolean;
}

export class DryRunResponse {
  @ApiProperty({ enum: [true], description: 'Nothing was erased, this is what would be.' }) dry_run!: true;
  @ApiProperty({
    description: 'A legal hold stands: the erasure itself would be refused (409 retention.legal_hold).',
  })
  legal_hold!: boolean;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Rows by table, and files.',
  })
  inventory!: Record<string, number>;
}
