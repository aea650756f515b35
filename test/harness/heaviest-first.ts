// The order in which the test files start: those that take longest come first, so that the workers end together.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Half a minute and more each, heaviest first; the others follow in vitest's own order. */
const HEAVIEST = [
  'test/web/every-screen.spec.ts',
  'test/web/queue.spec.ts',
  'test/e2e/labelled-photos.spec.ts',
  'test/e2e/crash.spec.ts',
  'test/storage/encrypt-command.spec.ts',
  'test/e2e/scripted-review.spec.ts',
  'test/tenants/tenants-invariants.spec.ts',
  'test/transfer/exports-meanwhile.spec.ts',
  'test/transfer/settled.spec.ts',
  'test/e2e/tenant-erasure.spec.ts',
  'test/e2e/two-processes-limits.spec.ts',
  'test/parity/recognition.spec.ts',
  'test/clusters/undo-invariants.spec.ts',
  'test/inference/rescue.spec.ts',
  'test/database/vector-indexes.spec.ts',
];

export class HeaviestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = HEAVIEST.findIndex((file) => moduleId.endsWith(file));
      return place < 0 ? HEAVIEST.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
