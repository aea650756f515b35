// Tells a run: task, machine, versions, contenders, every round, then each ratio with its goal.
import { readFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from './goals.js';
import type { Round, SetResult } from './measure-set.js';
import { repositoryRoot } from './repository.js';
import { quantile } from './statistics.js';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Processes that wanted a core, mean of a minute, before the run: what others did. */
  readonly loadBefore: number;
}

export const machine = (): Machine => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  system: `${process.platform} ${release()} ${process.arch}`,
  loadBefore: loadavg()[0]!,
});

/** Versions of what the figures depend on. */
export async function versions(): Promise<Record<string, string>> {
  const packages = ['onnxruntime-node', 'sharp', '@prisma/client', '@nestjs/core', 'express', 'multer'];
  const entries = await Promise.all(
    packages.map(async (name) => {
      const file = join(repositoryRoot, 'node_modules', name, 'package.json');
      return [name, (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version] as const;
    }),
  );
  return { node: process.version, ...Object.fromEntries(entries) };
}

const ms = (seconds: number): string => (seconds * 1000).toFixed(0).padStart(6);
const MB = 1024 * 1024;

export function describeSet(result: SetResult, verdicts: readonly Verdict[]): string {
  const { photos, threads, memory } = result;
  return [
    '',
    `== ${result.name}: ${result.models}`,
    `   ${photos.count} photos of 4000×3000 px, two faces of about 880 px each, JPEG of ${(photos.meanBytes / 1e6).toFixed(1)} MB; ${threads} model threads`,
    '',
    '   photos/s                      | service: health, loop    | naive: health | processor time of a photo, ms',
    '   round    bare service   naive |  p99 ms   p99 ms  max ms |        p99 ms |  bare service (its main thread) postgres sender',
    ...result.rounds.map(roundLine),
    ...assignmentLines(result),
    `   memory: sessions ${(memory.sessionsBytes / MB).toFixed(0)} MB, service at its peak ${(memory.servicePeakBytes / MB).toFixed(0)} MB`,
    '',
    '        median     min     max  goal',
    ...verdicts.map(verdictLine),
  ].join('\n');
}

function roundLine({ bare, service, naive }: Round, index: number): string {
  const rate = (value: number): string => value.toFixed(2).padStart(8);
  return (
    `   ${String(index + 1).padStart(5)}${rate(bare.photosPerSecond)}${rate(service.photosPerSecond)}` +
    `${rate(naive.photosPerSecond)} |${rate(service.healthP99Ms)} ${rate(service.loopP99Ms)}${rate(service.loopMaxMs)}` +
    ` |      ${rate(naive.healthP99Ms)} |${ms(bare.cpuSecondsPerPhoto)}  ${ms(service.cpuSecondsPerPhoto)}           ${ms(service.mainThreadSecondsPerPhoto)}` +
    `   ${ms(service.postgresCpuSecondsPerPhoto)} ${ms(service.senderCpuSecondsPerPhoto)}`
  );
}

function assignmentLines({ assignments }: SetResult): string[] {
  return [...new Set(assignments.map(({ gallery }) => gallery))].map((gallery) => {
    const samples = assignments.filter((sample) => sample.gallery === gallery);
    const assign = samples.map(({ assignmentMs }) => assignmentMs);
    const infer = samples.map(({ inferenceMs }) => inferenceMs);
    return (
      `   assignment in a tenant of ${gallery} faces: median ${quantile(assign, 0.5).toFixed(1)} ms, ` +
      `p95 ${quantile(assign, 0.95).toFixed(1)} ms; inference of the photo ${quantile(infer, 0.5).toFixed(1)} ms (${samples.length} photos)`
    );
  });
}

function verdictLine({ ratio, what, unit, spread, goal }: Verdict): string {
  const figure = (value: number): string => value.toFixed(3).padStart(8);
  const verdict = goal ? `${goal.text.padEnd(8)} ${goal.met ? 'met ' : 'MISS'}` : 'no goal      ';
  return `   ${ratio} ${figure(spread.median)}${figure(spread.min)}${figure(spread.max)}  ${verdict}  ${what}${unit ? `, ${unit}` : ''}`;
}
