// The third earlier API: enrol a face by name, recognise, delete, list with pictures; all in one configured tenant.
import { Controller, Delete, Get, HttpCode, Inject, Param, Post, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { CurrentPrincipal } from '../../auth/current-principal.js';
import { actorOf, type Principal } from '../../auth/principal.js';
import { RequiresUnlessOpen } from '../../auth/requires.js';
import { KINDRED_CONFIG, type KindredConfig } from '../../config/config.js';
import { FacesService } from '../../faces/faces.service.js';
import { UuidPipe } from '../../http/params.js';
import { EnrolmentService } from '../../images/enrolment.service.js';
import { Uploaded } from '../../ingest/staged-uploads.interceptor.js';
import type { StagedUpload } from '../../ingest/staging-storage.js';
import { SearchService } from '../../search/search.service.js';
import { EarlierRoute } from '../earlier-route.js';
import { EarlierTexts } from '../earlier-texts.js';
import { MappedTenants } from '../mapped-tenants.js';
import { OffsetParameters, Parameters, TakesParameters } from '../parameters.js';
import { TakesEarlierPictures } from '../pictures.js';

/** Faces of one list: each comes with its picture, cut out anew. */
const LIMIT_DEFAULT = 100;
const CROP_SIZE_PX = 320;

class NameParameters {
  @ApiProperty({ maxLength: 200 }) @IsString() @Length(1, 200) name!: string;
}

class RegisterForm extends NameParameters {
  @ApiProperty({ type: 'string', format: 'binary' }) file!: unknown;
}

class RecognitionForm {
  @ApiProperty({ type: 'string', format: 'binary' }) file!: unknown;
}

class MessageAnswer {
  @ApiProperty() message!: string;
}

class RecognitionAnswer {
  @ApiProperty() match!: boolean;
  @ApiProperty({ type: String, nullable: true }) name!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) id_face!: string | null;
  @ApiProperty({ minimum: -1, maximum: 1, description: 'Cosine similarity to the best face; 0 without one.' })
  score!: number;
}

class EnrolledAnswer {
  @ApiProperty({ format: 'uuid' }) id_face!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ type: String, nullable: true, description: 'JPEG in base64.' }) image!: string | null;
}

@ApiTags('earlier API: enrol')
@UseInterceptors(EarlierTexts)
@Controller('api/face')
export class EnrolController {
  constructor(
    private readonly tenants: MappedTenants,
    private readonly enrolments: EnrolmentService,
    private readonly search: SearchService,
    private readonly faces: FacesService,
    @Inject(KINDRED_CONFIG) private readonly config: KindredConfig,
  ) {}

  @Post('register')
  @RequiresUnlessOpen('enrol', 'ingest', 'review')
  @HttpCode(200)
  @TakesEarlierPictures(['file'], RegisterForm)
  @EarlierRoute('POST /v1/tenants/{tenant_id}/images with label')
  @ApiOkResponse({ type: MessageAnswer })
  async register(
    @Parameters() { name }: NameParameters,
    @Uploaded('file') upload: StagedUpload,
    @CurrentPrincipal() principal: Principal,
  ): Promise<MessageAnswer> {
    const tenantId = await this.open(principal);
    await this.enrolments.enrol(tenantId, name, upload, actorOf(principal));
    return { message: 'Face registered successfully' };
  }

  @Post('recognition')
  @RequiresUnlessOpen('enrol', 'read')
  @HttpCode(200)
  @TakesEarlierPictures(['file'], RecognitionForm)
  @EarlierRoute('POST /v1/tenants/{tenant_id}/search')
  @ApiOkResponse({ type: RecognitionAnswer })
  async recognise(
    @Uploaded('file') upload: StagedUpload,
    @CurrentPrincipal() principal: Principal,
  ): Promise<RecognitionAnswer> {
    const tenantId = await this.open(principal);
    const { faces } = await this.search.identify(tenantId, upload);
    const found = faces.flatMap(({ person }) => person ?? []).sort((a, b) => b.probability - a.probability);
    const [person] = found;
    if (person !== undefined) {
      const { names, faceId, similarity } = person;
      return { match: true, name: names[0]!, id_face: faceId, score: similarity };
    }
    return { match: false, name: null, id_face: null, score: faces[0]?.bestSimilarity ?? 0 };
  }

  @Delete('recognition/:face_id')
  @RequiresUnlessOpen('enrol', 'erase')
  @EarlierRoute('DELETE /v1/tenants/{tenant_id}/faces/{face_id}')
  @ApiOkResponse({ type: MessageAnswer })
  async remove(
    @Param('face_id', UuidPipe) faceId: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<MessageAnswer> {
    const tenantId = await this.open(principal);
    const face = await this.faces.get(tenantId, faceId);
    await this.enrolments.withdrawFace(tenantId, face, actorOf(principal));
    return { message: `Face with ID ${faceId} has been deleted successfully` };
  }

  @Get()
  @RequiresUnlessOpen('enrol', 'read')
  @TakesParameters()
  @EarlierRoute('GET /v1/tenants/{tenant_id}/clusters?labelled=true', OffsetParameters)
  @ApiOkResponse({ type: [EnrolledAnswer] })
  async list(
    @Parameters() { skip, limit = LIMIT_DEFAULT }: OffsetParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<EnrolledAnswer[]> {
    const tenantId = await this.open(principal);
    const answers: EnrolledAnswer[] = [];
    // One after the other: a list must not take the decoders away from everybody else.
    for (const { face, label } of await this.faces.listNamed(tenantId, { skip, limit })) {
      const picture = await this.faces.findCrop(tenantId, face.id, CROP_SIZE_PX);
      const image = picture === null ? null : Buffer.from(picture).toString('base64');
      answers.push({ id_face: face.id, name: label, image });
    }
    return answers;
  }

  private async open(principal: Principal): Promise<string> {
    const tenantId = this.config.compat.enrolTenant;
    await this.tenants.open(principal, tenantId);
    return tenantId;
  }
}
