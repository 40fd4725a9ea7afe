import { sealSettings } from '@towpath/adapters/secret-store/age.ts'
import { editYaml } from '@towpath/domain/config/edit-yaml.ts'
import type { YamlEdit } from '@towpath/domain/config/edit-yaml.ts'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExampleScene } from '../example-scene.ts'

/** Puts a file of the checkout back as it was. */
export type Undo = () => Promise<void>

/** Rewrites a file of a scene's checkout, as a commit would. */
export async function editFile(
  { project }: ExampleScene,
  path: string,
  edit: (text: string) => string | Promise<string>,
): Promise<Undo> {
  const file = join(project.folder, path)
  const before = await readFile(file, 'utf8')
  await writeFile(file, await edit(before))
  return () => writeFile(file, before)
}

/** Changes keys of `towpath.yaml`, or of another YAML file of the checkout. */
export const editConfig = (
  scene: ExampleScene,
  edits: readonly YamlEdit[],
  path = 'towpath.yaml',
): Promise<Undo> => editFile(scene, path, (text) => editYaml(text, edits))

const databaseNames = { staging: 'refactor_staging', production: 'refactor' } as const

/** Every secret that the example needs in an environment, in plain text. */
export async function secretsOf(
  { postgres, registry }: ExampleScene,
  environment: keyof typeof databaseNames,
): Promise<Record<string, string>> {
  const database = await postgres.ensureDatabase(databaseNames[environment])
  return {
    POSTGRES_PASSWORD: database.settings.POSTGRES_PASSWORD,
    DATABASE_URL: database.url,
    MAILERSEND_API_KEY: 'example-only-mail-key',
    ...(registry.auth === undefined ? {} : { REGISTRY_PASSWORD: registry.auth.password }),
  }
}

/** Seals an environment's secrets anew with these changes; `undefined` leaves one out. */
export async function sealSecrets(
  scene: ExampleScene,
  environment: keyof typeof databaseNames,
  changes: Record<string, string | undefined>,
): Promise<Undo> {
  const values = { ...(await secretsOf(scene, environment)), ...changes }
  const lines = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}\n`],
  )
  const sealed = await sealSettings(lines.join(''), [scene.server.recipient])
  return await editFile(scene, `secrets/${environment}.env.age`, () => sealed)
}
