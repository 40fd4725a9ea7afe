import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A program that demo or tests need, and the Debian package that brings it. */
export interface Program {
  name: string
  package: string
  why: string
}

export const engineProgram: Program = { name: 'dockerd', package: 'docker.io', why: 'runs the containers' }

export const programs: readonly Program[] = [
  { name: 'iptables', package: 'iptables', why: 'dockerd needs it' },
  { name: 'ip', package: 'iproute2', why: 'tests give a second engine a network of its own' },
  { name: 'haproxy', package: 'haproxy', why: 'the edge' },
  { name: 'nginx', package: 'nginx-light', why: 'the sample project has it in front' },
  { name: 'docker-registry', package: 'docker-registry', why: 'releases are pulled from it' },
  { name: 'sshd', package: 'openssh-server', why: 'tests reach hosts over it' },
  { name: 'htpasswd', package: 'apache2-utils', why: 'accounts of the registry' },
  { name: 'dehydrated', package: 'dehydrated', why: 'tests renew certificates by it' },
  { name: 'skopeo', package: 'skopeo', why: 'the workflow that init writes pushes by it' },
  { name: 'mmdebstrap', package: 'mmdebstrap', why: 'scans are tested on a whole Debian' },
]

/** What makes a host with a real systemd, for the tests that TOWPATH_ALL adds. */
export const hostProgram: Program = {
  name: 'mmdebstrap',
  package: 'mmdebstrap',
  why: 'a host with systemd is made by it',
}

/** What users run today: the benchmark compares with it, and shadow mode is tested on it. */
export const composeProgram: Program = {
  name: 'docker-compose',
  package: 'docker-compose',
  why: 'what teams deploy by, compared with and watched',
}

/** Full path of a program, also from the system folders that an ordinary user's PATH leaves out; `null` when absent. */
export const findProgram = (name: string): string | null => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Installs the packages by apt without starting any of their services.
 * Throws `SETUP_NEEDS_PACKAGES` with the command to type where we are not root on Debian or Ubuntu.
 */
export const installPackages = async (missing: readonly Program[]): Promise<void> => {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) throw needsPackages(missing)
  await withoutServiceStarts(async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const options = { env, timeout: 15 * 60_000, maxBuffer: 64 * 1024 * 1024 }
    await run('apt-get', ['update', '-q'], options)
    const names = missing.map((program) => program.package)
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], options)
  })
}

const servicePolicy = '/usr/sbin/policy-rc.d'

/** Debian asks this script before it starts a service of a new package; ours says no. One that is there already stays. */
const withoutServiceStarts = async (act: () => Promise<void>): Promise<void> => {
  if (existsSync(servicePolicy)) return act()
  await writeFile(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await act()
  } finally {
    await rm(servicePolicy, { force: true })
  }
}

const needsPackages = (missing: readonly Program[]) => {
  const names = missing.map((program) => program.package).join(' ')
  const wanted = missing.map((program) => `${program.name} (${program.why})`).join(', ')
  return new TowpathError({
    code: 'SETUP_NEEDS_PACKAGES',
    kind: 'failed',
    message: `Not installed here: ${wanted}. Only root on Debian or Ubuntu gets them by itself.`,
    hint: `Nothing was installed. On Debian or Ubuntu: sudo apt-get install -y --no-install-recommends ${names}`,
    detail: { packages: missing.map((program) => program.package) },
  })
}
