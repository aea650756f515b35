// The frame around every page: navigation, tenant, theme, the message that there is no network. Nobody signed in: the door.
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { CloudOff, LogOut, Moon, Repeat, Sun } from 'lucide-react';
import { Suspense } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { setSession, useSession, type Session } from '../api/session';
import { AskDialog } from '../components/ask';
import { Loading } from '../components/States';
import { Toasts } from '../components/toasts';
import { PAGES } from '../pages';
import { text } from '../text/text';
import { SignIn } from './SignIn';
import { useColouredPage, useTheme } from './theme';
import { useOnline } from './use-online';

export function AppShell() {
  const signedIn = useSession();
  const online = useOnline();
  useColouredPage();
  return (
    <>
      <a className="skip-link" href="#content">
        {text.nav.skip}
      </a>
      {!online && (
        <p className="offline" role="alert">
          <CloudOff aria-hidden /> {text.states.offline}
        </p>
      )}
      {/* A change of tenant or key leaves nothing of the earlier one on the screen. */}
      {signedIn ? <Frame key={`${signedIn.actor}/${signedIn.tenantId}`} signedIn={signedIn} /> : <SignIn />}
      <AskDialog />
      <Toasts />
    </>
  );
}

const Frame = ({ signedIn }: { signedIn: Session }) => (
  <div className="frame">
    <header className="top">
      <span className="brand" aria-hidden>
        {text.product}
      </span>
      <nav aria-label={text.nav.label} className="nav">
        {PAGES.map(
          ({ path, nav }) =>
            nav && (
              <Link
                key={path}
                to={path}
                className="nav-link"
                activeProps={{ className: 'nav-link nav-here' }}
              >
                <nav.icon aria-hidden />
                <span>{nav.name}</span>
              </Link>
            ),
        )}
      </nav>
      <Account signedIn={signedIn} />
    </header>
    <main id="content" tabIndex={-1} className="content">
      <Suspense fallback={<Loading />}>
        <Outlet />
      </Suspense>
    </main>
  </div>
);

function Account({ signedIn }: { signedIn: Session }) {
  const [theme, setTheme] = useTheme();
  const queryClient = useQueryClient();
  const other = theme === 'dark' ? 'light' : 'dark';
  const leave = (): void => {
    setSession(null);
    queryClient.clear();
  };
  return (
    <div className="account">
      <span className="tenant-name" title={signedIn.actor}>
        {signedIn.tenantId}
      </span>
      <AriaButton
        className="icon-button"
        aria-label={other === 'dark' ? text.theme.toDark : text.theme.toLight}
        onPress={() => setTheme(other)}
      >
        {other === 'dark' ? <Moon aria-hidden /> : <Sun aria-hidden />}
      </AriaButton>
      <AriaButton
        className="icon-button"
        aria-label={signedIn.severalTenants ? text.signIn.changeTenant : text.signIn.signOut}
        onPress={leave}
      >
        {signedIn.severalTenants ? <Repeat aria-hidden /> : <LogOut aria-hidden />}
      </AriaButton>
    </div>
  );
}
