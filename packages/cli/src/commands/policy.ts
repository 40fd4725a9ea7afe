import { resolve } from 'node:path'
import { formatDuration } from '@towpath/domain/config/duration.ts'
import { filesOf, resolveConfig } from '@towpath/domain/config/resolve-config.ts'
import { askedPolicy, evidenceOf } from '@towpath/domain/environment/policy.ts'
import { describeEvidencePolicy } from '@towpath/domain/evidence/evidence-policy.ts'
import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import type { PolicyAnswer } from '../connection/shapes.ts'
import type { Answer } from '../outcome/answer.ts'
import { ProjectFolder } from '../project/project-folder.ts'
import { readConfig, readSettings } from '../project/read-project.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import { confirm } from '../terminal/confirm.ts'
import type { Context } from '../terminal/context.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { environmentOrNull } from './motion.ts'

type Rules = Omit<PolicyAnswer, 'version'>

/** `towpath policy show -e ENV`. */
export async function showPolicy(
  context: Context,
  { environment }: { environment: string },
): Promise<Answer> {
  const { api } = await connect(context)
  const { policy } = await answerOf(
    api.GET('/v1/environments/{environment}', { params: { path: { environment } } }),
  )
  if (policy === null)
    return {
      page: [line(`No policy was accepted for ${environment}; the first deployment brings it.`)],
      json: { environment, policy },
      next: [`towpath policy accept -e ${environment}`],
    }
  return {
    page: [line(span('strong', `policy ${policy.version}`), ` of ${environment}`), ...ruleLines(policy)],
    json: { environment, policy },
  }
}

interface AcceptOptions {
  environment: string
  project: string
  yes?: boolean
}

/** `towpath policy accept -e ENV`: what `towpath.yaml` of this folder asks becomes the floor. */
export async function acceptPolicy(context: Context, options: AcceptOptions): Promise<Answer> {
  const { environment } = options
  const asked = rulesIn(new ProjectFolder(resolve(context.shell.folder, options.project)), environment)
  const connection = await connect(context)
  const before = (await environmentOrNull(connection.api, environment))?.policy ?? null
  if (options.yes !== true) await askFirst(context, { environment, before, asked })
  const policy = await answerOf(
    connection.api.PUT('/v1/environments/{environment}/policy', {
      params: { path: { environment } },
      body: asked,
    }),
  )
  await rememberAfterwards(connection, context)
  return {
    page: [
      line(span('good', '✔ accepted'), `  policy ${policy.version} of ${environment}`),
      ...ruleLines(policy),
    ],
    json: { environment, policy, before },
  }
}

function rulesIn(project: ProjectFolder, environment: string): Rules {
  const written = readConfig(project)
  const settings = readSettings(project, filesOf(written, environment).settingsFiles)
  const asked = askedPolicy(resolveConfig(written, environment, settings).policy)
  const { approvals, needs, freeze, hosts } = asked
  const { provenance, ...evidence } = evidenceOf(asked)
  return {
    approvals,
    needs,
    freeze: freeze.map(({ text }) => text),
    hosts,
    evidence: provenance === undefined ? evidence : { ...evidence, provenance },
  }
}

async function askFirst(
  context: Context,
  { environment, before, asked }: { environment: string; before: PolicyAnswer | null; asked: Rules },
): Promise<void> {
  if (!context.terminal.answers)
    throw new TowpathError({
      code: 'CONFIRMATION_NEEDED',
      kind: 'usage',
      message: `The policy of ${environment} is changed only after a yes, and nobody can be asked here.`,
      hint: `Nothing was changed. Add -y: towpath policy accept -e ${environment} -y`,
    })
  const now = before === null ? [line('  none')] : ruleLines(before)
  context.aside([
    line(span('strong', 'Accepted now')),
    ...now,
    line(span('strong', 'Asked by towpath.yaml')),
    ...ruleLines(asked),
  ])
  await confirm(context, `Make this the policy of ${environment}?`)
}

const ruleLines = ({ approvals, needs, freeze, hosts, evidence }: Rules): Line[] => {
  const row = (label: string, text: string): Line => line(span('quiet', `  ${label.padEnd(11)}`), text)
  const before = needs.map(({ environment, bakedMs }) => `${environment} for ${formatDuration(bakedMs)}`)
  return [
    row('approvals', approvals === 0 ? 'none' : `${approvals}, never the author`),
    row('ran before', before.join(', ') || 'nowhere'),
    row('freeze', freeze.join(', ') || 'never'),
    row('hosts', hosts.join(', ') || 'any'),
    row('evidence', describeEvidencePolicy(evidence)),
  ]
}
