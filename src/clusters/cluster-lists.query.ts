// The queries of the lists of clusters and of a cluster's faces: filters, order and page.
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Length } from 'class-validator';
import {
  CLUSTER_SORTS,
  type ClusterKey,
  type ClusterSort,
  fitsClusterSort,
} from '../database/repositories/cluster-order.js';
import type { CertaintyPage } from '../database/repositories/face-repository.js';
import { CLUSTER_STATES, type ClusterState } from '../database/records.js';
import { LABEL_LENGTH_MAX } from '../domain/review/decision-body.js';
import { PageQuery } from '../http/pagination.js';
import { isUuid } from '../http/params.js';

const toList = ({ value }: { value: unknown }): unknown =>
  value === undefined || Array.isArray(value) ? value : [value];

export class ClusterListQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: CLUSTER_STATES,
    isArray: true,
    description: 'Given several times: any of them. Default: all but merged.',
  })
  @IsOptional()
  @Transform(toList)
  @IsIn(CLUSTER_STATES, { each: true })
  state?: ClusterState[];

  @ApiPropertyOptional({ description: 'Only clusters with exactly this label.' })
  @IsOptional()
  @IsString()
  @Length(1, LABEL_LENGTH_MAX)
  label?: string;

  @ApiPropertyOptional({
    maxLength: LABEL_LENGTH_MAX,
    description: 'Only clusters whose label, or a word of it, begins so; case does not matter.',
  })
  @IsOptional()
  @IsString()
  @Length(1, LABEL_LENGTH_MAX)
  label_prefix?: string;

  @ApiPropertyOptional({ description: 'Only clusters with exactly this external reference.' })
  @IsOptional()
  @IsString()
  @Length(1, LABEL_LENGTH_MAX)
  external_ref?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'Only clusters with (true) or without (false) a label.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  labelled?: boolean;

  @ApiPropertyOptional({
    enum: CLUSTER_SORTS,
    default: 'newest',
    description:
      'newest: made last first. recent: changed last first. size: most faces first. label: by name, clusters without one last.',
  })
  @IsOptional()
  @IsIn(CLUSTER_SORTS)
  sort: ClusterSort = 'newest';

  /** A page in the order asked for. */
  clusterPage(): { limit: number; after?: ClusterKey } {
    return this.keyPage((key) => parseClusterKey(key, this.sort));
  }
}

/** What a cursor of the list holds: the row's sort value and id; for `newest` the id alone. */
export const clusterCursor = ({ value, id }: ClusterKey, sort: ClusterSort) =>
  sort === 'newest' ? id : [value, id];

function parseClusterKey(key: unknown, sort: ClusterSort): ClusterKey | undefined {
  const [value, id] = Array.isArray(key) ? (key as unknown[]) : [null, key];
  if (!isUuid(id) || !(value === null || typeof value === 'string' || typeof value === 'number'))
    return undefined;
  const parsed = { id, value };
  return fitsClusterSort(sort, parsed) ? parsed : undefined;
}

export const CLUSTER_FACE_SORTS = ['oldest', 'certainty', 'doubt'] as const;

export class ClusterFacesQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: CLUSTER_FACE_SORTS,
    default: 'oldest',
    description:
      'certainty: faces whose place a person decided, then by probability, then those that were never compared. doubt: the other way round.',
  })
  @IsOptional()
  @IsIn(CLUSTER_FACE_SORTS)
  sort: (typeof CLUSTER_FACE_SORTS)[number] = 'oldest';

  /** A page in the order of certainty, whichever end comes first. */
  certaintyPage(): CertaintyPage {
    return { first: this.sort === 'doubt' ? 'doubtful' : 'certain', ...this.keyPage(parseCertaintyKey) };
  }
}

function parseCertaintyKey(key: unknown): CertaintyPage['after'] {
  const [certainty, id] = Array.isArray(key) ? (key as unknown[]) : [];
  return typeof certainty === 'number' && isUuid(id) ? { certainty, id } : undefined;
}
