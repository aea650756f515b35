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

export function useTheme(): [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore(subscribe, currentTheme);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return [
    theme,
    (next) => {
      localStorage.setItem(STORED, next);
      for (const listener of listeners) listener();
    },
  ];
}
