// Runs the long computation away from the main thread. A thread lives as long as its task: its memory is given back at once.
import { Worker } from 'node:worker_threads';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { compiledWorker } from '../../config/compiled-worker.js';
import {
  groupFaces,
  type GroupedFaces,
  type GroupingTask,
} from '../../domain/cluster/consolidation/group-faces.js';
import { DomainError } from '../../domain/domain-error.js';

/** Megabytes of JavaScript values: flat arrays lie outside, so this holds ten times what the limit of faces needs. */
const HEAP_MB_MAX = 2048;

@Injectable()
export class GroupingThread implements OnModuleDestroy {
  private readonly running = new Set<Worker>();
  private stopping = false;

  /** @throws DomainError service.stopping, when the service ends before the task. */
  run(task: GroupingTask): Promise<GroupedFaces> {
    return new Promise((resolve, reject) => {
      if (this.stopping) {
        reject(stoppingFault());
        return;
      }
      const worker = new Worker(compiledWorker(import.meta.url, 'grouping.worker.js'), {
        workerData: task,
        resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
      });
      this.running.add(worker);
      worker.once('message', resolve);
      worker.once('error', reject);
      // After an answer or a fault this changes nothing.
      worker.once('exit', (code) => {
        this.running.delete(worker);
        reject(this.stopping ? stoppingFault() : new Error(`the grouping thread ended with ${code}`));
      });
    });
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
    await Promise.all([...this.running].map((worker) => worker.terminate()));
  }
}

const stoppingFault = (): DomainError =>
  new DomainError('service.stopping', 'The service is stopping.', { retryable: true });
