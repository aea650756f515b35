// The pages of the review page: each with its place, its name in the navigation, and its icon. A new page is a line here.
import { ChartNoAxesColumn, History, Inbox, LayoutGrid, Map, Users, type LucideIcon } from 'lucide-react';
import { lazy } from 'react';
import type { RouteComponent } from '@tanstack/react-router';
import { QueuePage } from './queue/QueuePage';
import { text } from './text/text';

export interface Page {
  /** Under /review; `$name` is a parameter. */
  readonly path: string;
  readonly component: RouteComponent;
  /** Absent: the page is reached from others only. */
  readonly nav?: { readonly name: string; readonly icon: LucideIcon };
}

const BulkPage = lazy(async () => ({ default: (await import('./bulk/BulkPage')).BulkPage }));
const PeoplePage = lazy(async () => ({ default: (await import('./people/PeoplePage')).PeoplePage }));
const PersonPage = lazy(async () => ({ default: (await import('./people/PersonPage')).PersonPage }));
const FacePage = lazy(async () => ({ default: (await import('./faces/FacePage')).FacePage }));
const MapPage = lazy(async () => ({ default: (await import('./map/MapPage')).MapPage }));
const LogPage = lazy(async () => ({ default: (await import('./log/LogPage')).LogPage }));
const StatisticsPage = lazy(async () => ({
  default: (await import('./statistics/StatisticsPage')).StatisticsPage,
}));

/** The first one is where people arrive. */
export const PAGES: readonly [Page, ...Page[]] = [
  { path: '/queue', component: QueuePage, nav: { name: text.nav.queue, icon: Inbox } },
  { path: '/queue/$itemId', component: QueuePage },
  { path: '/together', component: BulkPage, nav: { name: text.nav.bulk, icon: LayoutGrid } },
  { path: '/people', component: PeoplePage, nav: { name: text.nav.people, icon: Users } },
  { path: '/people/$clusterId', component: PersonPage },
  { path: '/faces/$faceId', component: FacePage },
  { path: '/map', component: MapPage, nav: { name: text.nav.map, icon: Map } },
  { path: '/log', component: LogPage, nav: { name: text.nav.log, icon: History } },
  {
    path: '/statistics',
    component: StatisticsPage,
    nav: { name: text.nav.statistics, icon: ChartNoAxesColumn },
  },
];
