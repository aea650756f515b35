// What waits, what was answered, and how often people agreed with the machine.
import { useId } from 'react';
import { hooks, type Schemas } from '../api/client';
import { useTenantId } from '../api/session';
import { Failed, Loading } from '../components/States';
import { kindNames } from '../text/kinds';
import { formatPercent, formatTime, text } from '../text/text';

type Statistics = Schemas['ReviewStatisticsResponse'];
const words = text.statistics;

export function StatisticsPage() {
  const tenantId = useTenantId();
  const { data, error, refetch } = hooks.useQuery('get', '/v1/tenants/{tenant_id}/review-pending/stats', {
    params: { path: { tenant_id: tenantId } },
  });
  if (!data) {
    return (
      <div className="page">
        <header className="page-head">
          <h1>{words.title}</h1>
        </header>
        {error ? <Failed error={error} retry={() => void refetch()} /> : <Loading />}
      </div>
    );
  }
  return (
    <div className="page">
      <header className="page-head">
        <h1>{words.title}</h1>
        <p className="muted">{words.asOf(formatTime(data.as_of))}</p>
      </header>
      <Figures statistics={data} />
      <div className="two-columns">
        <Waiting open={data.open} />
        <Agreement statistics={data} />
      </div>
      <Estimates statistics={data} />
    </div>
  );
}

function Figures({ statistics: { open, resolved_today } }: { statistics: Statistics }) {
  const sum = (of: 'open' | 'claimed' | 'snoozed'): number =>
    open.reduce((total, kind) => total + kind[of], 0);
  const figures = [
    [words.waiting, sum('open')],
    [words.answeredToday, resolved_today],
    [words.claimed, sum('claimed')],
    [words.asleep, sum('snoozed')],
  ] as const;
  return (
    <dl className="figures">
      {figures.map(([name, value]) => (
        <div key={name} className="figure">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const Waiting = ({ open }: { open: Statistics['open'] }) => (
  <Table title={words.byKind} columns={[words.kind, words.open, words.claimed, words.asleep]}>
    {open.map((one) => [kindNames[one.kind], one.open, one.claimed, one.snoozed])}
  </Table>
);

const Agreement = ({ statistics: { acceptance, since } }: { statistics: Statistics }) => (
  <Table
    title={words.agreement}
    note={words.agreementSince(formatTime(since))}
    columns={[words.kind, words.agreed, words.answered, words.rate]}
  >
    {acceptance.map((one) => [
      kindNames[one.kind],
      one.accepted,
      one.answered,
      one.rate === null ? words.none : formatPercent(one.rate),
    ])}
  </Table>
);

function Estimates({ statistics: { acceptance, advised_accept } }: { statistics: Statistics }) {
  const bins = acceptance.find(({ kind }) => kind === 'uncertain_assignment')?.bins ?? [];
  const advice = advised_accept === null ? words.noAdvice : words.advice(advised_accept.toFixed(2));
  return (
    <Table
      title={words.byProbability}
      note={advice}
      columns={[words.estimate, words.agreed, words.answered, words.rate]}
    >
      {bins
        .filter(({ answered }) => answered > 0)
        .map(({ from, to, accepted, answered, rate }) => [
          words.between(formatPercent(from), formatPercent(to)),
          accepted,
          answered,
          rate === null ? words.none : formatPercent(rate),
        ])}
    </Table>
  );
}

/** The first column names the row; the others are figures. */
function Table(props: {
  title: string;
  note?: string;
  columns: readonly string[];
  children: readonly (readonly (string | number)[])[];
}) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{props.title}</h2>
      {props.note && <p className="muted">{props.note}</p>}
      <table className="table">
        <thead>
          <tr>
            {props.columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.children.map(([name, ...figures]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {figures.map((figure, i) => (
                <td key={props.columns[i + 1]}>{figure}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
