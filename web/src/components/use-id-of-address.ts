// The id in the address of a page about one thing.
import { useParams } from '@tanstack/react-router';

/** @param name As `pages.tsx` calls the parameter. */
export function useIdOfAddress(name: string): string {
  const parameters: Readonly<Record<string, string | undefined>> = useParams({ strict: false });
  return parameters[name] ?? '';
}
