// One person: who it is, and in four tabs the faces, the photos, who might be the same, and what happened.
import { Link } from '@tanstack/react-router';
import { ArrowLeft, Eye, EyeOff } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { Cluster } from '../api/client';
import { Button } from '../components/Button';
import { nameOf } from '../components/names';
import { Empty, Failed, Loading } from '../components/States';
import { useIdOfAddress } from '../components/use-id-of-address';
import { FaceCrop } from '../images/FaceCrop';
import { History } from '../log/History';
import { text } from '../text/text';
import { NameForm } from './NameForm';
import { PersonFaces } from './PersonFaces';
import { usePerson, usePersonWork } from './use-person';
import './people.css';
import './person.css';

const PersonPhotos = lazy(async () => ({ default: (await import('./PersonPhotos')).PersonPhotos }));
const SimilarPeople = lazy(async () => ({ default: (await import('./SimilarPeople')).SimilarPeople }));

const words = text.person;

export function PersonPage() {
  const clusterId = useIdOfAddress('clusterId');
  const { data: person, error, refetch } = usePerson(clusterId);
  return (
    <div className="page" key={clusterId}>
      <Link to="/people" className="back">
        <ArrowLeft aria-hidden /> {text.people.back}
      </Link>
      {error ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : person ? (
        <Known person={person} />
      ) : (
        <Loading />
      )}
    </div>
  );
}

const Known = ({ person }: { person: Cluster }) => (
  <>
    <Head person={person} />
    {person.merged_into ? <Merged into={person.merged_into} /> : <About person={person} />}
  </>
);

function Head({ person }: { person: Cluster }) {
  const { setHidden, isBusy } = usePersonWork();
  const isHidden = person.state === 'ignored';
  return (
    <header className="person-head">
      {person.cover_face_id && <FaceCrop faceId={person.cover_face_id} decorative />}
      <div className="person-who">
        <h1>{nameOf(person)}</h1>
        <p className="muted">
          {text.clusters.faces(person.face_count)} · {text.clusters.photos(person.image_count)} ·{' '}
          {text.clusters.state[person.state]}
        </p>
      </div>
      {person.state !== 'merged' && (
        <div className="person-do">
          <NameForm person={person} />
          <Button
            icon={isHidden ? <Eye aria-hidden /> : <EyeOff aria-hidden />}
            isDisabled={isBusy}
            onPress={() => void setHidden(person, !isHidden)}
          >
            {isHidden ? words.unhide : words.hide}
          </Button>
        </div>
      )}
    </header>
  );
}

const Merged = ({ into }: { into: string }) => (
  <Empty icon={<ArrowLeft aria-hidden />} title={words.mergedInto}>
    <Link to={`/people/${into}`}>{words.openOther}</Link>
  </Empty>
);

const About = ({ person }: { person: Cluster }) => (
  <Tabs className="tabs">
    <TabList aria-label={words.tabsLabel} className="tab-list">
      <Tab id="faces" className="tab">
        {words.tabs.faces}
      </Tab>
      <Tab id="photos" className="tab">
        {words.tabs.photos}
      </Tab>
      <Tab id="similar" className="tab">
        {words.tabs.similar}
      </Tab>
      <Tab id="history" className="tab">
        {words.tabs.history}
      </Tab>
    </TabList>
    <Suspense fallback={<Loading />}>
      <TabPanel id="faces" className="tab-panel">
        <PersonFaces person={person} />
      </TabPanel>
      <TabPanel id="photos" className="tab-panel">
        <PersonPhotos person={person} />
      </TabPanel>
      <TabPanel id="similar" className="tab-panel">
        <SimilarPeople person={person} />
      </TabPanel>
      <TabPanel id="history" className="tab-panel">
        <History about={{ clusterId: person.id }} />
      </TabPanel>
    </Suspense>
  </Tabs>
);
