import { configJsonSchema } from '@towpath/domain/config/json-schema.ts'
import { parseConfig } from '@towpath/domain/config/parse-config.ts'
import type { Proposal } from '@towpath/domain/adoption/proposal/proposal.ts'
import { renderConfig, schemaPath } from '@towpath/domain/adoption/proposal/render-config.ts'
import { renderRunbook, runbookPath } from '@towpath/domain/adoption/proposal/render-runbook.ts'
import { renderSettings } from '@towpath/domain/adoption/proposal/render-settings.ts'
import { renderWorkflow, workflowPath } from '@towpath/domain/adoption/proposal/render-workflow.ts'
import { configPath } from '../project/read-project.ts'

/**
 * Texts of everything `init` writes; `hasFolder` says which folders are there already. The configuration is read by our
 * own reader first: what it refuses is our mistake.
 */
export function textsOf(proposal: Proposal, hasFolder: (path: string) => boolean): Map<string, string> {
  const config = renderConfig(proposal)
  const parsed = parseConfig({ path: configPath, text: config })
  if (!parsed.ok)
    throw new Error(parsed.problems.map(({ line, message }) => `${configPath}:${line} ${message}`).join('; '))
  const workflow = renderWorkflow(proposal)
  return new Map([
    [configPath, config],
    [schemaPath, `${JSON.stringify(configJsonSchema(), null, 2)}\n`],
    ...renderSettings(proposal),
    ...(workflow === null ? [] : [[workflowPath, workflow] as const]),
    [runbookPath(hasFolder), renderRunbook(proposal)],
  ])
}
