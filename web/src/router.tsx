// Addresses: every page of pages.tsx in the frame of the shell; the bare address leads to the first one.
import { createRootRoute, createRoute, createRouter, Link, redirect } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { Empty, Failed } from './components/States';
import { PAGES } from './pages';
import { AppShell } from './shell/AppShell';
import { text } from './text/text';

const root = createRootRoute({
  component: AppShell,
  notFoundComponent: () => (
    <Empty icon={<Compass aria-hidden />} title={text.states.notFound}>
      <Link to="/">{text.states.home}</Link>
    </Empty>
  ),
  errorComponent: ({ error, reset }) => <Failed error={error} retry={reset} />,
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the way of the router
    throw redirect({ to: PAGES[0].path, replace: true });
  },
});

const pages = PAGES.map(({ path, component }) =>
  createRoute({ getParentRoute: () => root, path, component }),
);

export const router = createRouter({
  routeTree: root.addChildren([home, ...pages]),
  basepath: '/review',
  scrollRestoration: true,
});
