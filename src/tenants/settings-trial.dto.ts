// What a trial of settings answers.
import { ApiProperty } from '@nestjs/swagger';
import type { TrialReport } from '../clusters/assignment/settings-trial.js';
import type { FaceAssignment } from '../database/records.js';

const ASSIGNMENTS = [
  'assigned',
  'created',
  'asked',
  'unclustered',
] as const satisfies readonly FaceAssignment[];
const NAMES = { assign: 'assigned', create: 'created', ask: 'asked', unclustered: 'unclustered' } as const;

export class OutcomeChangeResponse {
  @ApiProperty({ enum: ASSIGNMENTS, description: 'Under the settings in force.' }) from!: FaceAssignment;
  @ApiProperty({ enum: ASSIGNMENTS, description: 'Under the settings that are tried.' }) to!: FaceAssignment;
  @ApiProperty({ minimum: 1 }) count!: number;
  @ApiProperty({ type: [String], format: 'uuid', description: 'Up to 20 examples, the newest first.' })
  face_ids!: readonly string[];
}

export class QuestionCountsResponse {
  @ApiProperty({ minimum: 0 }) now!: number;
  @ApiProperty({ minimum: 0 }) then!: number;
}

export class SettingsTrialResponse {
  @ApiProperty({
    minimum: 0,
    description: 'Faces looked at: the newest 10,000 whose decision is on record.',
  })
  faces!: number;
  @ApiProperty({
    minimum: 0,
    description: 'Of these, faces that a human has settled: no setting moves them.',
  })
  settled_by_humans!: number;
  @ApiProperty({ type: [OutcomeChangeResponse] }) changes!: OutcomeChangeResponse[];
  @ApiProperty({ type: QuestionCountsResponse, description: 'Questions about single faces.' })
  questions!: QuestionCountsResponse;
}

export const presentTrial = (report: TrialReport): SettingsTrialResponse => ({
  faces: report.faces,
  settled_by_humans: report.settled,
  changes: report.changes.map(({ from, to, count, faceIds }) => ({
    from: NAMES[from],
    to: NAMES[to],
    count,
    face_ids: faceIds,
  })),
  questions: { now: report.questionsNow, then: report.questionsThen },
});
