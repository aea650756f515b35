// What the screens of several kinds have in common.
import type { ReactNode } from 'react';
import { FaceCrop } from '../../images/FaceCrop';
import { PhotoOfFace } from '../../images/PhotoWithFaces';
import { text } from '../../text/text';

export const Part = ({
  title,
  children,
  wide = false,
}: {
  title: string;
  children: ReactNode;
  wide?: boolean;
}) => (
  <section className={wide ? 'part part-wide' : 'part'}>
    <h2>{title}</h2>
    {children}
  </section>
);

/** A face large, and where it was found. */
export const FaceAndPhoto = ({ faceId }: { faceId: string }) => (
  <div className="face-and-photo">
    <Part title={text.queue.thisFace}>
      <FaceCrop faceId={faceId} size="l" />
    </Part>
    <Part title={text.queue.itsPhoto}>
      <PhotoOfFace faceId={faceId} />
    </Part>
  </div>
);

export const FaceGrid = ({ faceIds }: { faceIds: readonly string[] }) => (
  <ul className="face-grid">
    {faceIds.map((id) => (
      <li key={id}>
        <FaceCrop faceId={id} />
      </li>
    ))}
  </ul>
);
