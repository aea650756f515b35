// The door: an API key, and a tenant when the key reaches several.
import { KeyRound, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import { FieldError, Form, Input, Label, ListBox, ListBoxItem, Text, TextField } from 'react-aria-components';
import { api, type Schemas } from '../api/client';
import { ApiProblem } from '../api/problem';
import { setSession, type Session } from '../api/session';
import { Button } from '../components/Button';
import { text } from '../text/text';

const NEEDED = ['read', 'review'];
/** Tenants to choose from, count. */
const TENANTS_MAX = 100;

type Identity = Omit<Session, 'tenantId'>;
type Tenant = Schemas['TenantResponse'];

/** Who the key belongs to, and where it may go. Throws ApiProblem. */
async function present(
  key: string,
): Promise<{ identity: Identity; tenants: readonly string[]; known: Tenant[] }> {
  const headers = { authorization: `Bearer ${key}` };
  const { data: me } = await api.GET('/v1/me', { headers });
  const identity = { key, actor: me!.actor, scopes: me!.scopes, severalTenants: me!.tenant_id === null };
  if (me!.tenant_id !== null) return { identity, tenants: [me!.tenant_id], known: [] };
  const { data } = await api.GET('/v1/tenants', { headers, params: { query: { limit: TENANTS_MAX } } });
  return { identity, tenants: data!.items.map(({ id }) => id), known: data!.items };
}

function complaintOf(error: unknown): string {
  if (!(error instanceof ApiProblem)) return String(error);
  if (error.status === 403) return text.signIn.missingScopes(NEEDED[0]!);
  return error.status === 401 || error.status === 400 ? text.signIn.refused : error.message;
}

export function SignIn() {
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);
  const [choice, setChoice] = useState<{ identity: Identity; known: Tenant[] } | null>(null);

  async function submit(): Promise<void> {
    setBusy(true);
    setComplaint(null);
    try {
      const { identity, tenants, known } = await present(key.trim());
      const missing = NEEDED.find((scope) => !identity.scopes.includes(scope));
      if (missing) setComplaint(text.signIn.missingScopes(missing));
      else if (identity.severalTenants) setChoice({ identity, known });
      else setSession({ ...identity, tenantId: tenants[0]! });
    } catch (error) {
      setComplaint(complaintOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="door" id="content">
      <div className="door-card">
        <h1>
          <KeyRound aria-hidden /> {text.signIn.title}
        </h1>
        {choice ? (
          <ChooseTenant {...choice} />
        ) : (
          <Form
            onSubmit={(event) => {
              event.preventDefault();
              void submit();
            }}
          >
            <TextField
              className="field"
              isRequired
              isInvalid={complaint !== null}
              value={key}
              onChange={setKey}
              type="password"
              autoFocus
            >
              <Label>{text.signIn.key}</Label>
              <Input className="input" autoComplete="off" spellCheck={false} />
              <Text slot="description">{text.signIn.keyHint}</Text>
              <FieldError>{complaint}</FieldError>
            </TextField>
            <Button
              type="submit"
              tone="primary"
              isDisabled={busy}
              icon={busy && <LoaderCircle className="spin" aria-hidden />}
            >
              {busy ? text.signIn.checking : text.signIn.submit}
            </Button>
          </Form>
        )}
      </div>
    </main>
  );
}

function ChooseTenant({ identity, known }: { identity: Identity; known: Tenant[] }) {
  if (known.length === 0) return <p>{text.signIn.noTenant}</p>;
  return (
    <>
      <p id="choose-tenant">{text.signIn.chooseTenant}</p>
      <ListBox
        aria-labelledby="choose-tenant"
        className="tenants"
        items={known}
        autoFocus
        onAction={(id) => setSession({ ...identity, tenantId: String(id) })}
      >
        {(tenant) => (
          <ListBoxItem id={tenant.id} textValue={tenant.id} className="tenant">
            <span>{tenant.id}</span>
            <span className="muted">
              {text.clusters.photos(tenant.image_count)} · {text.clusters.questions(tenant.open_review_count)}
            </span>
          </ListBoxItem>
        )}
      </ListBox>
    </>
  );
}
