export interface Allowance {
  readonly advisory: string;
  readonly reason: string;
  readonly until: string;
}
export function judgeAdvisories(
  report: unknown,
  allowances: readonly Allowance[],
  today: string,
):
  | {
      readonly packages: number | undefined;
      readonly lines: readonly string[];
      readonly refused: number;
    }
  | undefined;
