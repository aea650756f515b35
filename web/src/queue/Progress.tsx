// How much waits, how much is done, and a choice of questions.
import { keepPreviousData } from '@tanstack/react-query';
import { ListFilter } from 'lucide-react';
import {
  Button as AriaButton,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
} from 'react-aria-components';
import { hooks } from '../api/client';
import { useTenantId } from '../api/session';
import { kindNames, type Kind } from '../text/kinds';
import { text } from '../text/text';

const words = text.queue;

function useOpenByKind() {
  return hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/review-pending/stats',
    { params: { path: { tenant_id: useTenantId() } } },
    { placeholderData: keepPreviousData },
  ).data;
}

/** @param happened What the reviewer did last, for who does not see that the question is another. */
export const Progress = ({
  answered,
  happened,
}: {
  readonly answered: number;
  readonly happened: string;
}) => (
  <>
    <Figures answered={answered} />
    <p className="visually-hidden" role="status">
      {happened}
    </p>
  </>
);

function Figures({ answered }: { readonly answered: number }) {
  const statistics = useOpenByKind();
  if (!statistics) return null;
  const left = statistics.open.reduce((sum, { open, claimed }) => sum + open + claimed, 0);
  return (
    <p className="muted progress">
      {words.left(left)}
      {answered > 0 && ` · ${words.answered(answered)}`}
      {` · ${words.today(statistics.resolved_today)}`}
    </p>
  );
}

const ALL = 'all';

export function KindFilter({
  kind,
  onKind,
}: {
  readonly kind: Kind | null;
  readonly onKind: (kind: Kind | null) => void;
}) {
  const statistics = useOpenByKind();
  const kinds = (statistics?.open ?? []).filter((one) => one.open + one.claimed > 0 || one.kind === kind);
  return (
    <Select
      aria-label={words.only}
      className="filter"
      value={kind ?? ALL}
      onChange={(key) => onKind(key === ALL ? null : (key as Kind))}
    >
      <AriaButton className="button button-plain">
        <ListFilter aria-hidden />
        <SelectValue>{kind === null ? words.all : kindNames[kind]}</SelectValue>
      </AriaButton>
      <Popover className="popover">
        <ListBox className="menu">
          <ListBoxItem id={ALL} className="menu-item">
            {words.all}
          </ListBoxItem>
          {kinds.map((one) => (
            <ListBoxItem key={one.kind} id={one.kind} textValue={kindNames[one.kind]} className="menu-item">
              {kindNames[one.kind]} <span className="muted">{one.open + one.claimed}</span>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
