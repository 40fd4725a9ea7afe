import { join, resolve } from 'node:path'
import { ejectFiles, ejectFolder } from '@towpath/domain/adoption/running/eject-files.ts'
import { proxyLines } from '@towpath/domain/adoption/running/proxy-lines.ts'
import type { ProxyLine } from '@towpath/domain/adoption/running/proxy-lines.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { surveyRepository } from '@towpath/domain/repository/survey.ts'
import { answerOf, connect } from '../connection/connect.ts'
import { rememberAfterwards } from '../connection/check-history.ts'
import type { EjectionAnswer } from '../connection/shapes.ts'
import type { Answer } from '../outcome/answer.ts'
import { docsOf } from '../outcome/failure.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { walkRepository } from '../repository/walk-repository.ts'
import { ejectionPage } from '../screen/ejection-page.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import { confirm } from '../terminal/confirm.ts'
import type { Context } from '../terminal/context.ts'
import { replaceFile } from '../terminal/replace-file.ts'

interface EjectOptions {
  project: string
  dryRun?: boolean
  yes?: boolean
  now?: boolean
}

/** `towpath eject ENV`: writes what a team needs to go on alone, then takes everything of Towpath's off the host. */
export async function eject(context: Context, environment: string, options: EjectOptions): Promise<Answer> {
  const folder = resolve(context.shell.folder, options.project)
  const connection = await connect(context)
  const ask = (dryRun: boolean) =>
    answerOf(
      connection.api.POST('/v1/environments/{environment}/ejection', {
        params: { path: { environment } },
        body: { dryRun, now: options.now ?? false },
      }),
    )
  const seen = await ask(true)
  const written = await writeScripts(folder, seen)
  if (options.dryRun === true)
    return {
      page: ejectionPage(seen, written, wayPast(folder, seen)),
      json: { ejection: seen, files: written, proxy: wayPast(folder, seen) },
    }
  const bare = seen.services.filter(({ behind }) => behind.length === 0)
  if (bare.length > 0) return startFirst(seen, written)
  const past = wayPast(folder, seen)
  if (options.yes !== true) await askFirst(context, ejectionPage(seen, written, past), seen)
  const given = await ask(false)
  await rememberAfterwards(connection, context)
  return {
    page: [
      line(span('good', '✔ given back'), `  ${environment} is plain Compose again`),
      ...given.done.map((what) => line(`  ${what}`)),
      line(
        '  Write the names of the services into your proxy again, as they were, and reload it when you like.',
      ),
    ],
    json: { ejection: given, files: written },
  }
}

/** Files of an earlier try are replaced: they are ours, and they tell what runs now. */
async function writeScripts(folder: string, seen: EjectionAnswer): Promise<string[]> {
  if (seen.services.length === 0) return []
  const files = ejectFiles(seen)
  for (const [path, text] of files)
    await replaceFile(join(folder, path), text, path.endsWith('.sh') ? { mode: 0o755 } : {})
  return [...files.keys()]
}

/** Nobody else could serve yet: what to do first is the answer, and nothing was taken away. */
const startFirst = (seen: EjectionAnswer, written: string[]): Answer => ({
  page: ejectionPage(seen, written, []),
  json: { ejection: seen, files: written },
  exit: exitCodes.failed,
  failure: {
    code: 'EJECT_NOTHING_BEHIND',
    title: `Your own Compose runs nothing yet that could serve in the place of ${seen.release}.`,
    detail: {},
    hint: `Nothing was taken away. Copy ${ejectFolder} to ${seen.folder} on the host, run start.sh there, send your proxy back, then: towpath eject ${seen.environment}`,
    docs: docsOf('EJECT_NOTHING_BEHIND'),
  },
})

/** Lines of this repository that name the edge, and a name of the team's own container to write there meanwhile. */
function wayPast(folder: string, { edge, services }: EjectionAnswer): ProxyLine[] {
  const { nginx } = surveyRepository(walkRepository(folder), null)
  return services.flatMap(({ port, behind: [first] }) =>
    proxyLines(nginx, [{ names: [edge], to: first?.alias ?? edge }]).filter(({ from }) =>
      from.includes(`${edge}:${port}`),
    ),
  )
}

async function askFirst(context: Context, page: readonly Line[], seen: EjectionAnswer): Promise<void> {
  if (!context.terminal.answers)
    throw new TowpathError({
      code: 'CONFIRMATION_NEEDED',
      kind: 'usage',
      message: `${seen.environment} is given back only after a yes, and nobody can be asked here.`,
      hint: `Nothing was taken away. Once your proxy sends nothing to ${seen.edge}: towpath eject ${seen.environment} -y`,
    })
  context.aside(page)
  await confirm(context, 'Does your proxy go past the edge already, and may the edge go?')
}
