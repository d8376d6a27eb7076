/**
 * Asks the registry for advisories about the packages that are installed here, and fails when one is high or critical. Where the
 * registry cannot be asked (no network, a mirror without that door) it says so plainly and fails nothing: the answer is not
 * "none". Run by hand and by CI, never by a test.
 */
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', timeout: 120_000 });

/** @returns {any} */
const said = () => {
  try {
    return JSON.parse(stdout);
  } catch {
    return {};
  }
};

const report = said();
const counts = report.metadata?.vulnerabilities;
if (counts === undefined) {
  console.log(
    `advisories: NOT ASKED: the registry did not answer (${report.message ?? report.error?.summary ?? 'no connection'})`,
  );
} else {
  const bad = (counts.high ?? 0) + (counts.critical ?? 0);
  console.log(
    `advisories: ${counts.critical} critical, ${counts.high} high, ${counts.moderate} moderate, ${counts.low} low`,
  );
  for (const [name, one] of Object.entries(report.vulnerabilities ?? {}))
    if (['high', 'critical'].includes(one.severity)) console.log(`  ${one.severity}: ${name} ${one.range}`);
  process.exitCode = bad > 0 ? 1 : 0;
}
