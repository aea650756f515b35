// Runs the long computation away from the main thread, one task after the other.
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Piscina } from 'piscina';
import { BACKGROUND_NICE } from '../../config/background-nice.js';
import { compiledWorker } from '../../config/compiled-worker.js';
import {
  groupFaces,
  type GroupedFaces,
  type GroupingTask,
} from '../../domain/cluster/consolidation/group-faces.js';
import { DomainError } from '../../domain/domain-error.js';

/** Megabytes of JavaScript values: flat arrays lie outside, so this holds ten times what the limit of faces needs. */
const HEAP_MB_MAX = 2048;
/** A thread that has nothing to do for so long ends, and gives its memory back; the neighbourhoods of a large tenant follow closer. ms */
const IDLE_MS = 5000;

@Injectable()
export class GroupingThread implements OnModuleDestroy {
  private pool: Piscina<GroupingTask, GroupedFaces> | undefined;
  private stopping = false;

  /** @throws DomainError service.stopping, when the service ends before the task. */
  async run(task: GroupingTask): Promise<GroupedFaces> {
    if (this.stopping) throw stoppingFault();
    const pool = (this.pool ??= this.open());
    try {
      return await pool.run(task);
    } catch (error) {
      await this.end(pool);
      throw this.stopping ? stoppingFault() : error;
    }
  }

  /**
   * The same in place, for a handful of faces: their pairs take less than a millisecond, a thread takes a hundred to start.
   * @throws DomainError service.stopping
   */
  runInPlace(task: GroupingTask): GroupedFaces {
    if (this.stopping) throw stoppingFault();
    return groupFaces(task);
  }

  /** Ends what is running: the job is tried again by the next process. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    if (this.pool !== undefined) await this.end(this.pool);
  }

  private open(): Piscina<GroupingTask, GroupedFaces> {
    const pool = new Piscina<GroupingTask, GroupedFaces>({
      filename: compiledWorker(import.meta.url, './grouping.worker.js'),
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
      niceIncrement: BACKGROUND_NICE,
    });
    // A thread that fails before it has a task fails no task: those that wait would wait for ever.
    pool.on('error', () => void this.end(pool));
    return pool;
  }

  /** What waits fails; the next task starts anew, since a pool that failed once starts no other thread. */
  private end(pool: Piscina<GroupingTask, GroupedFaces>): Promise<void> {
    if (this.pool === pool) this.pool = undefined;
    return pool.destroy();
  }
}

const stoppingFault = (): DomainError =>
  new DomainError('service.stopping', 'The service is stopping.', { retryable: true });
