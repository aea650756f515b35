// The second earlier API: does the photo show the user whose id came with it? Users are the named people of one configured tenant.
import { Controller, HttpCode, Inject, Post, UploadedFiles, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { CurrentPrincipal } from '../../auth/current-principal.js';
import type { Principal } from '../../auth/principal.js';
import { RequiresUnlessOpen } from '../../auth/requires.js';
import { KINDRED_CONFIG, type KindredConfig } from '../../config/config.js';
import { DomainError } from '../../domain/domain-error.js';
import { Uploaded } from '../../ingest/staged-uploads.interceptor.js';
import type { StagedUpload } from '../../ingest/staging-storage.js';
import { SearchService, type IdentifiedFace } from '../../search/search.service.js';
import { EarlierRoute } from '../earlier-route.js';
import { EarlierTexts } from '../earlier-texts.js';
import { MappedTenants } from '../mapped-tenants.js';
import { Parameters } from '../parameters.js';
import { TakesEarlierPictures } from '../pictures.js';
import { withMembers } from '../with-members.js';

/** Endings of the names that the earlier API took; the bytes are looked at as well. */
const FILE_NAME = /\.(?:jpe?g|png|hei[fc])$/i;

class UserCheckParameters {
  @ApiPropertyOptional({ description: "The user's name: the external reference or the label of a person." })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  user_id?: string;
}

class UserCheckForm extends UserCheckParameters {
  @ApiProperty({ type: 'string', format: 'binary' }) file!: unknown;
}

class UserCheckAnswer {
  @ApiProperty({
    oneOf: [{ type: 'null' }, { type: 'string' }, { type: 'array', items: { type: 'string' } }],
    description: 'Who is in the photo; a list when it shows several faces.',
  })
  faceDetected!: string | string[] | null;
  @ApiProperty({ type: String, nullable: true, description: 'Probability, 0 to 1, as text.' }) confidence!:
    string | null;
  @ApiProperty() 'match-status'!: boolean;
  @ApiProperty({ enum: [0, 1] }) 'error-status'!: 0 | 1;
  @ApiProperty() 'error-message'!: string;
}

const answer = (
  faceDetected: UserCheckAnswer['faceDetected'],
  confidence: number | undefined,
  match: boolean,
  errorStatus: 0 | 1,
  message: string,
): UserCheckAnswer => ({
  faceDetected,
  confidence: confidence === undefined ? null : confidence.toFixed(4),
  'match-status': match,
  'error-status': errorStatus,
  'error-message': message,
});
const failure = (message: string): UserCheckAnswer => answer(null, undefined, false, 1, message);

@ApiTags('earlier API: user check')
@UseInterceptors(EarlierTexts)
@Controller()
export class UserCheckController {
  constructor(
    private readonly tenants: MappedTenants,
    private readonly search: SearchService,
    @Inject(KINDRED_CONFIG) private readonly config: KindredConfig,
  ) {}

  @Post()
  @RequiresUnlessOpen('user_check', 'read')
  @HttpCode(200)
  @TakesEarlierPictures(['file'], UserCheckForm, { optional: true })
  @EarlierRoute('POST /v1/tenants/{tenant_id}/clusters/{cluster_id}/verify')
  @ApiOkResponse({ type: UserCheckAnswer })
  async check(
    @Parameters() { user_id: userId }: UserCheckParameters,
    @Uploaded('file') upload: StagedUpload | undefined,
    @UploadedFiles() files: { readonly file?: readonly { readonly originalname: string }[] } | undefined,
    @CurrentPrincipal() principal: Principal,
  ): Promise<UserCheckAnswer> {
    const tenantId = this.config.compat.userCheckTenant;
    await this.tenants.open(principal, tenantId);
    if (userId === undefined || userId === '') return failure('No user id provided');
    const name = files?.file?.[0]?.originalname;
    if (upload === undefined || (name !== undefined && !FILE_NAME.test(name)))
      return failure('Filename not supported');
    return withMembers(failure, async () => {
      const faces = await this.identify(tenantId, upload);
      return judge(faces, userId);
    });
  }

  private async identify(tenantId: string, upload: StagedUpload): Promise<readonly IdentifiedFace[]> {
    try {
      return (await this.search.identify(tenantId, upload)).faces;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'image.no_face') return [];
      throw error;
    }
  }
}

/** Several faces are a warning, not a failure. */
function judge(faces: readonly IdentifiedFace[], userId: string): UserCheckAnswer {
  const known = faces.flatMap(({ person }) => person ?? []);
  const user = known.find(({ names }) => names.includes(userId));
  if (faces.length === 0) return failure('No face detected');
  if (faces.length > 1) {
    const message = user
      ? 'Found more than 1 face, but one face matched'
      : 'Found more than 1 face, and none of the faces matched';
    const detected = known.map((person) => (person === user ? userId : person.names[0]!));
    return answer(detected, user?.probability, user !== undefined, 0, message);
  }
  const [person] = known;
  if (person === undefined) return failure('Face detected but not in dataset');
  return answer(user ? userId : person.names[0]!, person.probability, user !== undefined, 0, '');
}
