// What search, verify and compare take and answer.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsNumber, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { BoxResponse } from '../clusters/face.response.js';

/** Form fields and JSON numbers alike. */
const toNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && value.trim() !== '' ? Number(value) : value;

export class SearchBody {
  @ApiPropertyOptional({ format: 'uuid', description: 'A stored face instead of a picture.' })
  @IsOptional()
  @IsUUID('all')
  face_id?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 10 })
  @IsOptional()
  @Transform(toNumber)
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, default: 0, description: 'Leave less probable people out.' })
  @IsOptional()
  @Transform(toNumber)
  @IsNumber()
  @Min(0)
  @Max(1)
  probability_min?: number;
}

/** The same with a picture: documentation only, the picture is taken out before validation. */
export class SearchForm extends SearchBody {
  @ApiPropertyOptional({ type: 'string', format: 'binary', description: 'A file; or base64 in a JSON body.' })
  image?: unknown;
}

export class VerifyForm {
  @ApiProperty({ type: 'string', format: 'binary', description: 'A file; or base64 in a JSON body.' })
  image!: unknown;
}

export class CompareForm {
  @ApiProperty({ type: 'string', format: 'binary', description: 'A file; or base64 in a JSON body.' })
  image_a!: unknown;
  @ApiProperty({ type: 'string', format: 'binary', description: 'A file; or base64 in a JSON body.' })
  image_b!: unknown;
}

/** Routes whose body is pictures only. */
export class EmptyBody {}

export class ProbeResponse {
  @ApiProperty({ type: BoxResponse }) box!: BoxResponse;
  @ApiProperty({ minimum: 0, maximum: 1 }) detection_score!: number;
  @ApiProperty({ minimum: 0, maximum: 1 }) quality!: number;
  @ApiProperty({ type: [String], description: 'Why the face is doubted, as codes.' }) reasons!: string[];
}

export class MatchResponse {
  @ApiProperty({ format: 'uuid' }) cluster_id!: string;
  @ApiProperty({ type: String, nullable: true }) label!: string | null;
  @ApiProperty({ type: String, nullable: true }) external_ref!: string | null;
  @ApiProperty() state!: string;
  @ApiProperty({ minimum: 1 }) face_count!: number;
  @ApiProperty({ minimum: -1, maximum: 1, description: 'Best cosine similarity to a face of the person.' })
  similarity!: number;
  @ApiProperty({ minimum: 0, maximum: 1, description: 'Calibrated chance of being this person.' })
  probability!: number;
  @ApiProperty({ type: [String], format: 'uuid', description: 'The nearest faces of the person.' })
  face_ids!: string[];
}

export class SearchResponse {
  @ApiProperty({
    type: ProbeResponse,
    description: 'The face that was looked for: the largest of the picture.',
  })
  probe!: ProbeResponse;
  @ApiProperty({ minimum: 1, description: 'Faces in the picture. More than one is worth a warning.' })
  face_count!: number;
  @ApiProperty({ type: [MatchResponse], description: 'Most probable first.' }) matches!: MatchResponse[];
  @ApiProperty({ type: [String] }) notes!: string[];
}

export class VerifyResponse {
  @ApiProperty({ description: 'probability reaches the threshold.' }) match!: boolean;
  @ApiProperty({ minimum: -1, maximum: 1 }) similarity!: number;
  @ApiProperty({ minimum: 0, maximum: 1 }) probability!: number;
  @ApiProperty({ minimum: 0, maximum: 1, description: 'The acceptance threshold in force for the tenant.' })
  threshold!: number;
  @ApiProperty({ type: ProbeResponse, description: 'The face that fits best.' }) probe!: ProbeResponse;
  @ApiProperty({ minimum: 1 }) face_count!: number;
  @ApiProperty({ type: [String] }) notes!: string[];
}

export class CompareResponse {
  @ApiProperty({ description: 'similarity reaches the threshold.' }) match!: boolean;
  @ApiProperty({ minimum: -1, maximum: 1 }) similarity!: number;
  @ApiProperty({ minimum: 0, maximum: 1 }) probability!: number;
  @ApiProperty({ minimum: -1, maximum: 1, description: "Similarity of the model pack's operating point." })
  threshold!: number;
  @ApiProperty({ type: ProbeResponse, description: 'The largest face of image_a.' }) face_a!: ProbeResponse;
  @ApiProperty({ type: ProbeResponse, description: 'The face of image_b that fits it best.' })
  face_b!: ProbeResponse;
  @ApiProperty({ minimum: 1 }) face_count_a!: number;
  @ApiProperty({ minimum: 1 }) face_count_b!: number;
  @ApiProperty({ type: [String] }) notes!: string[];
}
