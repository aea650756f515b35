// Groups the faces of one tenant on a thread of its own: one task, one answer, and the thread ends.
import { parentPort, workerData } from 'node:worker_threads';
import { groupFaces, type GroupingTask } from '../../domain/cluster/consolidation/group-faces.js';

parentPort!.postMessage(groupFaces(workerData as GroupingTask));
