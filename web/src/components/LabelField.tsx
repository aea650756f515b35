// A name, completed from the people that are known. Choosing one of them is not the same as typing a name: it names a cluster.
import { useContext, useEffect, useRef } from 'react';
import {
  ComboBox,
  ComboBoxStateContext,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
} from 'react-aria-components';
import type { Cluster } from '../api/client';
import { useCoverFace } from '../api/entities';
import { FaceCrop } from '../images/FaceCrop';
import { text } from '../text/text';
import { useNamedPeople } from './use-named-people';

export interface LabelChoice {
  /** Trimmed; empty when nothing is written. */
  readonly label: string;
  /** Set when a known person was chosen from the list. */
  readonly cluster: Cluster | null;
}

/** People offered at once. */
const OFFERED_MAX = 8;

export function LabelField({
  value,
  onChange,
  onSubmit,
  inputRef,
  except,
  label = text.label.field,
}: {
  readonly value: LabelChoice;
  readonly onChange: (value: LabelChoice) => void;
  readonly onSubmit?: () => void;
  readonly inputRef?: React.Ref<HTMLInputElement>;
  /** The person that is being named is no suggestion for itself. */
  readonly except?: string | null;
  readonly label?: string;
}) {
  const known = useNamedPeople(value.label.trim()).filter((cluster) => cluster.id !== except);
  return (
    <ComboBox
      className="field"
      allowsCustomValue
      menuTrigger="input"
      items={known.slice(0, OFFERED_MAX)}
      inputValue={value.label}
      value={value.cluster?.id ?? null}
      onInputChange={(label) =>
        onChange({ label, cluster: label === value.cluster?.label ? value.cluster : null })
      }
      onChange={(id) => {
        const cluster = known.find((one) => one.id === id);
        if (cluster) onChange({ label: cluster.label ?? '', cluster });
      }}
    >
      <Label>{label}</Label>
      <Input
        ref={inputRef}
        className="input"
        autoComplete="off"
        maxLength={200}
        onKeyDown={(event) => {
          // On an entry of the list, Enter takes the entry.
          const isOnEntry = event.currentTarget.hasAttribute('aria-activedescendant');
          if (event.key === 'Enter' && !isOnEntry) onSubmit?.();
        }}
      />
      <OpenLate offered={known.length} />
      <Popover className="popover">
        <ListBox<Cluster> className="suggestions" aria-label={text.label.suggestions}>
          {(cluster) => (
            <ListBoxItem id={cluster.id} textValue={cluster.label ?? ''} className="suggestion">
              <Cover cluster={cluster} />
              <span>{cluster.label}</span>
              <span className="muted">{text.clusters.faces(cluster.face_count)}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

/** Names that the service finds come after the last letter: nobody need type another one to see them. */
function OpenLate({ offered }: { readonly offered: number }) {
  const state = useContext(ComboBoxStateContext);
  const before = useRef(offered);
  useEffect(() => {
    const isLate = before.current === 0 && offered > 0;
    before.current = offered;
    if (isLate && state?.isFocused && state.inputValue !== '') state.open(null, 'input');
  }, [offered, state]);
  return null;
}

function Cover({ cluster }: { readonly cluster: Cluster }) {
  const faceId = useCoverFace(cluster);
  return faceId === null ? (
    <span className="crop crop-s" />
  ) : (
    <FaceCrop faceId={faceId} size="s" decorative />
  );
}
