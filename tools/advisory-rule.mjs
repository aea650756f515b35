// Which known weaknesses of the packages that run in production are let pass: none that is high or critical, but those that
// tools/allowed-advisories.json names with a reason and the day until which that reason is believed.

const SERIOUS = ['high', 'critical'];

/** @typedef {{ advisory: string, reason: string, until: string }} Allowance */

/**
 * @param report What `npm audit --json` answers.
 * @param {readonly Allowance[]} allowances
 * @param {string} today YYYY-MM-DD.
 * @returns undefined when the report is none: the registry did not answer. `lines`: what is known, one advisory each.
 */
export function judgeAdvisories(report, allowances, today) {
  if (report?.metadata === undefined || report.vulnerabilities === undefined) return undefined;
  const advisories = new Map();
  for (const { via } of Object.values(report.vulnerabilities))
    for (const advisory of via)
      // A text names another package of this list, which has the advisory itself.
      if (typeof advisory === 'object') advisories.set(idOf(advisory), advisory);
  const lines = [];
  let refused = 0;
  for (const [id, { severity, name, range, title }] of advisories) {
    const allowance = allowances.find(({ advisory }) => advisory === id);
    const believed = allowance !== undefined && allowance.reason !== '' && allowance.until >= today;
    if (SERIOUS.includes(severity) && !believed) refused++;
    const note = !allowance
      ? ''
      : believed
        ? ` (allowed until ${allowance.until}: ${allowance.reason})`
        : ` (its allowance ended on ${allowance.until})`;
    lines.push(`${severity}  ${name} ${range}  ${id}  ${title}${note}`);
  }
  return { packages: report.metadata.dependencies?.prod, lines, refused };
}

/** The advisory's public name, as its address ends. */
const idOf = ({ url, source }) => url?.split('/').at(-1) ?? String(source);
