// The body member of acts that earlier human decisions may stand in the way of.
import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';

export const MayOverride = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      default: false,
      description: 'Set earlier human decisions that stand in the way aside.',
    }),
    IsOptional(),
    IsBoolean(),
  );
