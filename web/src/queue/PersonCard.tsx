// A person beside others: examples of the face, the name, how likely it is.
import { useCluster, useCoverFace } from '../api/entities';
import { nameOf } from '../components/names';
import { Probability } from '../components/Probability';
import { FaceCrop } from '../images/FaceCrop';
import { text } from '../text/text';
import { EXAMPLES_MAX } from './evidence';

export function PersonCard({
  clusterId,
  faceIds,
  faceCount,
  probability,
  similarity,
  number,
  note,
}: {
  readonly clusterId: string;
  /** Examples; without them one face stands for the person. */
  readonly faceIds?: readonly string[];
  readonly faceCount?: number;
  readonly probability?: number;
  readonly similarity?: number;
  /** The key that chooses it. */
  readonly number?: number;
  readonly note?: string;
}) {
  const cluster = useCluster(clusterId);
  const name = nameOf(cluster);
  const cover = useCoverFace(faceIds ? undefined : cluster);
  const shown = faceIds ?? (cover === null ? [] : [cover]);
  return (
    <div className="person-card">
      <div className="person-card-faces" data-count={Math.min(shown.length, EXAMPLES_MAX)}>
        {shown.slice(0, EXAMPLES_MAX).map((id) => (
          <FaceCrop key={id} faceId={id} name={name} />
        ))}
      </div>
      <div className="person-card-name">
        {number !== undefined && <kbd>{number}</kbd>}
        <strong>{name}</strong>
      </div>
      <div className="muted">
        {text.clusters.faces(faceCount ?? cluster?.face_count ?? shown.length)}
        {cluster && ` · ${text.clusters.state[cluster.state]}`}
        {note && ` · ${note}`}
      </div>
      {probability !== undefined && (
        <Probability probability={probability} {...(similarity !== undefined && { similarity })} />
      )}
    </div>
  );
}
