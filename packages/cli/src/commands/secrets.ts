import { resolve } from 'node:path'
import { text as textOfStream } from 'node:stream/consumers'
import { filesOf } from '@towpath/domain/config/resolve-config.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Answer } from '../outcome/answer.ts'
import { ProjectFolder } from '../project/project-folder.ts'
import { readConfig } from '../project/read-project.ts'
import { findIdentity, namesIn, recipientOf, seal, unseal, withSecret } from '../project/secrets-file.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'
import { replaceFile } from '../terminal/replace-file.ts'

interface SecretOptions {
  environment: string
  project: string
}

/** `towpath secrets set NAME -e ENV`. The value comes from a hidden prompt or from stdin, and is shown nowhere. */
export async function setSecret(
  context: Context,
  name: string,
  options: SecretOptions & { empty?: boolean },
): Promise<Answer> {
  const { project, file } = openSealed(context, options)
  const identity = await findIdentity(context.shell)
  const sealed = project.bytes(file)
  const before = sealed === null ? '' : await unseal(sealed, identity)
  const after = withSecret(before, name, await readValue(context, name, options))
  await replaceFile(project.placeFor(file), await seal(after, await recipientOf(identity)))
  return {
    page: [
      line(span('good', '✔ set'), `  ${name} in ${file}`),
      line('  Commit the file, then create a release.'),
    ],
    json: { environment: options.environment, name, file },
  }
}

/** `towpath secrets list -e ENV`: names, never values. */
export async function listSecrets(context: Context, options: SecretOptions): Promise<Answer> {
  const { project, file } = openSealed(context, options)
  const sealed = project.bytes(file)
  const names = sealed === null ? [] : namesIn(await unseal(sealed, await findIdentity(context.shell)))
  return {
    page: names.length === 0 ? [line(`${file} holds no secret yet.`)] : names.map((name) => line(name)),
    json: { environment: options.environment, file, names },
  }
}

/** `towpath secrets recipient`. */
export async function showRecipient(context: Context): Promise<Answer> {
  const recipient = await recipientOf(await findIdentity(context.shell))
  return { page: [line(recipient)], json: { recipient } }
}

function openSealed(
  { shell }: Context,
  { environment, project }: SecretOptions,
): { project: ProjectFolder; file: string } {
  const folder = new ProjectFolder(resolve(shell.folder, project))
  const { secretsFile } = filesOf(readConfig(folder), environment)
  if (secretsFile !== null) return { project: folder, file: secretsFile }
  throw new TowpathError({
    code: 'SECRETS_FILE_UNNAMED',
    kind: 'usage',
    message: `towpath.yaml names no secrets file for ${environment}.`,
    hint: 'Nothing was changed. Add under defaults: secrets: secrets/{environment}.env.age',
  })
}

/** Nothing to read is most often a file or a command that gave nothing: an empty value has to be meant. */
async function readValue(
  { shell, terminal }: Context,
  name: string,
  { environment, empty = false }: { environment: string; empty?: boolean },
): Promise<string> {
  if (empty) return ''
  const value = shell.stdin.isTTY === true ? await askFor(name, { shell, terminal }) : await piped(shell)
  if (value !== '') return value
  throw new TowpathError({
    code: 'SECRET_VALUE_MISSING',
    kind: 'usage',
    message: `No value for ${name} was given.`,
    hint: `Nothing was changed. Pipe it in: towpath secrets set ${name} -e ${environment} < FILE; or say that it is empty: towpath secrets set ${name} -e ${environment} --empty`,
  })
}

const piped = async ({ stdin }: Context['shell']): Promise<string> =>
  (await textOfStream(stdin)).replace(/\r?\n$/, '')

/** What a person types, hidden; empty where nobody can be asked or does not say. */
async function askFor(
  name: string,
  { shell, terminal }: Pick<Context, 'shell' | 'terminal'>,
): Promise<string> {
  if (!terminal.answers) return ''
  const prompts = await import('@clack/prompts')
  const said = await prompts.password({
    message: `Value of ${name}`,
    input: shell.stdin,
    output: shell.stderr,
  })
  return typeof said === 'string' ? said : ''
}
