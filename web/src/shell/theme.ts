// Dark or light: what the system says, until somebody chooses.
import { useEffect, useSyncExternalStore } from 'react';

export type Theme = 'dark' | 'light';

const STORED = 'kindred.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

const chosen = (): Theme | null => {
  const value = localStorage.getItem(STORED);
  return value === 'dark' || value === 'light' ? value : null;
};

const currentTheme = (): Theme => chosen() ?? (dark.matches ? 'dark' : 'light');

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  dark.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    dark.removeEventListener('change', listener);
  };
}

/** Colours the whole page, also before anybody has signed in. */
export function useColouredPage(): void {
  const theme = useSyncExternalStore(subscribe, currentTheme);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  return [
    useSyncExternalStore(subscribe, currentTheme),
    (next) => {
      localStorage.setItem(STORED, next);
      for (const listener of listeners) listener();
    },
  ];
}
