// POST /v1/tenants/{tenant_id}/import and …/import/photos
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray } from 'class-validator';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import type { ImportReport } from '../clusters/importing/incoming.js';
import { TenantIdPipe } from '../http/params.js';
import { ApiProblem } from '../http/problem.js';
import { TakesPictures, Uploaded } from '../ingest/staged-uploads.interceptor.js';
import type { StagedUpload } from '../ingest/staging-storage.js';
import { GalleryImport } from './gallery-import.js';

const LINES_MAX = 500;

export class ImportBody {
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    minItems: 1,
    maxItems: LINES_MAX,
    description: 'Lines of an export: its header first, then clusters, constraints and review items.',
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(LINES_MAX)
  lines!: unknown[];
}

export class ImportPhotoBody {}

/** The same as multipart: documentation only, both files are taken out before validation. */
export class ImportPhotoForm {
  @ApiProperty({
    type: 'string',
    format: 'binary',
    description: 'The original; its SHA-256 is that of the export.',
  })
  image!: unknown;
  @ApiProperty({
    type: 'string',
    format: 'binary',
    description:
      'A file of JSON lines: the header of the export, the photo, its faces, their clusters and constraints. 8 MiB at most.',
  })
  lines!: unknown;
}

export class ImportResponse {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Ids of the export that are others here: replace them in what is sent later.',
  })
  mapped!: Record<string, string>;
  @ApiProperty({ type: 'integer' }) images!: number;
  @ApiProperty({ type: 'integer' }) faces!: number;
  @ApiProperty({ type: 'integer' }) clusters!: number;
  @ApiProperty({ type: 'integer' }) constraints!: number;
  @ApiProperty({ type: 'integer' }) review_items!: number;
  @ApiProperty({
    type: 'integer',
    description: 'Faces and clusters that were erased here, and do not come back.',
  })
  erased!: number;
  @ApiProperty({
    type: 'integer',
    description: 'Words of a human that contradict one of here: see the review queue.',
  })
  conflicts!: number;
  @ApiProperty({
    type: [String],
    description: 'Constraints with a face that is not here yet: send them again when it is.',
  })
  waiting_constraint_ids!: string[];
  @ApiProperty({ type: 'integer', description: 'Review items that are moot here.' }) left_out_items!: number;
}

const present = (report: ImportReport): ImportResponse => ({
  mapped: { ...report.mapped },
  images: report.images,
  faces: report.faces,
  clusters: report.clusters,
  constraints: report.constraints,
  review_items: report.reviewItems,
  erased: report.erased,
  conflicts: report.conflicts,
  waiting_constraint_ids: [...report.waitingConstraintIds],
  left_out_items: report.leftOutItems,
});

const FOREIGN = '`import.foreign`: no export, or of another version; ';

@ApiTags('transfer')
@Controller('v1/tenants/:tenant_id/import')
export class ImportController {
  constructor(private readonly gallery: GalleryImport) {}

  @Post()
  @Requires('ingest', 'review')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take in clusters, constraints and review items of an export. All of the lines, or none.',
    description:
      'What is here already is left as it is, so that a broken import is run again from its beginning.',
  })
  @ApiOkResponse({ type: ImportResponse, description: 'What was added by this request.' })
  @ApiProblem(422, `${FOREIGN}nothing was changed.`)
  async things(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @CurrentPrincipal() principal: Principal,
    @Body() body: ImportBody,
  ): Promise<ImportResponse> {
    return present(await this.gallery.things(tenantId, body.lines, actorOf(principal)));
  }

  @Post('photos')
  @Requires('ingest', 'review')
  @HttpCode(200)
  @TakesPictures(['image', 'lines'])
  @ApiConsumes('multipart/form-data')
  @ApiBody({ type: ImportPhotoForm })
  @ApiOperation({
    summary: 'Take in a photo of an export with its faces, as they were grouped and decided there.',
    description:
      'Faces keep their ids where nobody has them. Embeddings of the same recogniser are taken over; otherwise the faces are found in the photo again. What a human here decided stays, and what was erased here does not come back.',
  })
  @ApiOkResponse({ type: ImportResponse, description: 'What was added by this request.' })
  @ApiProblem(422, `${FOREIGN}\`import.original_differs\`: the photo is another one; nothing was changed.`)
  async photo(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @CurrentPrincipal() principal: Principal,
    @Uploaded('image') image: StagedUpload,
    @Uploaded('lines') lines: StagedUpload,
    @Body() _body: ImportPhotoBody,
  ): Promise<ImportResponse> {
    return present(await this.gallery.photo({ tenantId, actor: actorOf(principal), image, lines }));
  }
}
