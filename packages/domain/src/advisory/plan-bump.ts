import type { Component } from '../inventory/component.ts'
import { semverOrder } from '../version/semver.ts'
import type { Bump } from './finding.ts'

/** The smallest change of a lockfile that takes a component to a fixed version, or who has to move before. */
export function planBump(component: Component, fixed: string, isInRange: IsInRange): Bump {
  const blockedBy = component.requiredBy.filter(
    ({ range }) =>
      !(component.ecosystem === 'npm' ? allowsNpm(range, fixed, isInRange) : allows(component, fixed)),
  )
  return { command: blockedBy.length === 0 ? commandFor(component, fixed) : null, blockedBy }
}

/** Whether a version is in a range, as npm says; given, since only projects with npm need to load it. */
export type IsInRange = (version: string, range: string) => boolean

/** A Cargo.lock does not hold ranges: Cargo's own default, `^`, counts. The others take any newer version. */
const allows = ({ ecosystem, version }: Component, fixed: string): boolean =>
  ecosystem !== 'crates.io' || isCaretCompatible(version, fixed)

/** Yarn writes its protocol before the range, and an alias the real name: neither is part of the range. */
const allowsNpm = (range: string | null, fixed: string, isInRange: IsInRange): boolean =>
  range === null || isInRange(fixed, range.replace(/^npm:(?:(?:@[^/@]+\/)?[^/@]+@)?/, ''))

/** Same leftmost number that is not 0, as `^` means for Cargo. */
function isCaretCompatible(version: string, fixed: string): boolean {
  const [from, to] = [semverOrder.read(version), semverOrder.read(fixed)]
  if (from === null || to === null) return false
  const significant = Math.max(
    0,
    from.release.findIndex((number) => number !== '0'),
  )
  return from.release.slice(0, significant + 1).every((number, at) => number === to.release[at])
}

function commandFor(component: Component, fixed: string): string {
  const { ecosystem, name, version, file, path } = component
  switch (ecosystem) {
    case 'crates.io':
      return `cargo update -p ${name}@${version} --precise ${fixed}`
    case 'Go':
      return name === 'stdlib' ? `go get toolchain@go${fixed}` : `go get ${name}@v${fixed}`
    case 'GitHub Actions':
      return `uses: ${name}@v${fixed}`
    case 'PyPI':
      return pythonCommand(file, name, fixed)
    case 'npm':
      return npmCommand(file, { name: component.alias ?? name, fixed, isDirect: path.length <= 2 })
    default:
      return `${name}=${fixed}`
  }
}

function pythonCommand(file: string, name: string, fixed: string): string {
  if (file.endsWith('poetry.lock')) return `poetry update ${name}`
  if (file.endsWith('uv.lock')) return `uv lock --upgrade-package ${name}==${fixed}`
  return `${name}==${fixed}`
}

function npmCommand(
  file: string,
  { name, fixed, isDirect }: { name: string; fixed: string; isDirect: boolean },
): string {
  if (file.endsWith('pnpm-lock.yaml'))
    return `pnpm update ${name}${isDirect ? `@${fixed}` : ' --depth Infinity'}`
  if (file.endsWith('yarn.lock')) return `yarn up -R ${name}`
  return isDirect ? `npm install ${name}@${fixed}` : `npm update ${name}`
}
