// Groups faces on a thread of its own: one task, one answer.
import {
  groupFaces,
  type GroupedFaces,
  type GroupingTask,
} from '../../domain/cluster/consolidation/group-faces.js';

export default (task: GroupingTask): GroupedFaces => groupFaces(task);
