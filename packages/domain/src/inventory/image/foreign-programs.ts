import { compareText } from '../../version/order.ts'
import type { ForeignProgram } from '../component.ts'

/**
 * Machines of programs (ELF, `e_machine` with the class and byte order that tell two of one number apart) under the names
 * that images have for them (OCI image specification, `architecture`, which are Go's). Others are not judged.
 */
export function machineName(facts: { machine: number; is64: boolean; isBigEndian: boolean }): string | null {
  const { machine, is64, isBigEndian } = facts
  if (machine === 21) return isBigEndian ? 'ppc64' : 'ppc64le'
  if (machine === 62) return is64 ? 'amd64' : null
  return names[machine] ?? null
}

const names: Partial<Record<number, string>> = {
  3: '386',
  22: 's390x',
  40: 'arm',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
}

/** Kernels of 64 bits run programs of 32 bits of their own family. */
const runsToo: Partial<Record<string, string>> = { amd64: '386', arm64: 'arm' }

const known = new Set(['amd64', 'ppc64', 'ppc64le', ...Object.values(names)])

const ARCHITECTURE =
  'amd64|x86_64|x86-64|x64|i[3-6]86|arm64|aarch64|arm|armhf|armel|armv\\d\\w*|ppc64(?:le|el)?|s390x|riscv64|loong64|loongarch64'

/** Folders of what others load or run themselves, of tests, and those that name the machine they are for. */
const meantForOthers = new RegExp(
  `(?:^|/)(?:node_modules|site-packages|dist-packages|lib(?:32|64|x32|exec)?|share|testdata|tests?|fixtures|prebuilds|vendor|(?:[^/]+[-_.])?(?:${ARCHITECTURE})(?:[-_.][^/]+)?)/`,
)

/** Programs that are told one by one; the last tells of how many more. */
const TOLD_MAX = 20

/**
 * Programs that the image's own platform cannot run: nearly always a build for another machine that was copied in.
 * Those in folders of libraries and tests, or in one that names a machine, may be there for others on purpose.
 */
export function foreignPrograms(
  programs: readonly { path: string; machine: string }[],
  platform: string,
): ForeignProgram[] {
  const architecture = platform.split('/')[1] ?? ''
  if (!known.has(architecture)) return []
  const foreign = programs
    .filter(({ machine }) => machine !== architecture && machine !== runsToo[architecture])
    .filter(({ path }) => !meantForOthers.test(path))
    .toSorted((a, b) => compareText(a.path, b.path))
  const left = foreign.length - TOLD_MAX
  return foreign.slice(0, TOLD_MAX).map(({ path, machine }, at) => ({
    file: path,
    machine,
    platform,
    others: at === TOLD_MAX - 1 && left > 0 ? left : 0,
  }))
}
