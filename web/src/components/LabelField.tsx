// A name, completed from the people that are known. Choosing one of them is not the same as typing a name: it names a cluster.
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import { hooks, type Cluster } from '../api/client';
import { useCoverFace } from '../api/entities';
import { useTenantId } from '../api/session';
import { FaceCrop } from '../images/FaceCrop';
import { text } from '../text/text';

export interface LabelChoice {
  /** Trimmed; empty when nothing is written. */
  readonly label: string;
  /** Set when a known person was chosen from the list. */
  readonly cluster: Cluster | null;
}

/** People looked through at once. Pages of the service hold at most a hundred. */
const KNOWN_MAX = 100;
/** People offered at once. */
const OFFERED_MAX = 8;

/** Named people, the ones with most faces first; those of whom a word of the name begins so. */
function useNamed(begin: string): readonly Cluster[] {
  const tenantId = useTenantId();
  const query = { labelled: true, sort: 'size' as const, limit: KNOWN_MAX };
  const { data } = hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/clusters',
    {
      params: { path: { tenant_id: tenantId }, query: { ...query, ...(begin && { label_prefix: begin }) } },
    },
    { placeholderData: keepPreviousData },
  );
  return data?.items ?? [];
}

/** The largest people are known before the first letter; whoever else begins so is asked for while somebody types. */
function useNamedClusters(begin: string): readonly Cluster[] {
  const [largest, found] = [useNamed(''), useNamed(begin)];
  const wanted = begin.toLocaleLowerCase();
  const fits = ({ label }: Cluster): boolean => label?.toLocaleLowerCase().includes(wanted) ?? false;
  return [...new Map([...largest, ...found].filter(fits).map((one) => [one.id, one])).values()];
}

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
  const [isOpen, setOpen] = useState(false);
  const known = useNamedClusters(value.label.trim()).filter((cluster) => cluster.id !== except);
  return (
    <ComboBox
      className="field"
      allowsCustomValue
      menuTrigger="input"
      items={known.slice(0, OFFERED_MAX)}
      inputValue={value.label}
      value={value.cluster?.id ?? null}
      onOpenChange={setOpen}
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
          if (event.key === 'Enter' && !isOpen) onSubmit?.();
        }}
      />
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

function Cover({ cluster }: { readonly cluster: Cluster }) {
  const faceId = useCoverFace(cluster);
  return faceId === null ? (
    <span className="crop crop-s" />
  ) : (
    <FaceCrop faceId={faceId} size="s" decorative />
  );
}
